//! Trying a task on all its data.

use crate::error::TaskError;
use crate::example::Example;
use crate::task::Task;
use ext5_core::key::stable_hash;
use ext5_data::{Malformed, Tolerance};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// Tasks with more distinct targets than this are not histogrammed: they are not classification.
const HISTOGRAM: usize = 100;

/// What [`Task::check`] found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The task.
    pub name: String,
    /// Its splits.
    pub splits: Vec<SplitReport>,
    /// Validation examples whose inputs are also those of a train example.
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
    /// Rows that the filter left out.
    pub filtered: u64,
    /// Malformed rows, those that could not be rendered included.
    pub malformed: u64,
    /// The first of them.
    pub first_malformed: Vec<Malformed>,
    /// Examples made, after sampling.
    pub examples: u64,
    /// Lengths of the inputs.
    pub inputs: Lengths,
    /// Lengths of the targets.
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
    /// Renders every row of every split and reports what it found. Malformed rows do not stop it.
    ///
    /// # Errors
    /// When the task has no split at all, or a split has no file, no row or no example left.
    pub fn check(&self, data_root: &Path) -> Result<Report, TaskError> {
        let splits = self.splits(data_root);
        if splits.is_empty() {
            // Names the file that was looked for first.
            self.files(data_root, "train")?;
        }
        let mut train_inputs = HashSet::new();
        let mut validation_in_train = 0;
        let mut reports = Vec::new();
        for split in &splits {
            let mut seen = SplitTally::default();
            let mut examples = self.examples_within(data_root, split, Tolerance::ANY)?;
            for example in examples.by_ref() {
                let example = example?;
                let inputs = stable_hash(&example.inputs);
                if split == "train" {
                    train_inputs.insert(inputs);
                } else if split == "validation" && train_inputs.contains(&inputs) {
                    validation_in_train += 1;
                }
                seen.add(&example);
            }
            let tally = examples.tally();
            reports.push(SplitReport {
                split: split.clone(),
                files: self.files(data_root, split)?,
                rows: tally.rows,
                filtered: examples.filtered(),
                malformed: tally.malformed,
                first_malformed: tally.first.clone(),
                examples: seen.examples,
                inputs: seen.inputs.lengths(seen.examples),
                targets: seen.targets.lengths(seen.examples),
                warnings: seen.warnings(),
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
}

/// What is counted while a split is read.
struct SplitTally {
    examples: u64,
    inputs: Sum,
    targets: Sum,
    /// `None` once there are too many distinct targets.
    histogram: Option<BTreeMap<String, u64>>,
    answers: Vec<u64>,
    first_inputs: Option<String>,
    inputs_differ: bool,
    repeated_options: u64,
    targets_off_references: u64,
}

impl Default for SplitTally {
    fn default() -> Self {
        SplitTally {
            examples: 0,
            inputs: Sum::default(),
            targets: Sum::default(),
            histogram: Some(BTreeMap::new()),
            answers: Vec::new(),
            first_inputs: None,
            inputs_differ: false,
            repeated_options: 0,
            targets_off_references: 0,
        }
    }
}

#[derive(Default)]
struct Sum {
    total: u64,
    max: u64,
}

impl Sum {
    fn add(&mut self, text: &str) {
        let length = text.chars().count() as u64;
        self.total += length;
        self.max = self.max.max(length);
    }

    fn lengths(&self, count: u64) -> Lengths {
        Lengths { mean: self.total as f64 / count.max(1) as f64, max: self.max }
    }
}

impl SplitTally {
    fn add(&mut self, example: &Example) {
        self.examples += 1;
        self.inputs.add(&example.inputs);
        self.targets.add(&example.targets);
        if let Some(histogram) = &mut self.histogram {
            *histogram.entry(example.targets.clone()).or_default() += 1;
            if histogram.len() > HISTOGRAM {
                self.histogram = None;
            }
        }
        if let Some(answer) = example.answer {
            self.answers.resize(self.answers.len().max(example.options.len()), 0);
            self.answers[answer] += 1;
        }
        let first = self.first_inputs.get_or_insert_with(|| example.inputs.clone());
        self.inputs_differ |= *first != example.inputs;
        let distinct: HashSet<_> = example.options.iter().collect();
        self.repeated_options += u64::from(distinct.len() < example.options.len());
        let off = !example.references.is_empty() && !example.references.contains(&example.targets);
        self.targets_off_references += u64::from(off);
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.examples > 1 && !self.inputs_differ {
            warnings.push("all inputs are the same: does the template name a column?".to_owned());
        }
        if let Some(histogram) = &self.histogram
            && histogram.len() == 1
            && self.examples > 1
            && !histogram.contains_key("<unk>")
        {
            warnings.push("all targets are the same".to_owned());
        }
        if self.repeated_options > 0 {
            let count = self.repeated_options;
            warnings.push(format!("{count} examples have the same option twice"));
        }
        if self.targets_off_references > 0 {
            let count = self.targets_off_references;
            warnings.push(format!("{count} examples have targets that are none of the references"));
        }
        warnings
    }
}
