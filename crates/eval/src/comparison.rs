//! Two systems on the same examples.

use crate::error::EvalError;
use crate::evaluation::{Settings, check};
use crate::given::Given;
use crate::judge::{self, Answers};
use crate::result::{Difference, MetricValue};
use crate::summary;
use ext5_core::Digest;
use ext5_task::{Example, Task};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How two systems compare on one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The task; `name` in files, as in every listing.
    #[serde(rename = "name")]
    pub task: String,
    /// Its family.
    pub family: String,
    /// The split.
    pub split: String,
    /// Number of examples.
    pub examples: usize,
    /// The digest of the task's definition.
    pub task_digest: Digest,
    /// The two files of answers.
    pub files: [PathBuf; 2],
    /// The digests of their bytes.
    pub digests: [Digest; 2],
    /// The first system's values, metric by metric.
    pub first: Vec<MetricValue>,
    /// The second system's.
    pub second: Vec<MetricValue>,
    /// The first system's values less the second's, with interval and p-value.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Compares what two systems answered to the same examples of a split.
    ///
    /// # Errors
    /// When the examples cannot be scored, or one file does not answer each of them once with what
    /// the task's metrics need.
    pub fn new(
        task: &Task,
        split: &str,
        examples: &[Example],
        files: [&Given; 2],
        settings: &Settings,
    ) -> Result<Self, EvalError> {
        check(task, split, examples)?;
        let [first, second] = files.map(|given| Answers::given(given, task, split, examples));
        let (first, second) = (first?, second?);
        let bootstrap = judge::bootstrap(task, settings);
        let marks = [&first, &second].map(|answers| {
            let responses = judge::responses(examples, answers);
            judge::mark(task, examples, &responses)
        });
        let values = |side: usize| {
            let value =
                |(metric, marks): &(_, _)| summary::value(*metric, marks, judge::GIVEN, &bootstrap);
            marks[side].iter().map(value).collect()
        };
        let pairs = marks[0].iter().zip(&marks[1]);
        Ok(Comparison {
            task: task.name.clone(),
            family: task.family.clone(),
            split: split.to_owned(),
            examples: examples.len(),
            task_digest: task.digest(),
            files: files.map(|given| given.path.clone()),
            digests: files.map(|given| given.digest),
            first: values(0),
            second: values(1),
            differences: pairs
                .map(|((metric, first), (_, second))| {
                    summary::difference(*metric, first, second, &bootstrap)
                })
                .collect(),
        })
    }
}
