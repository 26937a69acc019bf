//! Checkpoints: all that a run needs to go on, in a folder that appears whole or not at all.

use crate::folder::{self, RunFolder};
use crate::optimizer::{Adafactor, StateError};
use ext5_core::atomic;
use ext5_mix::Cursor;
use ext5_model::{ModelError, T5};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

const OPTIMIZER: &str = "optimizer.safetensors";
const STATE: &str = "state.json";

/// Why a checkpoint could not be written or read.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `state.json` is not what a checkpoint holds.
    #[error("{}: not the state of a run: {source}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The folder holds no checkpoint.
    #[error("{}: no checkpoint here; expected a folder with config.json and model.safetensors, or a run with one under checkpoints/", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// The weights.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The optimiser's state.
    #[error(transparent)]
    Optimizer(#[from] StateError),
}

impl From<io::Error> for CheckpointError {
    fn from(source: io::Error) -> Self {
        CheckpointError::File { path: PathBuf::new(), source }
    }
}

/// Where a run stands: the position in the data, and what it has consumed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Updates made.
    pub step: u64,
    /// The next row of the stream.
    pub cursor: Cursor,
    /// Examples trained on, by mixture entry.
    pub examples: BTreeMap<String, u64>,
    /// Encoder tokens trained on, without padding.
    pub input_tokens: u64,
    /// Decoder tokens trained on, without padding.
    pub target_tokens: u64,
    /// Seconds of training so far.
    pub seconds: f64,
}

/// Writes the checkpoint of `position.step`, then drops all but the newest `keep`.
///
/// The folder is one that Hugging Face transformers can open for its weights, with the optimiser
/// and the position beside them.
///
/// # Errors
/// When the file system refuses. Older checkpoints are untouched then.
pub fn save(
    run: &RunFolder,
    model: &T5,
    optimizer: &Adafactor,
    position: &Position,
    keep: usize,
) -> Result<PathBuf, CheckpointError> {
    let folder = run.checkpoints().join(format!("step-{:08}", position.step));
    atomic::write_folder(&folder, |folder| -> Result<(), CheckpointError> {
        model.save(folder)?;
        optimizer.save(&folder.join(OPTIMIZER))?;
        let path = folder.join(STATE);
        let state = serde_json::to_vec_pretty(position)
            .map_err(|source| CheckpointError::State { path: path.clone(), source })?;
        std::fs::write(&path, state).map_err(|source| CheckpointError::File { path, source })
    })
    .map_err(|error| at(error, &folder))?;
    let saved = list(run.path())?;
    for (_, old) in &saved[..saved.len().saturating_sub(keep.max(1))] {
        atomic::remove_folder(old).map_err(|source| at(source.into(), old))?;
    }
    Ok(folder)
}

/// The checkpoints of a run folder, oldest first, with their steps.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(run: &Path) -> Result<Vec<(u64, PathBuf)>, CheckpointError> {
    let folder = folder::checkpoints(run);
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries.map_err(|source| at(source.into(), &folder))?,
    };
    for entry in entries {
        let path = entry.map_err(|source| at(source.into(), &folder))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let step = name.and_then(|name| name.strip_prefix("step-")?.parse().ok());
        found.extend(step.map(|step| (step, path)));
    }
    found.sort();
    Ok(found)
}

/// Reads the whole of a checkpoint into the optimiser; gives the weights and the position.
///
/// # Errors
/// When a part is missing or wrong.
pub fn load(folder: &Path, optimizer: &mut Adafactor) -> Result<(T5, Position), CheckpointError> {
    let model = T5::load(folder)?;
    optimizer.load(&folder.join(OPTIMIZER))?;
    Ok((model, read_position(folder)?))
}

/// Whether a folder is a run's checkpoint, not only a model.
pub(crate) fn is_checkpoint(folder: &Path) -> bool {
    folder.join(STATE).is_file()
}

/// Where the run stood when it wrote the checkpoint in `folder`.
pub(crate) fn read_position(folder: &Path) -> Result<Position, CheckpointError> {
    let path = folder.join(STATE);
    let state = std::fs::read(&path).map_err(|source| at(source.into(), &path))?;
    serde_json::from_slice(&state).map_err(|source| CheckpointError::State { path, source })
}

/// The folder of weights that `path` names: itself when it holds a model, else the newest
/// checkpoint of the run in it.
///
/// # Errors
/// When there is neither.
pub fn find_weights(path: &Path) -> Result<PathBuf, CheckpointError> {
    if path.join("config.json").is_file() {
        return Ok(path.to_owned());
    }
    match list(path)?.pop() {
        Some((_, newest)) => Ok(newest),
        None => Err(CheckpointError::Missing { path: path.to_owned() }),
    }
}

/// Names the path in an error that came without one.
fn at(error: CheckpointError, path: &Path) -> CheckpointError {
    match error {
        CheckpointError::File { path: none, source } if none.as_os_str().is_empty() => {
            CheckpointError::File { path: path.to_owned(), source }
        }
        other => other,
    }
}
