//! Recipes: the TOML file that says what one run does; here the sections that define its stream.

mod check;
mod sections;

pub use check::RecipeError;
pub use sections::{
    Batches, Corpus, Data, Denoiser, Group, Mixture, ObjectiveName, RateKeys, TaskRate,
};

use ext5_core::{Digest, config};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::path::Path;

/// The part of a recipe that defines a stream of packed batches: all that somebody needs who trains
/// elsewhere.
///
/// Relative paths in `data` are relative to the working directory; those of the vocabulary and the
/// corpora are relative to the data root.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "File")]
pub struct MixtureRecipe {
    /// Names the run in listings and reports.
    pub name: String,
    /// The seed of everything random.
    pub seed: u64,
    /// SentencePiece model under the data root, or `bytes` for ByT5's vocabulary.
    pub vocabulary: String,
    /// Where data and task files lie.
    pub data: Data,
    /// Tasks and corpora with their rates.
    pub mixture: Mixture,
    /// The shape of a global batch.
    pub batch: Batches,
    /// Global batches that the recipe's training takes, where it says so.
    pub steps: Option<u64>,
}

impl MixtureRecipe {
    /// Reads a recipe with or without sections for training, and lays overrides of the form
    /// `section.key=value` over it. What only training reads is left to it to check.
    ///
    /// # Errors
    /// When the file or an override is wrong; the error names file, line and key.
    pub fn read(path: &Path, overrides: &[String]) -> Result<Self, RecipeError> {
        let recipe: MixtureRecipe = config::read_with(path, overrides)?;
        recipe.check(path)?;
        Ok(recipe)
    }

    /// The digest of what defines the stream. Where data lies, and how much of the stream is read,
    /// do not count.
    ///
    /// # Errors
    /// When a value has no JSON form.
    pub fn digest(&self) -> serde_json::Result<Digest> {
        let MixtureRecipe { seed, vocabulary, mixture, batch, .. } = self;
        let lengths = (batch.inputs, batch.targets);
        Ok(Digest::of(&serde_json::to_vec(&(seed, vocabulary, mixture, lengths))?))
    }
}

/// A recipe file as far as the stream goes. The sections that training reads are named, so that a
/// mistyped section is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default)]
    seed: u64,
    vocabulary: String,
    #[serde(default)]
    data: Data,
    mixture: Mixture,
    batch: Batches,
    #[serde(default)]
    train: Train,
    #[serde(default, rename = "model")]
    _model: IgnoredAny,
    #[serde(default, rename = "loss")]
    _loss: IgnoredAny,
    #[serde(default, rename = "optimizer")]
    _optimizer: IgnoredAny,
    #[serde(default, rename = "schedule")]
    _schedule: IgnoredAny,
    #[serde(default, rename = "evaluation")]
    _evaluation: IgnoredAny,
    #[serde(default, rename = "checkpoints")]
    _checkpoints: IgnoredAny,
}

/// What of `[train]` says how much of the stream is read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Train {
    steps: Option<u64>,
}

impl From<File> for MixtureRecipe {
    fn from(file: File) -> Self {
        let File { name, seed, vocabulary, data, mixture, batch, train, .. } = file;
        MixtureRecipe { name, seed, vocabulary, data, mixture, batch, steps: train.steps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
name = "small"
vocabulary = "bytes"

[mixture]
tasks = ["*"]
r = 0

[batch]
rows = 4
inputs = 64
targets = 16
"#;

    fn read(text: &str, overrides: &[&str]) -> Result<MixtureRecipe, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("small.toml");
        std::fs::write(&path, text).unwrap();
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        MixtureRecipe::read(&path, &overrides).map_err(|error| error.to_string())
    }

    #[test]
    fn training_sections_may_be_there_or_not() {
        let plain = read(SMALL, &[]).unwrap();
        assert_eq!(plain.steps, None);
        let training = "[model]\nsize = \"t5-1.1-small\"\n[train]\nsteps = 5\nlog_every = 1\n";
        let whole = read(&format!("{SMALL}{training}"), &[]).unwrap();
        assert_eq!(whole, MixtureRecipe { steps: Some(5), ..plain });
        let error = read(&format!("{SMALL}[modell]\n"), &[]).unwrap_err();
        assert!(error.contains("did you mean `model`?"), "{error}");
    }

    #[test]
    fn mistakes_name_line_and_key() {
        let error = read(&SMALL.replace("rows = 4", "rowss = 4"), &[]).unwrap_err();
        assert!(error.contains("small.toml:10: unknown field `rowss`"), "{error}");
        let error = read(SMALL, &["mixture.r=2"]).unwrap_err();
        assert!(error.contains("`mixture.corpus`"), "{error}");
    }
}
