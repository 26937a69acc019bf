//! The sections of a recipe that only training reads.

use ext5_model::{Device, Init, Precision, T5Config};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The model: exactly one of `size`, `config` and `from`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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

/// How long a run is, and what it does with gradients that are out of the ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Whether blocks compute again in the backward pass what they could have kept from the forward
    /// pass (activation checkpointing): less memory, more time, the same results. On the CPU only.
    #[serde(default)]
    pub recompute: bool,
    /// Where the model is trained: `cpu`, `wgpu`, `cuda` or `cuda:1`. Devices beside the CPU are
    /// features of the build.
    #[serde(default)]
    pub device: Device,
    /// What matrix products are computed in; weights and gradients are f32 in any case.
    #[serde(default)]
    pub precision: Precision,
    /// Gradients whose norm over all parameters, per target token, is above this are scaled down to
    /// it; never by default.
    #[serde(default)]
    pub clip_norm: Option<f64>,
    /// Updates in a row that are left out, at most, because the loss or a gradient is not a finite
    /// number; one more ends the run.
    #[serde(default)]
    pub skip_nonfinite: u64,
}

impl Train {
    fn default_log_every() -> u64 {
        10
    }
}

/// Held-out losses during training, and scores where `checkpoints.best` asks for them. The same
/// examples are used every time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Evaluation {
    /// Steps between two evaluations; 0 for none.
    pub every: u64,
    /// Validation examples of each task, and as many denoising examples as of all tasks together.
    pub examples_per_task: u64,
    /// Validation examples of each task that is scored, at most.
    pub scored_examples: usize,
    /// Evaluations in a row without a better score after which the run ends; it never ends early by
    /// default.
    pub patience: Option<u64>,
}

impl Default for Evaluation {
    fn default() -> Self {
        Evaluation { every: 100, examples_per_task: 16, scored_examples: 256, patience: None }
    }
}

/// When to save, and how much to keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Checkpoints {
    /// Steps between two checkpoints; 0 for the last step only.
    pub every_steps: u64,
    /// Minutes between two checkpoints; 0 for none by the clock.
    pub every_minutes: f64,
    /// Newest checkpoints that are kept.
    pub keep: usize,
    /// Tasks whose main metric is taken on their validation split at each evaluation: names or
    /// patterns. The checkpoint with the best mean over them is kept, too, and is the one that opens
    /// when the run's folder is given to another command.
    pub best: Vec<String>,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Checkpoints { every_steps: 0, every_minutes: 5.0, keep: 2, best: Vec::new() }
    }
}
