//! A run from its recipe to its trainer: new, or gone on with.

use crate::checkpoint::{self, CheckpointError};
use crate::folder::{FolderError, RunFolder};
use crate::parallel::{Ranks, leader_first};
use crate::recipe::{Recipe, RecipeError};
use crate::trainer::{TrainError, Trainer};
use ext5_core::{Key, atomic};
use ext5_data::{DataError, DataLock};
use ext5_mix::{PrepareError, Prepared};
use ext5_model::{T5, T5Config};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a run could not start.
#[derive(Debug, Error)]
pub enum RunError {
    /// Its folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its recipe.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// Its data.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// Its data lock.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Its weights.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its first state.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The folder holds a run of another recipe.
    #[error("{}: this folder holds a run of another recipe; they differ in {keys}. Give another --out, or the recipe that the run began with", path.display())]
    OtherRecipe {
        /// The folder.
        path: PathBuf,
        /// The settings that differ.
        keys: String,
    },
    /// Source files are not as they were when the run began.
    #[error("{}: the data is not what the run began with; bring the old files back, or start a new run with another --out: {source}", path.display())]
    DataChanged {
        /// The folder.
        path: PathBuf,
        /// What has changed.
        source: DataError,
    },
    /// A file of the run could not be written.
    #[error("{}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

/// A run's folder, its recipe checked against what is in it.
pub struct Run<'r> {
    folder: RunFolder,
    ranks: &'r dyn Ranks,
}

impl<'r> Run<'r> {
    /// Opens the folder for `recipe`, on every rank; all of them must see it. Where a run has begun
    /// there, the recipe must be the one that it began with, but for what may change; the rates of
    /// then are taken over.
    ///
    /// # Errors
    /// When the folder is in use or holds a run of another recipe.
    pub fn open(
        path: &Path,
        recipe: &mut Recipe,
        ranks: &'r dyn Ranks,
    ) -> Result<Run<'r>, RunError> {
        let run = leader_first(ranks, || Run::open_here(path, recipe, ranks))?;
        // All have seen the folder as it was before the leader writes to it.
        ranks.barrier();
        Ok(run)
    }

    fn open_here(
        path: &Path,
        recipe: &mut Recipe,
        ranks: &'r dyn Ranks,
    ) -> Result<Run<'r>, RunError> {
        let folder = match ranks.leads() {
            true => RunFolder::open(path)?,
            false => RunFolder::follow(path),
        };
        if folder.recipe().exists() {
            let begun = Recipe::read(&folder.recipe(), &[])?;
            if recipe.mixture.rates.is_none() {
                recipe.mixture.rates.clone_from(&begun.mixture.rates);
            }
            let keys = differences(&begun, recipe);
            if !keys.is_empty() {
                let path = path.to_owned();
                return Err(RunError::OtherRecipe { path, keys: keys.join(", ") });
            }
        }
        Ok(Run { folder, ranks })
    }

    /// The run at its first step or at its newest checkpoint, on every rank. Writes the resolved recipe and the
    /// data lock of a new run; checks the data of an old one against its lock.
    ///
    /// # Errors
    /// When data have changed, weights are missing or a file cannot be written.
    pub fn start<'a>(
        &'a self,
        recipe: &'a Recipe,
        prepared: &'a Prepared,
    ) -> Result<Trainer<'a>, RunError> {
        if self.ranks.leads() {
            self.check_data(recipe, prepared)?;
            self.write_recipe(recipe, prepared)?;
        }
        let first = || first_weights(recipe, prepared);
        Ok(Trainer::new(recipe, prepared, &self.folder, self.ranks, first)?)
    }

    fn write_recipe(&self, recipe: &Recipe, prepared: &Prepared) -> Result<(), RunError> {
        let mut resolved = recipe.clone();
        resolved.mixture.rates = Some(prepared.mixture.rates());
        let text = resolved.to_toml().map_err(io::Error::other);
        let path = self.folder.recipe();
        text.and_then(|text| atomic::write_file(&path, |file| file.write_all(text.as_bytes())))
            .map_err(|source| RunError::Write { path, source })
    }

    fn check_data(&self, recipe: &Recipe, prepared: &Prepared) -> Result<(), RunError> {
        let path = self.folder.data_lock();
        let (root, sources) = (&recipe.data.root, prepared.sources.iter().cloned());
        if !path.exists() {
            return Ok(DataLock::build(root, sources)?.write(&path)?);
        }
        DataLock::read(&path)?
            .verify(root, sources)
            .map_err(|source| RunError::DataChanged { path: self.folder.path().to_owned(), source })
    }
}

/// The weights that a run begins with.
fn first_weights(recipe: &Recipe, prepared: &Prepared) -> Result<T5, CheckpointError> {
    let model = &recipe.model;
    if let Some(from) = &model.from {
        return Ok(T5::load(&checkpoint::find_weights(from)?)?);
    }
    let config = match (&model.config, &model.size) {
        (Some(config), _) => config.clone(),
        (None, Some(size)) => T5Config::named(size)?,
        (None, None) => T5Config::default(),
    };
    config.holds(prepared.vocabulary.size())?;
    Ok(T5::init(config, model.init, Key::new(recipe.seed).name("init"))?)
}

/// The settings in which two recipes differ and must not, as `section.key`.
fn differences(begun: &Recipe, now: &Recipe) -> Vec<String> {
    let table = |recipe: &Recipe| {
        toml::Table::try_from(recipe.without_what_may_change()).unwrap_or_default()
    };
    let mut found = Vec::new();
    compare("", &table(begun), &table(now), &mut found);
    found
}

fn compare(prefix: &str, one: &toml::Table, other: &toml::Table, found: &mut Vec<String>) {
    let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    for key in keys {
        match (one.get(key), other.get(key)) {
            (Some(toml::Value::Table(one)), Some(toml::Value::Table(other))) => {
                compare(&format!("{prefix}{key}."), one, other, found);
            }
            (one, other) if one == other => {}
            _ => found.push(format!("{prefix}{key}")),
        }
    }
}
