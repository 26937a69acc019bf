//! What `mix`, `pretrain` and `finetune` do with a recipe before anything else.

use crate::args::RecipeOptions;
use crate::failure::{Blame, Failure};
use crate::progress::Caching;
use ext5_mix::Prepared;
use ext5_mix::prepare::PrepareError;
use ext5_mix::recipe::{Data, MixtureRecipe};
use ext5_train::recipe::Recipe;

/// Reads the recipe and lays the command line's options over it.
pub fn read(options: RecipeOptions) -> Result<Recipe, Failure> {
    read_and(options, |_| ())
}

/// As [`read`], with what else a command changes in the recipe.
pub fn read_and(
    options: RecipeOptions,
    change: impl FnOnce(&mut Recipe),
) -> Result<Recipe, Failure> {
    let mut recipe = Recipe::read_and(&options.recipe, &options.overrides, change).request()?;
    lay_over(options, &mut recipe.data);
    Ok(recipe)
}

/// As [`read`], of the stream alone: sections for training may be missing.
pub fn read_stream(options: RecipeOptions) -> Result<MixtureRecipe, Failure> {
    let mut recipe = MixtureRecipe::read(&options.recipe, &options.overrides).request()?;
    lay_over(options, &mut recipe.data);
    Ok(recipe)
}

fn lay_over(options: RecipeOptions, data: &mut Data) {
    if !options.tasks.folders.is_empty() {
        data.tasks = options.tasks.folders;
    }
    if let Some(root) = options.tasks.data_root {
        data.root = root;
    }
    if let Some(cache) = options.cache {
        data.cache = cache;
    }
}

/// Makes the recipe's data ready, showing progress.
pub fn prepare(recipe: &MixtureRecipe) -> Result<Prepared, Failure> {
    let mut caching = Caching::new();
    let prepared = Prepared::new(recipe, &mut |name, rows| caching.report(name, rows));
    caching.finish();
    prepared.map_err(blame)
}

/// A store that cannot be built or read is no fault of the request.
pub fn blame(error: PrepareError) -> Failure {
    match error {
        PrepareError::Store(_) => Failure::Work(error.into()),
        _ => Failure::Request(error.into()),
    }
}
