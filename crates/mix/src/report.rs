//! What a mixture is, in numbers: shown before the first step of a run, and by `mix show`.

use crate::mixture::{EntryKind, Mixture, MixtureError};
use serde::Serialize;

/// A mixture's entries over a budget of examples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The budget: examples of the stream, from its start.
    pub budget: u64,
    /// Sum of the integer rates.
    pub total_rate: u64,
    /// One report for each entry, in the mixture's order.
    pub entries: Vec<EntryReport>,
}

/// One entry's numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntryReport {
    /// The entry's name.
    pub name: String,
    /// The task's family; nothing for a denoising entry.
    pub family: Option<String>,
    /// Examples of an epoch: those of the task, or the slices of the corpus.
    pub examples: u64,
    /// Rows, or lines of a corpus, that could not be read and were left out.
    pub malformed: u64,
    /// Rows that the task's filter left out.
    pub filtered: u64,
    /// The cap on scaled examples, where there is one; nothing for a denoising entry.
    pub cap: Option<f64>,
    /// The integer rate.
    pub rate: u32,
    /// Exact share of the stream: rate / total rate.
    pub share: f64,
    /// Mean number of input tokens of an example before trimming, end of sequence included.
    pub inputs_mean: f64,
    /// Mean number of target tokens of an example before trimming, end of sequence included.
    pub targets_mean: f64,
    /// Share of examples whose inputs are trimmed.
    pub inputs_trimmed: f64,
    /// Share of examples whose targets are trimmed.
    pub targets_trimmed: f64,
    /// Expected draws of the budget: share · budget.
    pub draws: f64,
    /// Expected epochs of the budget: draws / examples.
    pub epochs: f64,
    /// Draws that the first `budget` slots of the stream really have.
    pub realised: u64,
}

impl Mixture {
    /// Describes the mixture over a budget of `budget` examples.
    ///
    /// # Errors
    /// When the budget is above [`LAST_SLOT`](crate::schedule::LAST_SLOT).
    pub fn report(&self, budget: u64) -> Result<Report, MixtureError> {
        let total_rate = self.schedule().total();
        let counts = self.counts(budget)?;
        let entries = self.entries().iter().zip(counts).enumerate();
        let entries = entries.map(|(index, (entry, realised))| {
            let share = f64::from(self.rate(index)) / total_rate as f64;
            let draws = share * budget as f64;
            let examples = self.epoch(index);
            let lengths = Lengths::of(self, index);
            let (family, cap, left_out) = match &entry.kind {
                EntryKind::Supervised { family, store } => {
                    let cap = self.settings().rule.cap;
                    (Some(family.clone()), cap, store.left_out())
                }
                EntryKind::Denoising { corpus, .. } => (None, None, corpus.left_out()),
            };
            EntryReport {
                name: entry.name.clone(),
                family,
                examples,
                malformed: left_out.malformed,
                filtered: left_out.filtered,
                cap,
                rate: self.rate(index),
                share,
                inputs_mean: lengths.inputs / lengths.examples,
                targets_mean: lengths.targets / lengths.examples,
                inputs_trimmed: lengths.inputs_trimmed / lengths.examples,
                targets_trimmed: lengths.targets_trimmed / lengths.examples,
                draws,
                epochs: draws / examples as f64,
                realised,
            }
        });
        Ok(Report { budget, total_rate, entries: entries.collect() })
    }

    /// How many of the first `n` slots each entry supplies, in closed form.
    ///
    /// # Errors
    /// When `n` is above [`LAST_SLOT`](crate::schedule::LAST_SLOT).
    pub fn counts(&self, n: u64) -> Result<Vec<u64>, MixtureError> {
        if n > crate::schedule::LAST_SLOT {
            return Err(MixtureError::Slot(n));
        }
        Ok(self.schedule().counts(n))
    }
}

/// Sums over examples.
#[derive(Default)]
struct Lengths {
    examples: f64,
    inputs: f64,
    targets: f64,
    inputs_trimmed: f64,
    targets_trimmed: f64,
}

impl Lengths {
    /// Over an epoch of an entry.
    fn of(mixture: &Mixture, entry: usize) -> Self {
        let mut sums = Lengths::default();
        let shape = mixture.settings().shape;
        mixture.visit_lengths(entry, |inputs, targets| {
            sums.examples += 1.0;
            sums.inputs += inputs as f64;
            sums.targets += targets as f64;
            sums.inputs_trimmed += f64::from(u8::from(inputs > shape.inputs as u64));
            sums.targets_trimmed += f64::from(u8::from(targets > shape.targets as u64));
        });
        sums
    }
}
