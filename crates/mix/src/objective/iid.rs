//! Independent noise.

use super::{Lengths, Marks, ObjectiveError, Sentinels};
use crate::pack::Shape;
use ext5_core::Rng;

/// Standard deviations that a slice leaves room for.
const SLACK: f64 = 4.0;

/// Every token is noise with the same probability, by a coin of its own (`iid_noise_mask` of
/// `t5.data.preprocessors`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IidNoise {
    /// The probability, in (0, 1).
    pub density: f64,
    /// What stands for noise and for clean tokens.
    pub marks: Marks,
}

impl IidNoise {
    /// The longest slices that fit but for rare draws.
    pub(super) fn plan(
        &self,
        room: Shape,
        sentinels: Sentinels,
    ) -> Result<Lengths, ObjectiveError> {
        let of = |raw: usize| -> Result<Lengths, ObjectiveError> {
            let (inputs, targets) = self.mean_lengths(raw, sentinels)?;
            // Tokens and spans of noise vary together, each by no more than this.
            let slack = 2.0 * SLACK * (raw as f64 * self.density * (1.0 - self.density)).sqrt();
            let most = raw as f64 + 2.0;
            let bound = |mean: f64| (mean + slack).min(most).ceil() as usize;
            Ok(Lengths { raw, inputs: bound(inputs), targets: bound(targets) })
        };
        let fits = |made: &Lengths| made.inputs <= room.inputs && made.targets <= room.targets;
        let mut best = of(2)?;
        if !fits(&best) {
            return Err(ObjectiveError::Room { inputs: room.inputs, targets: room.targets });
        }
        loop {
            match of(best.raw + 1) {
                Ok(next) if fits(&next) => best = next,
                // Longer slices would run out of room, or of sentinels.
                _ => return Ok(best),
            }
        }
    }

    pub(super) fn mean_lengths(
        &self,
        length: usize,
        sentinels: Sentinels,
    ) -> Result<(f64, f64), ObjectiveError> {
        self.validate(length, sentinels)?;
        let (tokens, density) = (length as f64, self.density);
        let (noise, clean) = (tokens * density, tokens * (1.0 - density));
        let turns = (tokens - 1.0) * density * (1.0 - density);
        let inputs = clean + self.marks.inputs.ids(noise, density + turns);
        let targets = noise + self.marks.targets.ids(clean, 1.0 - density + turns);
        Ok((inputs + 1.0, targets + 1.0))
    }

    /// Draws a mask. Tokens after the last span that there is a sentinel for stay clean.
    pub(super) fn mask(
        &self,
        length: usize,
        rng: &mut Rng,
        sentinels: Sentinels,
    ) -> Result<Vec<bool>, ObjectiveError> {
        self.validate(length, sentinels)?;
        let mut mask: Vec<bool> = (0..length).map(|_| rng.unit() < self.density).collect();
        if self.marks.are_unique() {
            // One less, for the clean span after the last.
            let mut left = sentinels.count() - 1;
            let mut inside = false;
            for noisy in &mut mask {
                if *noisy && !inside {
                    *noisy = left > 0;
                    left = left.saturating_sub(1);
                }
                inside = *noisy;
            }
        }
        Ok(mask)
    }

    fn validate(&self, length: usize, sentinels: Sentinels) -> Result<(), ObjectiveError> {
        if !(self.density > 0.0 && self.density < 1.0) {
            return Err(ObjectiveError::Density(self.density));
        }
        let spans = 1.0 + length as f64 * self.density * (1.0 - self.density);
        let needed = self.marks.sentinels(spans.ceil() as usize + 1);
        if needed > sentinels.count() as usize {
            return Err(ObjectiveError::Sentinels { spans: needed, available: sentinels.count() });
        }
        Ok(())
    }
}
