//! Evaluation: metrics, generation and option scoring, statistics.
//!
//! [`Evaluation::task`] puts the examples of a split to a [`Predictor`] and returns a
//! [`TaskResult`]: every metric of the task with an interval, the majority baseline on the same
//! examples, and one prediction for each example. [`TaskResult::write`] leaves them in a run's
//! folder with their [`Provenance`], [`table()`] shows several. [`score_given`] scores answers that
//! a file holds, [`Comparison`] two systems by such files, [`Suite`] averages by publishers' rules. [`metrics`] and [`statistics`]
//! are pure functions and know nothing of models; [`statistics::compare`] compares two systems
//! over several seeds.

mod batches;
mod comparison;
mod error;
mod evaluation;
mod files;
mod given;
mod judge;
mod majority;
pub mod metrics;
mod predictor;
mod questions;
mod result;
pub mod statistics;
mod suites;
mod summary;
mod t5;
mod table;
#[cfg(test)]
mod testing;

pub use comparison::Comparison;
pub use error::EvalError;
pub use evaluation::{Evaluation, Settings, score_given};
pub use files::{ResultFile, predictions_path};
pub use given::{Given, GivenError};
pub use majority::Majority;
pub use predictor::{Predictor, PredictorError};
pub use questions::Progress;
pub use result::{
    Baseline, Difference, GivenFile, Mark, MetricValue, OptionScore, Prediction, Provenance,
    TaskResult,
};
pub use suites::{Average, Suite, averages};
pub use table::{comparisons, suites, table};
