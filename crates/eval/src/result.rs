//! What the evaluation of a task found.

use crate::metrics::Normalisation;
use ext5_core::Digest;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Where a number comes from: with the counts and intervals beside it, enough to make it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Digest of the resolved recipe; none when a model is scored that no run here made.
    pub recipe: Option<Digest>,
    /// Digest of the data lock; none when the evaluation has none.
    pub data_lock: Option<Digest>,
    /// Digest of the vocabulary; none of given answers.
    pub vocabulary: Option<Digest>,
    /// The folder of the weights; none of given answers.
    pub weights: Option<PathBuf>,
    /// The file of given answers, and the digest of its bytes; none of a model's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictions: Option<GivenFile>,
    /// Training steps that the weights have seen, where known.
    pub step: Option<u64>,
    /// Seed of the run.
    pub seed: u64,
    /// Version of the code.
    pub code: String,
}

/// A file of answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenFile {
    /// Where it was.
    pub path: PathBuf,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// One metric over the examples of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricValue {
    /// The metric's name.
    pub name: String,
    /// The value, times 100.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Number of examples or, where the metric is a mean over groups of them, of groups.
    pub n: usize,
    /// How the value and the interval were made.
    pub how: String,
}

/// What the task's most frequent training answer scores on the same examples, and how the model
/// compares with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The most frequent target of the training examples.
    pub target: String,
    /// The most frequent position of the right option, where the task has options.
    pub option: Option<usize>,
    /// Number of training examples that were counted.
    pub train_examples: usize,
    /// The task's metrics for that answer.
    pub metrics: Vec<MetricValue>,
    /// The model's values less the baseline's, metric by metric.
    pub differences: Vec<Difference>,
}

/// One metric's difference between two systems on the same examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The metric's name.
    pub name: String,
    /// First system's value less the second's, both times 100.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Two-sided p-value of a paired test, for metrics that are means over examples.
    pub p: Option<f64>,
    /// How the interval and the p-value were made.
    pub how: String,
}

/// One example with what the model made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Number of the example in its split, from 0.
    pub index: usize,
    /// The row it was made from, as `FILE:LINE`.
    pub origin: String,
    /// The example's inputs, as text.
    pub inputs: String,
    /// What was predicted: the generated text, or the option with the best score.
    pub prediction: String,
    /// Texts that count as right.
    pub references: Vec<String>,
    /// The example's part, 0 to 100, in each metric that is a mean over examples; of metrics over
    /// groups, the group's at its first example.
    pub marks: Vec<Mark>,
    /// The options with their scores, where options were scored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<OptionScore>,
    /// Which of the options is right, from 0, where options were scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<usize>,
}

/// What one example adds to one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The metric's name.
    pub metric: String,
    /// The example's value, times 100.
    pub value: f64,
}

/// One option of a question with its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionScore {
    /// The option's text.
    pub option: String,
    /// The log-probability after normalisation.
    pub score: f64,
}

/// A task's scores on one split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskResult {
    /// The task; `name` in files, as in every listing.
    #[serde(rename = "name")]
    pub task: String,
    /// Its family.
    pub family: String,
    /// The split.
    pub split: String,
    /// Number of examples.
    pub examples: usize,
    /// Number of examples whose inputs were cut to the greatest length.
    pub truncated: usize,
    /// Number of examples none of whose references the vocabulary can write, for signs that it
    /// lacks: no generated text can equal them. 0 where the task needs no generation.
    pub unwritable: usize,
    /// The digest of the task's definition; none in files of earlier versions.
    #[serde(default)]
    pub task_digest: Option<Digest>,
    /// How options were compared, where a model compared them here.
    pub normalisation: Option<Normalisation>,
    /// The task's metrics in its own order; the first is its main one.
    pub metrics: Vec<MetricValue>,
    /// The majority baseline, where training examples were given.
    pub baseline: Option<Baseline>,
    /// One prediction for each example, in the order of the split. Written to a file of their own.
    #[serde(skip)]
    pub predictions: Vec<Prediction>,
}
