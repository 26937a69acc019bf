//! Objectives: how unlabelled tokens become an example.
//!
//! Every objective draws a mask over a slice of the corpus, true where a token is noise, and makes
//! inputs and targets of the slice by what its [`Marks`] do with the two kinds of tokens. The mask
//! follows from a key and the number of tokens alone.

mod error;
mod iid;
mod lengths;
mod mark;
mod mask;
mod prefix;
mod sentinel;
mod span;

pub use error::ObjectiveError;
pub use iid::IidNoise;
pub use lengths::Lengths;
pub use mark::{Mark, Marks};
pub use mask::Rounding;
pub use prefix::PrefixLm;
pub use sentinel::Sentinels;
pub use span::SpanCorruption;

use crate::pack::Shape;
use ext5_core::Key;

/// How a slice of unlabelled tokens becomes inputs and targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Objective {
    /// Spans of noise, whose number and total length follow from the slice's length.
    SpanCorruption(SpanCorruption),
    /// Every token is noise by a coin of its own.
    IidNoise(IidNoise),
    /// The targets continue the inputs.
    PrefixLm(PrefixLm),
}

impl Objective {
    /// The length of the slices that fill inputs of `room.inputs` tokens, and the lengths that
    /// examples then have: exactly for span corruption without rotation, at most otherwise.
    /// Random lengths of [`IidNoise`] exceed them in one of some thousand examples, which are
    /// trimmed. Span corruption heeds `room.targets` only where `shorten` is set: elsewhere the
    /// caller must look whether they suffice, as a run with short targets is most often a mistake.
    ///
    /// # Errors
    /// When the objective's numbers are impossible, alone or for this room and these sentinels.
    pub fn plan(
        &self,
        room: Shape,
        shorten: bool,
        sentinels: Sentinels,
    ) -> Result<Lengths, ObjectiveError> {
        match self {
            Objective::SpanCorruption(objective) => objective.plan(room, shorten, sentinels),
            Objective::IidNoise(objective) => objective.plan(room, sentinels),
            Objective::PrefixLm(objective) => objective.plan(room),
        }
    }

    /// Corrupts `tokens`, at least two: inputs and targets without end of sequence.
    ///
    /// # Errors
    /// When the objective's numbers are impossible, alone or for this many tokens and sentinels.
    pub fn corrupt(
        &self,
        tokens: &[u32],
        key: Key,
        sentinels: Sentinels,
    ) -> Result<(Vec<u32>, Vec<u32>), ObjectiveError> {
        let (length, rng) = (tokens.len(), &mut key.rng());
        let (mask, marks) = match self {
            Objective::SpanCorruption(objective) => {
                (objective.spans(length, sentinels)?.mask(rng, objective.rotate), objective.marks)
            }
            Objective::IidNoise(objective) => {
                (objective.mask(length, rng, sentinels)?, objective.marks)
            }
            Objective::PrefixLm(objective) => (objective.mask(length, rng)?, PrefixLm::MARKS),
        };
        Ok(marks.apply(tokens, mask, sentinels))
    }

    /// The mean lengths of inputs and targets that corrupting `length` tokens gives, end of
    /// sequence included; those of span corruption without rotation are exact.
    ///
    /// # Errors
    /// Those of [`corrupt`](Self::corrupt).
    pub fn mean_lengths(
        &self,
        length: usize,
        sentinels: Sentinels,
    ) -> Result<(f64, f64), ObjectiveError> {
        match self {
            Objective::SpanCorruption(objective) => {
                let made = objective.corrupted(length, sentinels)?;
                Ok((made.inputs as f64, made.targets as f64))
            }
            Objective::IidNoise(objective) => objective.mean_lengths(length, sentinels),
            Objective::PrefixLm(objective) => objective.mean_lengths(length),
        }
    }
}

#[cfg(test)]
mod tests;
