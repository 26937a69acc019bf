//! What a mixture is, in numbers: shown before the first step of a run, and by `mix show`.

use crate::figure::TaskSize;
use crate::mixture::supply::Supply;
use crate::mixture::{EntryKind, Mixture, MixtureError};
use serde::Serialize;

/// Lengths are means over at most so many examples of a task.
const MEASURED: u64 = 1 << 17;

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

impl Report {
    /// The tasks of the mixture, for their figure.
    pub fn task_sizes(&self) -> Vec<TaskSize<'_>> {
        let sizes = self.entries.iter().filter_map(|entry| {
            let (name, family) = (entry.name.as_str(), entry.family.as_deref()?);
            Some(TaskSize { name, family, examples: entry.examples, cap: entry.cap })
        });
        sizes.collect()
    }
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
    /// Examples that are never drawn because they are too long and `trim` drops such.
    pub dropped: u64,
    /// The cap on scaled examples, where there is one; nothing for a denoising entry.
    pub cap: Option<f64>,
    /// The integer rate.
    pub rate: u32,
    /// Exact share of the stream: rate / total rate.
    pub share: f64,
    /// Share of the stream's input tokens, trimmed, end of sequence included.
    pub inputs_share: f64,
    /// Share of the stream's target tokens, trimmed, end of sequence included.
    pub targets_share: f64,
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
        let lengths = (0..self.entries().len()).map(|entry| Means::of(self, entry));
        let lengths = lengths.collect::<Result<Vec<_>, _>>()?;
        let weigh = |(index, means): (usize, &Means)| {
            let rate = f64::from(self.rate(index));
            [rate * means.inputs_kept, rate * means.targets_kept]
        };
        let tokens: Vec<_> = lengths.iter().enumerate().map(weigh).collect();
        let sums = tokens.iter().fold([0.0; 2], |sum, of| [sum[0] + of[0], sum[1] + of[1]]);
        let entries = self.entries().iter().zip(counts).enumerate();
        let entries = entries.map(|(index, (entry, realised))| {
            let share = f64::from(self.rate(index)) / total_rate as f64;
            let draws = share * budget as f64;
            let examples = self.epoch(index);
            let means = &lengths[index];
            let (family, all, left_out) = match &entry.kind {
                EntryKind::Supervised { family, store } => {
                    (Some(family.clone()), store.examples(), store.left_out())
                }
                EntryKind::Denoising { corpus, .. } => (None, examples, corpus.left_out()),
            };
            EntryReport {
                name: entry.name.clone(),
                family,
                examples,
                malformed: left_out.malformed,
                filtered: left_out.filtered,
                dropped: all - examples,
                cap: entry.cap,
                rate: self.rate(index),
                share,
                inputs_share: tokens[index][0] / sums[0],
                targets_share: tokens[index][1] / sums[1],
                inputs_mean: means.inputs,
                targets_mean: means.targets,
                inputs_trimmed: means.inputs_trimmed,
                targets_trimmed: means.targets_trimmed,
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

/// Means over the examples of an epoch.
#[derive(Default)]
struct Means {
    inputs: f64,
    targets: f64,
    /// After trimming.
    inputs_kept: f64,
    targets_kept: f64,
    /// Shares of examples.
    inputs_trimmed: f64,
    targets_trimmed: f64,
}

impl Means {
    fn of(mixture: &Mixture, entry: usize) -> Result<Self, MixtureError> {
        let shape = mixture.settings().shape;
        let (most_inputs, most_targets) = (shape.inputs as f64, shape.targets as f64);
        let mut sums = Means::default();
        let mut count = 0.0;
        let mut add = |inputs: f64, targets: f64| {
            count += 1.0;
            sums.inputs += inputs;
            sums.targets += targets;
            sums.inputs_kept += inputs.min(most_inputs);
            sums.targets_kept += targets.min(most_targets);
            sums.inputs_trimmed += f64::from(u8::from(inputs > most_inputs));
            sums.targets_trimmed += f64::from(u8::from(targets > most_targets));
        };
        match mixture.supply_of(entry) {
            supply @ Supply::Examples { store, .. } => {
                // Evenly spread where there are more.
                let measured = supply.epoch().min(MEASURED);
                for number in 0..measured {
                    let place = u128::from(number) * u128::from(supply.epoch());
                    let example = supply.nth((place / u128::from(measured)) as u64);
                    let (inputs, targets) = store.lengths(example, 0)?;
                    add((inputs + 1) as f64, (targets + 1) as f64);
                }
            }
            Supply::Slices { means, .. } => add(means.0, means.1),
        }
        let mean = |sum: f64| sum / count;
        Ok(Means {
            inputs: mean(sums.inputs),
            targets: mean(sums.targets),
            inputs_kept: mean(sums.inputs_kept),
            targets_kept: mean(sums.targets_kept),
            inputs_trimmed: mean(sums.inputs_trimmed),
            targets_trimmed: mean(sums.targets_trimmed),
        })
    }
}
