//! Exporting: a folder that Hugging Face transformers opens, checked before it is called done.

use crate::checkpoint::CheckpointError;
use crate::trained::Trained;
use ext5_core::{Batch, atomic};
use ext5_model::{ModelError, T5};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why an export failed. Nothing is left behind then.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The folder holds something already.
    #[error("{}: exists already; choose a folder that does not", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// What was written does not compute what was to be written.
    #[error("{}: the exported model gives other losses than the run's; nothing was kept", path.display())]
    Differs {
        /// The folder.
        path: PathBuf,
    },
    /// The weights could not be read back.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl From<io::Error> for ExportError {
    fn from(source: io::Error) -> Self {
        ExportError::File { path: PathBuf::new(), source }
    }
}

/// Writes weights, configuration and tokenizer files to a new folder, loads them back and compares
/// the losses of a probe batch to the bit.
///
/// # Errors
/// When the folder exists, cannot be written, or does not compute the same.
pub fn export(trained: &Trained, path: &Path) -> Result<(), ExportError> {
    if path.exists() {
        return Err(ExportError::Exists { path: path.to_owned() });
    }
    atomic::write_folder(path, |folder| {
        trained.model.save(folder)?;
        for (name, bytes) in trained.vocabulary.tokenizer_files() {
            std::fs::write(folder.join(name), bytes)?;
        }
        let probe = probe(trained.vocabulary.size());
        let loaded = T5::load(folder)?;
        if loaded.token_losses(&probe)? != trained.model.token_losses(&probe)? {
            return Err(ExportError::Differs { path: path.to_owned() });
        }
        Ok(())
    })
    .map_err(|error| match error {
        ExportError::File { path: none, source } if none.as_os_str().is_empty() => {
            ExportError::File { path: path.to_owned(), source }
        }
        other => other,
    })
}

/// A batch that spreads over the vocabulary.
fn probe(vocabulary: u32) -> Batch {
    let (rows, inputs, targets) = (2, 24, 12);
    let mut batch = Batch::empty(rows, inputs, targets);
    let id = |position: usize| (position as u32 * 7919 + 11) % vocabulary;
    for position in 0..rows * inputs {
        batch.encoder_ids[position] = id(position);
        batch.encoder_segments[position] = 1;
    }
    for position in 0..rows * targets {
        batch.decoder_targets[position] = id(position + 5).max(1);
        batch.decoder_segments[position] = 1;
        batch.loss_weights[position] = 1.0;
        if position % targets > 0 {
            batch.decoder_inputs[position] = batch.decoder_targets[position - 1];
        }
    }
    batch
}
