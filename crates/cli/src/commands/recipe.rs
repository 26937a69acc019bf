//! What `mix`, `pretrain` and `finetune` do with a recipe before anything else.

use crate::args::RecipeOptions;
use crate::failure::{Blame, Failure};
use crate::progress::Caching;
use ext5_train::prepare::Prepared;
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
    if !options.tasks.folders.is_empty() {
        recipe.data.tasks = options.tasks.folders;
    }
    if let Some(root) = options.tasks.data_root {
        recipe.data.root = root;
    }
    if let Some(cache) = options.cache {
        recipe.data.cache = cache;
    }
    Ok(recipe)
}

/// Makes the recipe's data ready, showing progress.
pub fn prepare(recipe: &Recipe) -> Result<Prepared, Failure> {
    let mut caching = Caching::new();
    let prepared = Prepared::new(recipe, &mut |name, rows| caching.report(name, rows));
    caching.finish();
    prepared.request()
}
