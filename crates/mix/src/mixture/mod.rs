//! Mixtures: tasks and objectives with their rates, and the stream they define.

mod entry;
mod error;
mod rates;
pub(crate) mod supply;

pub use entry::{Denoiser, Entry, EntryKind};
pub use error::MixtureError;

use crate::objective::Sentinels;
use crate::pack::Shape;
use crate::schedule::{Draw, LAST_SLOT, Schedule};
use crate::trim::Trims;
use ext5_core::Key;
use std::collections::BTreeMap;
use supply::Supply;

/// All of a mixture but its entries.
#[derive(Clone, Debug)]
pub struct Settings {
    /// R: denoising examples per supervised example; 0 and infinity are legal.
    pub ratio: f64,
    /// Seed of every random draw.
    pub seed: u64,
    /// Lengths that examples are trimmed to, end of sequence included.
    pub shape: Shape,
    /// What of a task's examples is lost that are longer.
    pub trim: Trims,
    /// The vocabulary's sentinels.
    pub sentinels: Sentinels,
    /// The integer rates of an earlier run by entry name, as [`Mixture::rates`] gave them. Without
    /// them they follow from the entries' rates and `ratio`.
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

/// A task's example before trimming, without end of sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untrimmed {
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
            Some(recorded) => rates::recorded(&entries, recorded)?,
            None => rates::quantised(&entries, settings.ratio)?,
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
        let (supply, entry) = (&self.supplies[draw.entry], &self.entries[draw.entry]);
        let (inputs, targets) = supply.example(draw.k, entry, &self.settings)?;
        Ok(TokenExample { draw, inputs, targets })
    }

    /// A task's example before trimming, to show what trimming takes; nothing for a denoising
    /// entry, whose slices are cut to fit.
    ///
    /// # Errors
    /// When a store is damaged.
    pub fn untrimmed(&self, draw: Draw) -> Result<Option<Untrimmed>, MixtureError> {
        self.supplies[draw.entry].untrimmed(draw.k)
    }

    /// Which of its task's prompts a draw is put in, from 0.
    pub fn prompt(&self, draw: Draw) -> usize {
        self.supplies[draw.entry].prompt(draw.k)
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

    /// Examples that an epoch of an entry has: those of its task that are drawn, or the slices of
    /// its corpus.
    pub fn epoch(&self, entry: usize) -> u64 {
        self.supplies[entry].epoch()
    }

    /// How an entry's draws become examples.
    pub(crate) fn supply_of(&self, entry: usize) -> &Supply {
        &self.supplies[entry]
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

fn check_slot(n: u64) -> Result<(), MixtureError> {
    if n > LAST_SLOT {
        return Err(MixtureError::Slot(n));
    }
    Ok(())
}
