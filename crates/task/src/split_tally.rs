//! What is counted while a split is checked.

use crate::check::Lengths;
use crate::example::Example;
use crate::reading::{Answer, Reading};
use std::collections::{BTreeMap, HashSet};

/// Tasks with more distinct targets than this are not histogrammed: they are not classification.
const HISTOGRAM: usize = 100;

/// What is counted while a split is read.
pub(crate) struct SplitTally<'a> {
    reading: &'a Reading,
    /// Examples; one in several prompts is one.
    pub examples: u64,
    pub inputs: Sum,
    pub targets: Sum,
    /// `None` once there are too many distinct targets.
    pub histogram: Option<BTreeMap<String, u64>>,
    /// How often each option is the right one.
    pub answers: Vec<u64>,
    first_inputs: Option<String>,
    inputs_differ: bool,
    repeated_options: u64,
    targets_off_references: u64,
    unreadable: u64,
}

/// Lengths of texts, added up.
#[derive(Default)]
pub(crate) struct Sum {
    total: u64,
    max: u64,
}

impl Sum {
    fn add(&mut self, text: &str) {
        let length = text.chars().count() as u64;
        self.total += length;
        self.max = self.max.max(length);
    }

    pub(crate) fn lengths(&self, count: u64) -> Lengths {
        Lengths { mean: self.total as f64 / count.max(1) as f64, max: self.max }
    }
}

impl<'a> SplitTally<'a> {
    pub(crate) fn new(reading: &'a Reading) -> Self {
        SplitTally {
            reading,
            examples: 0,
            inputs: Sum::default(),
            targets: Sum::default(),
            histogram: Some(BTreeMap::new()),
            answers: Vec::new(),
            first_inputs: None,
            inputs_differ: false,
            repeated_options: 0,
            targets_off_references: 0,
            unreadable: 0,
        }
    }

    pub(crate) fn add(&mut self, example: &Example) {
        if example.prompt > 0 {
            return;
        }
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
        self.unreadable +=
            u64::from(!example.references.is_empty() && !self.reads(&example.targets));
    }

    /// Whether the text of a target says what the reading looks for.
    fn reads(&self, target: &str) -> bool {
        match self.reading.read(target) {
            Answer::Text(_) => !matches!(self.reading, Reading::Number { .. }),
            Answer::Spans(spans) => spans.iter().all(|span| !span.kind.is_empty()),
            Answer::Number(_) | Answer::Labels(_) => true,
        }
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
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
        if self.unreadable > 0 {
            let count = self.unreadable;
            warnings.push(format!("{count} examples have targets that [prediction] cannot read"));
        }
        warnings
    }
}
