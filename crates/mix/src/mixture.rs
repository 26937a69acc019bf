//! Mixtures: tasks and objectives with their rates, and the stream they define.

use crate::objective::{Lengths, ObjectiveError, Sentinels, SpanCorruption};
use crate::order::{ExampleOrder, SliceOrder};
use crate::pack::Shape;
use crate::rate::{self, RateError, Rule};
use crate::schedule::{Draw, LAST_SLOT, Schedule, ScheduleError};
use crate::store::{CorpusStore, StoreError, TokenStore};
use ext5_core::Key;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// End of sequence, which closes the inputs and the targets of every example.
const EOS: u32 = 1;

/// Why a mixture could not be made or read.
#[derive(Debug, Error)]
pub enum MixtureError {
    /// The rates do not work out.
    #[error(transparent)]
    Rate(#[from] RateError),
    /// The entries do not make a schedule.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// An objective is impossible.
    #[error("denoising entry `{name}`: {source}")]
    Objective {
        /// The entry.
        name: String,
        /// What is wrong.
        source: ObjectiveError,
    },
    /// An objective gives longer examples than the mixture's rows hold.
    #[error(
        "denoising entry `{name}` makes inputs of {} and targets of {} tokens, and the mixture's \
         lengths are {} and {}: lengthen them or shorten the objective's inputs",
        made.inputs, made.targets, shape.inputs, shape.targets
    )]
    TooLong {
        /// The entry.
        name: String,
        /// Lengths of the entry's examples.
        made: Shape,
        /// Lengths of the mixture.
        shape: Shape,
    },
    /// A weight is negative, infinite or not a number.
    #[error("denoising entry `{name}` has the weight {weight}: it must be a number, zero or more")]
    Weight {
        /// The entry.
        name: String,
        /// Its weight.
        weight: f64,
    },
    /// The corpus has a single token.
    #[error("denoising entry `{0}`: its corpus has fewer than 2 tokens")]
    Corpus(String),
    /// A row has no room for a token and the end of sequence.
    #[error("rows of {} inputs and {} targets are too short: at least 2 of each", .0.inputs, .0.targets)]
    Shape(Shape),
    /// Given rates are not those of this mixture.
    #[error("the recorded rates have no entry `{0}`: they were made for another mixture")]
    RateMissing(String),
    /// Given rates have an entry that the mixture lacks.
    #[error("the recorded rates have an entry `{0}`, and the mixture does not")]
    RateUnknown(String),
    /// A slot past the end of counting.
    #[error("slot {0} is beyond the last, {LAST_SLOT}")]
    Slot(u64),
    /// A token store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One supplier of examples.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, unlike any other's in the mixture; its random draws follow from it.
    pub name: String,
    /// What it draws from.
    pub kind: EntryKind,
}

/// What an entry draws from.
#[derive(Clone, Debug)]
pub enum EntryKind {
    /// A task's examples, at a rate that the mixture's [`Rule`] gives.
    Supervised {
        /// The task's family.
        family: String,
        /// Its encoded train examples.
        store: Arc<TokenStore>,
    },
    /// Slices of a corpus, corrupted.
    Denoising {
        /// The corpus.
        corpus: Arc<CorpusStore>,
        /// What is done to a slice.
        objective: SpanCorruption,
        /// Share among the denoising entries, relative to the others' weights.
        weight: f64,
    },
}

/// All of a mixture but its entries.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How supervised rates follow from sizes.
    pub rule: Rule,
    /// R: denoising examples per supervised example; 0 and infinity are legal.
    pub ratio: f64,
    /// Seed of every random draw.
    pub seed: u64,
    /// Lengths that examples are trimmed to, end of sequence included.
    pub shape: Shape,
    /// The vocabulary's sentinels.
    pub sentinels: Sentinels,
    /// The integer rates of an earlier run by entry name, as [`Mixture::rates`] gave them. Without
    /// them they follow from `rule`, `ratio` and the weights.
    pub rates: Option<BTreeMap<String, u32>>,
}

/// One example of the stream: trimmed, with end of sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenExample {
    /// The draw that it is.
    pub draw: Draw,
    /// Encoder ids.
    pub inputs: Vec<u32>,
    /// Decoder ids.
    pub targets: Vec<u32>,
}

