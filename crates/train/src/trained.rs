//! Opening what a run has made, or a Hugging Face folder, to use it.

use crate::checkpoint::{self, CheckpointError, Position};
use crate::recipe::{Recipe, RecipeError};
use ext5_core::CODE;
use ext5_data::{DataError, DataLock};
use ext5_eval::Provenance;
use ext5_mix::prepare::open_vocabulary;
use ext5_model::T5;
use ext5_text::{Vocabulary, VocabularyError};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a model could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Its weights.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its recipe.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// Its vocabulary.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// Its data lock.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// A model ready for use, with what is known of where it comes from.
#[derive(Debug)]
pub struct Trained {
    /// The model.
    pub model: T5,
    /// Its vocabulary.
    pub vocabulary: Vocabulary,
    /// The folder of the weights.
    pub weights: PathBuf,
    /// The run that made it.
    pub origin: Option<Origin>,
}

/// The run that made a model.
#[derive(Debug)]
pub struct Origin {
    /// The run's folder.
    pub folder: PathBuf,
    /// Its resolved recipe.
    pub recipe: Recipe,
    /// Its data lock.
    pub data_lock: DataLock,
    /// Where it stood when the weights were saved.
    pub position: Position,
}

impl Trained {
    /// Opens the newest checkpoint of a run folder, one checkpoint of a run, or a Hugging Face
    /// folder. `data_root` replaces the recipe's when the vocabulary is looked up.
    ///
    /// # Errors
    /// When there is no model, or a part of it is missing or wrong.
    pub fn open(path: &Path, data_root: Option<&Path>) -> Result<Trained, OpenError> {
        let weights = checkpoint::find_weights(path)?;
        let origin = origin(&weights, data_root)?;
        let vocabulary = match &origin {
            Some(origin) => {
                let recipe = &origin.recipe;
                open_vocabulary(&recipe.vocabulary, &recipe.data.root)?
            }
            None => Vocabulary::open(&weights)?,
        };
        let model = T5::load(&weights).map_err(CheckpointError::from)?;
        Ok(Trained { model, vocabulary, weights, origin })
    }

    /// What a result file says of scores that the model gets.
    ///
    /// # Errors
    /// When the recipe has no TOML form.
    pub fn provenance(&self) -> Result<Provenance, toml::ser::Error> {
        let origin = self.origin.as_ref();
        Ok(Provenance {
            recipe: origin.map(|origin| origin.recipe.digest()).transpose()?,
            data_lock: origin.map(|origin| origin.data_lock.digest()),
            vocabulary: Some(self.vocabulary.digest()),
            weights: Some(self.weights.clone()),
            predictions: None,
            step: origin.map(|origin| origin.position.step),
            seed: origin.map_or(0, |origin| origin.recipe.seed),
            code: CODE.to_owned(),
        })
    }
}

/// The run that a checkpoint folder lies in, if it lies in one.
fn origin(weights: &Path, data_root: Option<&Path>) -> Result<Option<Origin>, OpenError> {
    let Some(run) = weights.parent().and_then(Path::parent) else { return Ok(None) };
    if !checkpoint::is_checkpoint(weights) || !run.join("recipe.toml").is_file() {
        return Ok(None);
    }
    let mut recipe = Recipe::read(&run.join("recipe.toml"), &[])?;
    if let Some(root) = data_root {
        root.clone_into(&mut recipe.data.root);
    }
    Ok(Some(Origin {
        folder: run.to_owned(),
        recipe,
        data_lock: DataLock::read(&run.join("data.lock"))?,
        position: checkpoint::read_position(weights)?,
    }))
}
