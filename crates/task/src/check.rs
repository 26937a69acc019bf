//! Trying tasks on their data.

use crate::error::TaskError;
use crate::examples::Examples;
use crate::split_tally::SplitTally;
use crate::task::Task;
use ext5_core::key::stable_hash;
use ext5_data::{Malformed, Tolerance};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// How much of the data a check reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The first so many examples of each split.
    Examples(u64),
    /// Every row of every split.
    All,
}

/// The first 16 examples of each split.
impl Default for Extent {
    fn default() -> Self {
        Extent::Examples(16)
    }
}

/// What [`check_all`] says of one task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// The task.
    pub name: String,
    /// Whether it came with the program.
    pub built_in: bool,
    /// Whether it can be used.
    pub state: State,
    /// What was found; none where the data could not be read.
    pub report: Option<Report>,
    /// Why the data could not be read.
    pub error: Option<String>,
}

/// Whether a task can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Every split has examples, and no more malformed rows than the task tolerates.
    Usable,
    /// Something is wrong with the task or its data.
    Unusable,
    /// The data of a built-in task is not under the data root. That is no failure: nobody has the
    /// data of all of them.
    NoData,
}

/// Checks tasks in parallel. The results are in the order of the tasks, and the same every time.
pub fn check_all(tasks: &[&Task], data_root: &Path, extent: Extent) -> Vec<Checked> {
    let check = |task: &&Task| {
        let (state, report, error) = if task.built_in && task.has_no_data(data_root) {
            (State::NoData, None, None)
        } else {
            match task.check(data_root, extent) {
                Ok(report) if report.usable => (State::Usable, Some(report), None),
                Ok(report) => (State::Unusable, Some(report), None),
                Err(error) => (State::Unusable, None, Some(error.to_string())),
            }
        };
        Checked { name: task.name.clone(), built_in: task.built_in, state, report, error }
    };
    tasks.par_iter().map(check).collect()
}

/// What [`Task::check`] found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The task.
    pub name: String,
    /// Its splits.
    pub splits: Vec<SplitReport>,
    /// Validation examples whose inputs are also those of a train example, as far as both were
    /// read.
    pub validation_in_train: u64,
    /// Whether the task can be used: every split has examples, and no more malformed rows than
    /// the task tolerates.
    pub usable: bool,
}

/// What was found in one split.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SplitReport {
    /// The split.
    pub split: String,
    /// Its files.
    pub files: Vec<PathBuf>,
    /// Rows read.
    pub rows: u64,
    /// Whether these are all rows.
    pub complete: bool,
    /// The published number of rows, where the task states it.
    pub published: Option<u64>,
    /// What the filter left out.
    pub filtered: u64,
    /// Malformed rows, those that could not be rendered in one of the prompts included.
    pub malformed: u64,
    /// The first of them.
    pub first_malformed: Vec<Malformed>,
    /// Examples made, after sampling; one in several prompts is one.
    pub examples: u64,
    /// Lengths of the inputs, in the first prompt.
    pub inputs: Lengths,
    /// Lengths of the targets, in the first prompt.
    pub targets: Lengths,
    /// How often each target occurs; empty where there are more than a hundred.
    pub targets_histogram: BTreeMap<String, u64>,
    /// How often the right option is the first, the second, …; empty without options.
    pub answers_histogram: Vec<u64>,
    /// What looks wrong, for people.
    pub warnings: Vec<String>,
}

/// Lengths of texts, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Lengths {
    /// The mean.
    pub mean: f64,
    /// The longest.
    pub max: u64,
}

impl Task {
    /// Renders rows of every split in every prompt and reports what it found. Malformed rows do
    /// not stop it; of the first examples alone, a malformed row among them is judged as if all
    /// rows were like them.
    ///
    /// # Errors
    /// When the task has no split at all, or a split has no file, no row or no example left.
    pub fn check(&self, data_root: &Path, extent: Extent) -> Result<Report, TaskError> {
        let splits = self.splits(data_root);
        if splits.is_empty() {
            // Names the file that was looked for first.
            self.files(data_root, if self.evaluation_only { "validation" } else { "train" })?;
        }
        let mut train_inputs = HashSet::new();
        let mut validation_in_train = 0;
        let mut reports = Vec::new();
        for split in &splits {
            let limit = match extent {
                Extent::Examples(limit) => limit,
                Extent::All => u64::MAX,
            };
            let mut examples = self.to_check(data_root, split, extent)?.all_prompts();
            let mut seen = SplitTally::new(self.reading());
            let mut complete = true;
            for example in examples.by_ref() {
                let example = example?;
                let inputs = stable_hash(&example.inputs);
                match split.as_str() {
                    _ if example.prompt > 0 => {}
                    "train" => {
                        train_inputs.insert(inputs);
                    }
                    "validation" if train_inputs.contains(&inputs) => validation_in_train += 1,
                    _ => {}
                }
                seen.add(&example);
                if seen.examples == limit && example.prompt + 1 == self.prompts() {
                    complete = false;
                    break;
                }
            }
            let tally = examples.tally();
            let complete = complete && !examples.gave_up();
            let published = self.published(split);
            let mut warnings = seen.warnings();
            if let Some(published) = published
                && complete
                && published != tally.rows
            {
                warnings.push(format!("{} rows, and {published} were published", tally.rows));
            }
            reports.push(SplitReport {
                split: split.clone(),
                files: self.files(data_root, split)?,
                rows: tally.rows,
                complete,
                published,
                filtered: examples.filtered(),
                malformed: tally.malformed,
                first_malformed: tally.first.clone(),
                examples: seen.examples,
                inputs: seen.inputs.lengths(seen.examples),
                targets: seen.targets.lengths(seen.examples),
                warnings,
                targets_histogram: seen.histogram.unwrap_or_default(),
                answers_histogram: seen.answers,
            });
        }
        let tolerated = f64::from(self.source.max_malformed);
        let usable = reports.iter().all(|report| {
            report.examples > 0 && report.malformed as f64 <= tolerated * report.rows as f64
        });
        Ok(Report { name: self.name.clone(), splits: reports, validation_in_train, usable })
    }

    /// The examples of a split whatever is malformed; of the first ones alone there is no sample,
    /// which would have to read all rows.
    fn to_check(
        &self,
        data_root: &Path,
        split: &str,
        extent: Extent,
    ) -> Result<Examples<'_>, TaskError> {
        match extent {
            Extent::All => self.examples_within(data_root, split, Tolerance::ANY),
            Extent::Examples(limit) => {
                let files = self.files(data_root, split)?;
                Ok(Examples::all(self, split, files, Tolerance::ANY).giving_up(limit))
            }
        }
    }
}
