//! `[mixture]`: tasks, groups of tasks and corpora with their rates.

use super::Corpus;
use crate::rate::{Count, Rule};
use crate::trim::Trims;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tasks and corpora with their rates.
///
/// The rate of a task follows from its number of train examples:
/// rate = min(size · scale, cap) ^ (1 / temperature). `cap = inf` is proportional to size,
/// `temperature = inf` equal mixing.
///
/// ```toml
/// [mixture]
/// tasks = ["suite:exmix"]
/// cap = 300_000
/// r = 2.0
///
/// [mixture.task.rte]      # one task's own
/// cap = 1_000
///
/// [[mixture.group]]       # a mixture in the mixture
/// name = "t0"
/// rate = 40_000           # its tasks' rates come to this together
/// tasks = ["suite:t0"]
/// count = "t0"
/// cap = 500_000
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mixture {
    /// Task names, name patterns, `family:NAME`, `suite:NAME`, or `*` for every task; with `!`
    /// before it a pattern takes tasks out. Those of groups need not be named here.
    #[serde(default)]
    pub tasks: Vec<String>,
    /// What a task's size counts: `examples`, `renderings` (examples in each prompt), or `t0`.
    #[serde(default)]
    pub count: Count,
    /// What a task's size is multiplied by, before the cap.
    #[serde(default = "Mixture::default_scale")]
    pub scale: f64,
    /// The most that a scaled size counts; `inf` for no cap.
    #[serde(default = "Mixture::default_cap")]
    pub cap: f64,
    /// Rates are raised to the power 1 / temperature; `inf` makes all equal.
    #[serde(default = "Mixture::default_temperature")]
    pub temperature: f64,
    /// Denoising examples for each supervised example: 0 is supervised only, `inf` denoising only.
    /// It has no default on purpose: no single value is known to be right.
    pub r: f64,
    /// The list of rows and documents that are not trained on, under the data root: what `ext5 mix
    /// check-overlap --drop` writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<String>,
    /// What becomes of examples that are longer than rows.
    #[serde(default)]
    pub trim: Trims,
    /// The integer rate of every entry, for 2³² in all at most. A run writes them into its resolved
    /// recipe, so that it goes on with the rates it began with.
    #[serde(default)]
    pub rates: Option<BTreeMap<String, u32>>,
    /// What single tasks have of their own, by name.
    #[serde(default)]
    pub task: BTreeMap<String, TaskRate>,
    /// Mixtures in the mixture.
    #[serde(default)]
    pub group: Vec<Group>,
    /// Unlabelled text and what is done to it.
    #[serde(default)]
    pub corpus: Vec<Corpus>,
}

impl Mixture {
    fn default_scale() -> f64 {
        Rule::default().scale
    }

    fn default_cap() -> f64 {
        Rule::default().cap
    }

    fn default_temperature() -> f64 {
        Rule::default().temperature
    }

    /// The rule of tasks without keys of their own.
    pub fn rule(&self) -> Rule {
        let Mixture { count, scale, cap, temperature, .. } = *self;
        Rule { count, scale, cap, temperature }
    }
}

/// Tasks and groups that share a rate. Keys that it lacks are those of what stands around it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Group {
    /// Names it in errors.
    pub name: String,
    /// What its members' rates together come to in what stands around it. Without one they count
    /// there as they are.
    pub rate: Option<f64>,
    /// Its tasks, as those of the mixture. A task that several groups have gets a rate from each.
    pub tasks: Vec<String>,
    /// As [`Mixture::count`].
    pub count: Option<Count>,
    /// As [`Mixture::scale`].
    pub scale: Option<f64>,
    /// As [`Mixture::cap`].
    pub cap: Option<f64>,
    /// As [`Mixture::temperature`].
    pub temperature: Option<f64>,
    /// What single tasks have of their own in this group.
    pub task: BTreeMap<String, TaskRate>,
    /// The groups in this one.
    pub group: Vec<Group>,
}

/// What a single task has of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskRate {
    /// Its rate, whatever its size; 0 keeps it out of the stream.
    pub rate: Option<f64>,
    /// As [`Mixture::count`].
    pub count: Option<Count>,
    /// As [`Mixture::scale`].
    pub scale: Option<f64>,
    /// As [`Mixture::cap`].
    pub cap: Option<f64>,
    /// As [`Mixture::temperature`].
    pub temperature: Option<f64>,
}

/// The keys that groups and tasks may have of their own.
pub trait RateKeys {
    /// The rule with these keys in place of those of `around`.
    fn rule(&self, around: Rule) -> Rule;
}

macro_rules! rate_keys {
    ($($section:ty),*) => {$(
        impl RateKeys for $section {
            fn rule(&self, around: Rule) -> Rule {
                Rule {
                    count: self.count.unwrap_or(around.count),
                    scale: self.scale.unwrap_or(around.scale),
                    cap: self.cap.unwrap_or(around.cap),
                    temperature: self.temperature.unwrap_or(around.temperature),
                }
            }
        }
    )*};
}
rate_keys!(Group, TaskRate);
