//! The sections of a recipe that define its stream.

mod corpus;
mod mixture;

pub use corpus::{Corpus, Denoiser, ObjectiveName};
pub use mixture::{Group, Mixture, RateKeys, TaskRate};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Where data, task files and token stores lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// The folder under which task sources, corpora and the vocabulary are looked up.
    pub root: PathBuf,
    /// Folders of task files beside the built-in tasks; those in them take the place of built-in
    /// ones of the same name.
    pub tasks: Vec<PathBuf>,
    /// Where token stores are kept; safe to delete between runs.
    pub cache: PathBuf,
}

impl Default for Data {
    fn default() -> Self {
        Data { root: "data".into(), tasks: Vec::new(), cache: "cache".into() }
    }
}

/// The shape of a global batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Batches {
    /// Packed rows in a global batch.
    pub rows: usize,
    /// Rows that go through the model at once; gradients of all parts are added up. Smaller needs
    /// less memory. All rows by default.
    #[serde(default)]
    pub micro_rows: Option<usize>,
    /// Encoder length of a row, in tokens.
    pub inputs: usize,
    /// Decoder length of a row, in tokens.
    pub targets: usize,
    /// Examples that are packed together: more fill rows better, fewer keep closer to the stream.
    #[serde(default = "Batches::default_window")]
    pub window: usize,
}

impl Batches {
    fn default_window() -> usize {
        1024
    }

    /// Rows that go through the model at once.
    pub fn micro_rows(&self) -> usize {
        self.micro_rows.unwrap_or(self.rows).max(1)
    }
}
