//! Recipes: the TOML file that says what one run does.

mod read;
mod sections;

pub use ext5_mix::recipe::{Batches, Corpus, Data, Mixture, MixtureRecipe, RecipeError};
pub use sections::{Checkpoints, Evaluation, Loss, Model, Train};

use crate::optimizer::Rule;
use crate::schedule::Schedule;
use ext5_core::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything that decides what a run computes, and where its data lies.
///
/// Relative paths in `data` are relative to the working directory; those of the vocabulary and the
/// corpora are relative to the data root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Names the run in listings and reports.
    pub name: String,
    /// The seed of everything random in the run.
    #[serde(default)]
    pub seed: u64,
    /// SentencePiece model under the data root, or `bytes` for ByT5's vocabulary.
    pub vocabulary: String,
    /// Where data and task files lie.
    #[serde(default)]
    pub data: Data,
    /// What is trained on, and at which rates.
    pub mixture: Mixture,
    /// The shape of a global batch.
    pub batch: Batches,
    /// The model and where its first weights come from.
    pub model: Model,
    /// The training objective.
    #[serde(default)]
    pub loss: Loss,
    /// How weights are updated.
    #[serde(default)]
    pub optimizer: Rule,
    /// The learning rate.
    #[serde(default)]
    pub schedule: Schedule,
    /// How long.
    pub train: Train,
    /// Held-out losses during training.
    #[serde(default)]
    pub evaluation: Evaluation,
    /// When to save, and how much to keep.
    #[serde(default)]
    pub checkpoints: Checkpoints,
}

/// The JSON Schema of recipes, from which editors complete them. The repository keeps it as
/// `docs/schema/recipe.schema.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Recipe).to_value()
}

impl Recipe {
    /// The part that defines the stream.
    pub fn stream(&self) -> MixtureRecipe {
        MixtureRecipe {
            name: self.name.clone(),
            seed: self.seed,
            vocabulary: self.vocabulary.clone(),
            data: self.data.clone(),
            mixture: self.mixture.clone(),
            batch: self.batch,
            steps: Some(self.train.steps),
        }
    }

    /// The recipe as TOML, every default written out.
    ///
    /// # Errors
    /// When a value has no TOML form.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// The digest that result files carry.
    ///
    /// # Errors
    /// When a value has no TOML form.
    pub fn digest(&self) -> Result<Digest, toml::ser::Error> {
        Ok(Digest::of(self.to_toml()?.as_bytes()))
    }

    /// The part that a run must keep from its first step to its last. Its length, how often it
    /// evaluates and saves, and where its data lies may change between two starts.
    pub(crate) fn without_what_may_change(&self) -> Recipe {
        let mut fixed = self.clone();
        fixed.data = Data::default();
        fixed.train.steps = 0;
        fixed.train.log_every = 0;
        fixed.train.device = Default::default();
        fixed.train.skip_nonfinite = 0;
        fixed.evaluation = Evaluation::default();
        fixed.checkpoints = Checkpoints::default();
        fixed
    }
}
