//! `ext5 finetune`

use super::{pretrain, recipe};
use crate::args::Finetune;
use crate::failure::Failure;
use ext5_train::recipe::{Model, Recipe};
use std::path::PathBuf;

/// Trains on one task.
pub fn run(command: Finetune) -> Result<(), Failure> {
    let mut recipe = recipe::read(command.recipe)?;
    let Recipe { name, seed, mixture, model, .. } = &mut recipe;
    mixture.tasks = vec![command.task.clone()];
    mixture.r = 0.0;
    mixture.corpus.clear();
    if let Some(from) = command.from {
        *model = Model { from: Some(from), ..Model::default() };
    }
    if let Some(given) = command.seed {
        *seed = given;
    }
    *name = format!("{name}-{}-{seed}", command.task);
    let out = command.out.unwrap_or_else(|| PathBuf::from("runs").join(&*name));
    pretrain::train(recipe, &out)
}
