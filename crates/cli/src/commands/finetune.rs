//! `ext5 finetune`

use super::{pretrain, ranks, recipe};
use crate::args::Finetune;
use crate::failure::Failure;
use ext5_train::recipe::Model;
use std::path::PathBuf;

/// Trains on one task.
pub fn run(command: Finetune) -> Result<(), Failure> {
    ranks::together(|ranks| {
        let Finetune { recipe, task, from, seed, out } = command;
        let recipe = recipe::read_and(recipe, |recipe| {
            recipe.mixture.tasks = vec![task.clone()];
            recipe.mixture.r = 0.0;
            recipe.mixture.corpus.clear();
            if let Some(from) = from {
                recipe.model = Model { from: Some(from), ..Model::default() };
            }
            if let Some(seed) = seed {
                recipe.seed = seed;
            }
            recipe.name = format!("{}-{task}-{}", recipe.name, recipe.seed);
        })?;
        let out = out.unwrap_or_else(|| PathBuf::from("runs").join(&recipe.name));
        pretrain::train(ranks, recipe, &out)
    })
}
