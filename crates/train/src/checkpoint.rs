//! Checkpoints: all that a run needs to go on, in a folder that appears whole or not at all.

use crate::folder;
use crate::optimizer::{Optimizer, Rule, StateError};
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
    /// Updates that were left out because the loss or a gradient was not finite.
    #[serde(default)]
    pub skipped: u64,
    /// How many of them were the last ones before this.
    #[serde(default)]
    pub skipped_in_a_row: u64,
    /// The best score so far, the last of equals, where the run looks for one.
    #[serde(default)]
    pub best: Option<Best>,
    /// Evaluations since a score was better than all before it.
    #[serde(default)]
    pub evaluations_without_gain: u64,
}

/// A run's best score so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// Updates that had been made.
    pub step: u64,
    /// Mean of the tasks' main metrics, times 100.
    pub score: f64,
}

/// All that a checkpoint holds, as it was at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The weights.
    pub model: T5,
    /// The optimiser.
    pub optimizer: Optimizer,
    /// Where the run stood.
    pub position: Position,
}

/// Writes a checkpoint into the folder of checkpoints `folder`, then drops all but the newest `keep`
/// and the best.
///
/// It is a folder that Hugging Face transformers can open for its weights, with the optimiser and the
/// position beside them. It appears under its name when all its files are on disk.
///
/// # Errors
/// When the file system refuses. Older checkpoints are untouched then.
pub fn save(folder: &Path, snapshot: &Snapshot, keep: usize) -> Result<PathBuf, CheckpointError> {
    let position = &snapshot.position;
    let path = folder.join(name(position.step));
    atomic::write_folder(&path, |folder| -> Result<(), CheckpointError> {
        snapshot.model.save(folder)?;
        snapshot.optimizer.save(&folder.join(OPTIMIZER))?;
        let path = folder.join(STATE);
        let state = serde_json::to_vec_pretty(position)
            .map_err(|source| CheckpointError::State { path: path.clone(), source })?;
        std::fs::write(&path, state).map_err(|source| CheckpointError::File { path, source })
    })
    .map_err(|error| at(error, &path))?;
    let saved = list_in(folder)?;
    let best = position.best.map(|best| best.step);
    for (step, old) in &saved[..saved.len().saturating_sub(keep.max(1))] {
        if Some(*step) != best {
            atomic::remove_folder(old).map_err(|source| at(source.into(), old))?;
        }
    }
    Ok(path)
}

/// The name of a step's folder.
pub(crate) fn name(step: u64) -> String {
    format!("step-{step:08}")
}

/// The checkpoints of a run folder, oldest first, with their steps.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(run: &Path) -> Result<Vec<(u64, PathBuf)>, CheckpointError> {
    list_in(&folder::checkpoints(run))
}

fn list_in(folder: &Path) -> Result<Vec<(u64, PathBuf)>, CheckpointError> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries.map_err(|source| at(source.into(), folder))?,
    };
    for entry in entries {
        let path = entry.map_err(|source| at(source.into(), folder))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let step = name.and_then(|name| name.strip_prefix("step-")?.parse().ok());
        found.extend(step.map(|step| (step, path)));
    }
    found.sort();
    Ok(found)
}

/// Reads the whole of a checkpoint that a run with this rule wrote.
///
/// # Errors
/// When a part is missing or wrong.
pub fn load(folder: &Path, rule: Rule) -> Result<Snapshot, CheckpointError> {
    let model = T5::load(folder)?;
    let mut parameters = Vec::new();
    model.visit(|name, shape, _| parameters.push((name.to_owned(), shape.to_vec())));
    let mut optimizer = Optimizer::new(rule);
    optimizer.load(&folder.join(OPTIMIZER), &parameters)?;
    Ok(Snapshot { model, optimizer, position: read_position(folder)? })
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

/// The folder of weights that `path` names: itself when it holds a model, else the best checkpoint of
/// the run in it where the run looks for a best one, else the newest.
///
/// # Errors
/// When there is none.
pub fn find_weights(path: &Path) -> Result<PathBuf, CheckpointError> {
    if path.join("config.json").is_file() {
        return Ok(path.to_owned());
    }
    let mut saved = list(path)?;
    let Some((_, newest)) = saved.pop() else {
        return Err(CheckpointError::Missing { path: path.to_owned() });
    };
    let best = read_position(&newest)?.best.map(|best| best.step);
    let best = saved.into_iter().find(|(step, _)| Some(*step) == best);
    Ok(best.map_or(newest, |(_, best)| best))
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
