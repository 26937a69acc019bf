//! The sections of a recipe.

use crate::optimizer::AdafactorOptions;
use ext5_model::{Init, T5Config};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where data, task files and token stores lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// The folder under which task sources, corpora and the vocabulary are looked up.
    pub root: PathBuf,
    /// Folders of task files.
    pub tasks: Vec<PathBuf>,
    /// Where token stores are kept; safe to delete between runs.
    pub cache: PathBuf,
}

impl Default for Data {
    fn default() -> Self {
        Data { root: "data".into(), tasks: vec!["tasks".into()], cache: "cache".into() }
    }
}

/// Tasks and corpora with their rates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mixture {
    /// Task names, name patterns, `family:NAME`, `suite:NAME`, or `*` for every task.
    pub tasks: Vec<String>,
    /// Examples of a task that count towards its rate, at most.
    #[serde(default = "Mixture::default_cap")]
    pub cap: u64,
    /// Rates are raised to the power 1 / temperature.
    #[serde(default = "Mixture::default_temperature")]
    pub temperature: f64,
    /// Denoising examples for each supervised example: 0 is supervised only, `inf` denoising only.
    /// It has no default on purpose: no single value is known to be right.
    pub r: f64,
    /// The integer rate of every entry, for 2³² in all at most. A run writes them into its resolved
    /// recipe, so that it goes on with the rates it began with.
    #[serde(default)]
    pub rates: Option<BTreeMap<String, u32>>,
    /// Unlabelled text for span corruption.
    #[serde(default)]
    pub corpus: Vec<Corpus>,
}

impl Mixture {
    /// ExMix's cap.
    fn default_cap() -> u64 {
        300_000
    }

    fn default_temperature() -> f64 {
        1.0
    }
}

/// One corpus and the span corruption that turns it into examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corpus {
    /// Names the mixture entry.
    pub name: String,
    /// Text files under the data root, or patterns of them, to train on.
    pub train: Vec<String>,
    /// Text files for the held-out loss.
    #[serde(default)]
    pub validation: Vec<String>,
    /// Share of tokens that are masked.
    #[serde(default = "Corpus::default_density")]
    pub density: f64,
    /// Mean length of a masked span, in tokens.
    #[serde(default = "Corpus::default_mean_span")]
    pub mean_span: f64,
    /// This corpus's part of the denoising examples, relative to the other corpora.
    #[serde(default = "Corpus::default_weight")]
    pub weight: f64,
}

impl Corpus {
    /// T5's.
    fn default_density() -> f64 {
        0.15
    }

    /// T5's.
    fn default_mean_span() -> f64 {
        3.0
    }

    fn default_weight() -> f64 {
        1.0
    }
}

/// The shape of a global batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// The model: exactly one of `size`, `config` and `from`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Model {
    /// How first weights are drawn when none are loaded.
    pub init: Init,
    /// A named size, such as `t5-1.1-small`.
    pub size: Option<String>,
    /// A run folder, checkpoint or Hugging Face folder whose weights the run starts from.
    pub from: Option<PathBuf>,
    /// A shape of one's own.
    pub config: Option<T5Config>,
}

/// The training objective.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Loss {
    /// Weight of (log Z)² beside the cross-entropy.
    pub z_loss: f64,
    /// Share of the target's probability that is spread over all pieces.
    pub label_smoothing: f64,
    /// Dropout probability at every site.
    pub dropout: f64,
}

impl Default for Loss {
    fn default() -> Self {
        Loss { z_loss: 1e-4, label_smoothing: 0.0, dropout: 0.0 }
    }
}

/// How weights are updated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Optimizer {
    /// Adafactor as T5X has it.
    Adafactor(AdafactorOptions),
}

impl Default for Optimizer {
    fn default() -> Self {
        Optimizer::Adafactor(AdafactorOptions::default())
    }
}

/// How long a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Train {
    /// Weight updates.
    pub steps: u64,
    /// Steps between two lines of the log.
    #[serde(default = "Train::default_log_every")]
    pub log_every: u64,
    /// Worker threads; all processor cores by default. Results are the same to the bit only for
    /// the same number.
    #[serde(default)]
    pub threads: Option<usize>,
}

impl Train {
    fn default_log_every() -> u64 {
        10
    }
}

/// Held-out losses during training. The same examples are used every time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Evaluation {
    /// Steps between two evaluations; 0 for none.
    pub every: u64,
    /// Validation examples of each task, and as many denoising examples as of all tasks together.
    pub examples_per_task: u64,
}

impl Default for Evaluation {
    fn default() -> Self {
        Evaluation { every: 100, examples_per_task: 16 }
    }
}

/// When to save, and how much to keep.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checkpoints {
    /// Steps between two checkpoints; 0 for the last step only.
    pub every_steps: u64,
    /// Minutes between two checkpoints; 0 for none by the clock.
    pub every_minutes: f64,
    /// Newest checkpoints that are kept.
    pub keep: usize,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Checkpoints { every_steps: 0, every_minutes: 5.0, keep: 2 }
    }
}
