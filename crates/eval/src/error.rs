//! Why an evaluation failed.

use crate::given::GivenError;
use crate::predictor::PredictorError;
use ext5_task::Origin;
use std::path::PathBuf;
use thiserror::Error;

/// Why an evaluation failed.
#[derive(Debug, Error)]
pub enum EvalError {
    /// There is nothing to evaluate.
    #[error("task {task}: the split `{split}` has no examples to evaluate on")]
    NoExamples {
        /// The task.
        task: String,
        /// The split.
        split: String,
    },
    /// An example without a right answer.
    #[error(
        "task {task}: an example of the split `{split}` has no label ({origin}); only labelled \
         splits can be scored, try `validation`"
    )]
    Unlabelled {
        /// The task.
        task: String,
        /// The split.
        split: String,
        /// The row.
        origin: Origin,
    },
    /// An example whose metric ranks options has none.
    #[error("task {task}: {origin}: no options to choose from, but the metric {metric} needs them")]
    NoOptions {
        /// The task.
        task: String,
        /// The metric.
        metric: &'static str,
        /// The row.
        origin: Origin,
    },
    /// An example whose metric counts options by their position has more or fewer than others.
    #[error(
        "task {task}: {origin}: {found} options, and {expected} before; the metric {metric} needs \
         examples with the same options, try `option_accuracy`"
    )]
    OptionsDiffer {
        /// The task.
        task: String,
        /// The metric.
        metric: &'static str,
        /// The row.
        origin: Origin,
        /// Options of the first example.
        expected: usize,
        /// Options of this one.
        found: usize,
    },
    /// An example whose metric is over groups has none.
    #[error(
        "task {task}: {origin}: the metric {metric} is over groups of examples; say in \
         template.group which belong together"
    )]
    NoGroup {
        /// The task.
        task: String,
        /// The metric.
        metric: &'static str,
        /// The row.
        origin: Origin,
    },
    /// Given answers cannot be scored.
    #[error("task {task}: {}: {source}", path.display())]
    Given {
        /// The task.
        task: String,
        /// The file of answers.
        path: PathBuf,
        /// What is wrong.
        source: Box<GivenError>,
    },
    /// The model failed.
    #[error("task {task}: the model failed: {source}")]
    Predictor {
        /// The task.
        task: String,
        /// What the model said.
        source: PredictorError,
    },
    /// The model broke the promise of [`Predictor`](crate::Predictor).
    #[error("task {task}: the model gave {found}; expected {expected}")]
    Output {
        /// The task.
        task: String,
        /// What should have come.
        expected: String,
        /// What came.
        found: String,
    },
    /// The progress callback asked to stop.
    #[error("the evaluation was interrupted")]
    Interrupted,
    /// A result file could not be written or read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
