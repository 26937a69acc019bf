//! What can go wrong with a model.

use std::path::PathBuf;
use thiserror::Error;

/// Why a model could not be made, read, written or run.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A configuration that no T5 can have.
    #[error("model configuration: {0}")]
    Config(String),
    /// No size has this name.
    #[error("no model size is called `{name}`{}; known are {known}", nearest.as_ref().map(|nearest| format!(" (did you mean `{nearest}`?)")).unwrap_or_default())]
    UnknownSize {
        /// The name asked for.
        name: String,
        /// The known name nearest to it.
        nearest: Option<String>,
        /// All known names.
        known: String,
    },
    /// The embedding has fewer rows than the vocabulary has ids.
    #[error("the model has {rows} embedding rows and the vocabulary {ids} ids: set vocab_size to {} or more", crate::T5Config::padded(*ids))]
    VocabularyTooLarge {
        /// Embedding rows.
        rows: usize,
        /// Ids of the vocabulary.
        ids: u32,
    },
    /// A device that cannot be had.
    #[error("device: {0}")]
    Device(String),
    /// Generation that cannot be.
    #[error("generation: {0}")]
    Generation(String),
    /// A batch that does not fit its own shape or the model.
    #[error("batch: {0}")]
    Batch(String),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `config.json` is not the configuration of a T5.
    #[error("{}: {what}", path.display())]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A folder without weights that can be read.
    #[error("{}: {what}", folder.display())]
    Weights {
        /// The folder.
        folder: PathBuf,
        /// What it has instead, and what to do.
        what: String,
    },
    /// The weights file is not in safetensors format.
    #[error("{}: not a safetensors file: {source}", path.display())]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: safetensors::SafeTensorError,
    },
    /// The weights file does not hold the tensors that the configuration asks for.
    #[error("{}: the tensors do not fit config.json beside it: {what}", path.display())]
    Tensors {
        /// The file.
        path: PathBuf,
        /// Every tensor that is missing, unknown or of another shape.
        what: String,
    },
}
