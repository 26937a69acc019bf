//! Prefix language modelling.

use super::{Lengths, Mark, Marks, ObjectiveError};
use crate::pack::Shape;
use ext5_core::Rng;

/// Prefix language modelling: the inputs are the beginning of a slice, the targets the rest
/// (`prefix_lm` of `t5.data.preprocessors`). Of L tokens the first U are inputs, U uniform in
/// [lo, L − 1] with lo = round((1 − 2 · density) · (L − 1)) and at least 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrefixLm {
    /// Mean share of tokens that are targets, in (0, 0.5].
    pub density: f64,
}

impl PrefixLm {
    /// The mask is true where tokens are inputs' noise, that is targets.
    pub(super) const MARKS: Marks = Marks { inputs: Mark::Drop, targets: Mark::Drop };

    /// The longest slices of which any part fits.
    pub(super) fn plan(&self, room: Shape) -> Result<Lengths, ObjectiveError> {
        let of = |raw: usize| -> Result<Lengths, ObjectiveError> {
            // All but one token may be inputs.
            Ok(Lengths { raw, inputs: raw, targets: raw - self.least(raw)? + 1 })
        };
        let fits = |made: &Lengths| made.inputs <= room.inputs && made.targets <= room.targets;
        let mut best = of(2)?;
        if !fits(&best) {
            return Err(ObjectiveError::Room { inputs: room.inputs, targets: room.targets });
        }
        for raw in 3..=room.inputs {
            let next = of(raw)?;
            if !fits(&next) {
                break;
            }
            best = next;
        }
        Ok(best)
    }

    pub(super) fn mean_lengths(&self, length: usize) -> Result<(f64, f64), ObjectiveError> {
        let inputs = (self.least(length)? + length - 1) as f64 / 2.0;
        Ok((inputs + 1.0, length as f64 - inputs + 1.0))
    }

    /// Draws a mask over at least two tokens.
    pub(super) fn mask(&self, length: usize, rng: &mut Rng) -> Result<Vec<bool>, ObjectiveError> {
        let least = self.least(length)?;
        let inputs = least + rng.below((length - least) as u64) as usize;
        Ok((0..length).map(|token| token >= inputs).collect())
    }

    /// The fewest inputs of `length` tokens.
    fn least(&self, length: usize) -> Result<usize, ObjectiveError> {
        if !(self.density > 0.0 && self.density <= 0.5) {
            return Err(ObjectiveError::PrefixDensity(self.density));
        }
        let most = length.saturating_sub(1).max(1);
        let least = ((1.0 - 2.0 * self.density) as f32 * most as f32).round_ties_even() as usize;
        Ok(least.clamp(1, most))
    }
}
