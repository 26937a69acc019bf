//! The sections of a recipe that define its stream.

mod corpus;
mod mixture;

pub use corpus::{Corpus, Denoiser, ObjectiveName};
pub use mixture::{Group, Mixture, RateKeys, TaskRate};

use ext5_data::generated::{self, Settings};
use ext5_data::{DataError, files};
use ext5_task::{Registry, RegistryError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
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
    /// What generators of rows are told, such as the seed and the size of the world:
    /// `generators.world = { seed = 3, people = 500 }`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub generators: BTreeMap<String, Settings>,
}

impl Data {
    /// The built-in tasks and those of the folders, their generators told what they are to know.
    ///
    /// # Errors
    /// When a folder holds no task, or one that is wrong.
    pub fn registry(&self) -> Result<Registry, RegistryError> {
        let mut registry = Registry::with_built_in(&self.tasks)?;
        registry.settle(&self.generators);
        Ok(registry)
    }

    /// The files of a corpus, or what is generated: a pattern such as `world:corpus`.
    ///
    /// # Errors
    /// When there are none; `expected` says in the error what should have been there.
    pub fn files(
        &self,
        patterns: &[String],
        split: &str,
        expected: &str,
    ) -> Result<Vec<PathBuf>, DataError> {
        let mut found = Vec::new();
        for pattern in patterns {
            let Some((name, table)) = generated::pattern(pattern) else {
                found.extend(files::resolve(&self.root, std::slice::from_ref(pattern), expected)?);
                continue;
            };
            let none = Settings::new();
            let settings = self.generators.get(name).unwrap_or(&none);
            let path = generated::path(&self.root, name, settings, table, split)?;
            found.push(path.ok_or_else(|| DataError::Missing {
                path: self.root.join(pattern),
                expected: expected.to_owned(),
            })?);
        }
        let mut seen = BTreeSet::new();
        found.retain(|file| seen.insert(file.clone()));
        Ok(found)
    }
}

impl Default for Data {
    fn default() -> Self {
        Data {
            root: "data".into(),
            tasks: Vec::new(),
            cache: "cache".into(),
            generators: BTreeMap::new(),
        }
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