/// A mixture and the stream it defines.
#[derive(Debug)]
pub struct Mixture {
    entries: Vec<Entry>,
    supplies: Vec<Supply>,
    rates: Vec<u32>,
    schedule: Schedule,
    settings: Settings,
    key: Key,
}

/// How an entry's draws become examples.
#[derive(Debug)]
enum Supply {
    Examples {
        store: Arc<TokenStore>,
        order: ExampleOrder,
    },
    Slices {
        corpus: Arc<CorpusStore>,
        objective: SpanCorruption,
        order: SliceOrder,
        masks: Key,
        /// Of every slice, as they have one length.
        lengths: Lengths,
    },
}

impl Mixture {
    /// The mixture of `entries`. Their order decides the numbers in [`Draw`]s and nothing else.
    ///
    /// # Errors
    /// When rates, names, objectives and lengths do not fit together.
    pub fn new(entries: Vec<Entry>, settings: Settings) -> Result<Self, MixtureError> {
        let shape = settings.shape;
        if shape.inputs < 2 || shape.targets < 2 {
            return Err(MixtureError::Shape(shape));
        }
        let key = Key::new(settings.seed).name("mixture");
        let rates = match &settings.rates {
            Some(recorded) => recorded_rates(&entries, recorded)?,
            None => rate::quantise(&raw_rates(&entries, &settings)?)?,
        };
        let names = entries.iter().map(|entry| entry.name.as_str());
        let schedule = Schedule::new(names.zip(rates.iter().copied()), key)?;
        let supplies = entries
            .iter()
            .map(|entry| Supply::new(entry, key.name(&entry.name), &settings))
            .collect::<Result<_, _>>()?;
        Ok(Mixture { entries, supplies, rates, schedule, settings, key })
    }

    /// Example `n` of the stream, made without those before it.
    ///
    /// # Errors
    /// When a store is damaged or `n` is above [`LAST_SLOT`].
    pub fn example(&self, n: u64) -> Result<TokenExample, MixtureError> {
        check_slot(n)?;
        self.supply(self.schedule.slot(n))
    }

    /// The examples of the stream from `n` on, without end; equal to `example(n)`,
    /// `example(n + 1)`, ….
    ///
    /// # Errors
    /// When `n` is above [`LAST_SLOT`].
    pub fn from(
        &self,
        n: u64,
    ) -> Result<impl Iterator<Item = Result<TokenExample, MixtureError>> + '_, MixtureError> {
        check_slot(n)?;
        Ok(self.schedule.from(n).map(|draw| self.supply(draw)))
    }

    /// The example that a draw is.
    fn supply(&self, draw: Draw) -> Result<TokenExample, MixtureError> {
        let Shape { inputs, targets } = self.settings.shape;
        let (mut inputs, mut targets) = match &self.supplies[draw.entry] {
            Supply::Examples { store, order } => {
                store.read(order.example(draw.k), inputs - 1, targets - 1)?
            }
            Supply::Slices { corpus, objective, order, masks, .. } => {
                let tokens = corpus.read(order.start(draw.k), order.length())?;
                let (mut i, mut t) = objective
                    .corrupt(&tokens, masks.index(draw.k), self.settings.sentinels)
                    .map_err(|source| objective_error(&self.entries[draw.entry], source))?;
                i.truncate(inputs - 1);
                t.truncate(targets - 1);
                (i, t)
            }
        };
        inputs.push(EOS);
        targets.push(EOS);
        Ok(TokenExample { draw, inputs, targets })
    }

    /// The entries, in the order that [`Draw::entry`] counts.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the mixture was made with, besides its entries.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The integer rates by entry name, for the resolved recipe.
    pub fn rates(&self) -> BTreeMap<String, u32> {
        let names = self.entries.iter().map(|entry| entry.name.clone());
        names.zip(self.rates.iter().copied()).collect()
    }

    /// The integer rate of an entry.
    pub(crate) fn rate(&self, entry: usize) -> u32 {
        self.rates[entry]
    }

    /// Examples that an epoch of an entry has: those of its task, or the slices of its corpus.
    pub fn epoch(&self, entry: usize) -> u64 {
        match &self.supplies[entry] {
            Supply::Examples { store, .. } => store.examples(),
            Supply::Slices { order, .. } => order.slices(),
        }
    }

    /// Tells the lengths of inputs and targets before trimming, end of sequence included: of every
    /// example of a task, of one slice for all of a corpus.
    pub(crate) fn visit_lengths(&self, entry: usize, mut visit: impl FnMut(u64, u64)) {
        match &self.supplies[entry] {
            Supply::Examples { store, .. } => {
                for example in 0..store.examples() {
                    let (inputs, targets) = store.lengths(example);
                    visit(inputs + 1, targets + 1);
                }
            }
            Supply::Slices { lengths, .. } => {
                visit(lengths.inputs as u64, lengths.targets as u64);
            }
        }
    }

    /// Which entry supplies which slot.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Names the draws that are made of the whole mixture.
    pub(crate) fn key(&self) -> Key {
        self.key
    }
}

impl Supply {
    fn new(entry: &Entry, key: Key, settings: &Settings) -> Result<Self, MixtureError> {
        match &entry.kind {
            EntryKind::Supervised { store, .. } => Ok(Supply::Examples {
                order: ExampleOrder::new(key, store.examples()),
                store: Arc::clone(store),
            }),
            EntryKind::Denoising { corpus, objective, .. } => {
                let failed = |source| objective_error(entry, source);
                let full = objective.lengths().map_err(failed)?;
                let (made, shape) = (Shape::from(full), settings.shape);
                if made.inputs > shape.inputs || made.targets > shape.targets {
                    let name = entry.name.clone();
                    return Err(MixtureError::TooLong { name, made, shape });
                }
                let order = SliceOrder::new(key, corpus.tokens(), full.raw as u64);
                if order.length() < 2 {
                    return Err(MixtureError::Corpus(entry.name.clone()));
                }
                let lengths = objective
                    .corrupted(order.length() as usize, settings.sentinels)
                    .map_err(failed)?;
                Ok(Supply::Slices {
                    corpus: Arc::clone(corpus),
                    objective: *objective,
                    order,
                    masks: key.name("mask"),
                    lengths,
                })
            }
        }
    }
}

/// Rates by rule, R and weights, in the order of the entries.
fn raw_rates(entries: &[Entry], settings: &Settings) -> Result<Vec<f64>, MixtureError> {
    let (mut supervised, mut weights) = (Vec::new(), Vec::new());
    for entry in entries {
        match &entry.kind {
            EntryKind::Supervised { store, .. } => {
                supervised.push(settings.rule.rate(store.examples())?);
            }
            EntryKind::Denoising { weight, .. } => {
                if !(weight.is_finite() && *weight >= 0.0) {
                    let (name, weight) = (entry.name.clone(), *weight);
                    return Err(MixtureError::Weight { name, weight });
                }
                weights.push(*weight);
            }
        }
    }
    let (supervised, denoising) = rate::with_denoising(&supervised, &weights, settings.ratio)?;
    let (mut supervised, mut denoising) = (supervised.into_iter(), denoising.into_iter());
    let next = |entry: &Entry| match entry.kind {
        EntryKind::Supervised { .. } => supervised.next(),
        EntryKind::Denoising { .. } => denoising.next(),
    };
    Ok(entries.iter().filter_map(next).collect())
}

fn recorded_rates(
    entries: &[Entry],
    recorded: &BTreeMap<String, u32>,
) -> Result<Vec<u32>, MixtureError> {
    let known = |name: &String| entries.iter().any(|entry| entry.name == *name);
    if let Some(name) = recorded.keys().find(|name| !known(name)) {
        return Err(MixtureError::RateUnknown(name.clone()));
    }
    let rate = |entry: &Entry| {
        let missing = || MixtureError::RateMissing(entry.name.clone());
        recorded.get(&entry.name).copied().ok_or_else(missing)
    };
    entries.iter().map(rate).collect()
}

fn objective_error(entry: &Entry, source: ObjectiveError) -> MixtureError {
    MixtureError::Objective { name: entry.name.clone(), source }
}

fn check_slot(n: u64) -> Result<(), MixtureError> {
    if n > LAST_SLOT {
        return Err(MixtureError::Slot(n));
    }
    Ok(())
}
