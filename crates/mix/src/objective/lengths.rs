//! How many raw tokens fill given inputs (`random_spans_helper` of `t5.data.preprocessors`).

use super::mask::Spans;
use super::{ObjectiveError, Sentinels, SpanCorruption};
use crate::pack::Shape;

/// The lengths that an objective leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// Raw tokens that are corrupted together.
    pub raw: usize,
    /// Tokens of the inputs, sentinels and end of sequence included.
    pub inputs: usize,
    /// Tokens of the targets, sentinels and end of sequence included.
    pub targets: usize,
}

impl SpanCorruption {
    /// The most raw tokens whose corrupted inputs fit `inputs` tokens, and the lengths they give,
    /// as the original's helper has them. As there, arithmetic is in f64 whatever the mask's
    /// rounding, so that masks may have a token of noise, or a span, more.
    ///
    /// # Errors
    /// When the objective's numbers are impossible.
    pub fn lengths(&self, inputs: usize) -> Result<Lengths, ObjectiveError> {
        self.validate()?;
        if inputs < 4 {
            return Err(ObjectiveError::Room { inputs, targets: usize::MAX });
        }
        let mut best = self.lengths_of(inputs - 1)?;
        loop {
            let next = self.lengths_of(best.raw + 1)?;
            if next.inputs > inputs {
                break;
            }
            best = next;
        }
        if self.density == 0.5 && best.targets > best.inputs {
            best.raw -= 1;
            best.targets -= 1;
        }
        Ok(best)
    }

    /// As [`lengths`](Self::lengths), with the masks' own counts: slices are shortened until the
    /// inputs really fit and, with `shorten`, the targets too.
    pub(super) fn plan(
        &self,
        room: Shape,
        shorten: bool,
        sentinels: Sentinels,
    ) -> Result<Lengths, ObjectiveError> {
        let mut raw = self.lengths(room.inputs)?.raw;
        while raw >= 2 {
            let made = Spans::new(raw, self.density, self.mean_span, self.rounding)?;
            let made = self.made(raw, made.noise, made.clean, made.count);
            if made.inputs <= room.inputs && (made.targets <= room.targets || !shorten) {
                return self.corrupted(raw, sentinels);
            }
            raw -= 1;
        }
        Err(ObjectiveError::Room { inputs: room.inputs, targets: room.targets })
    }

    fn lengths_of(&self, raw: usize) -> Result<Lengths, ObjectiveError> {
        let noise = (raw as f64 * self.density).round_ties_even() as usize;
        let spans = (noise as f64 / self.mean_span).round_ties_even() as usize;
        let clean = raw - noise;
        // Checked at every step, so that the search ends for densities close to 1 as well.
        if spans.max(1) > clean {
            return Err(ObjectiveError::Crowded { length: raw, spans: spans.max(1), clean });
        }
        Ok(self.made(raw, noise, clean, spans))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(inputs: usize, density: f64, mean_span: f64) -> Lengths {
        let objective = SpanCorruption { density, mean_span, ..SpanCorruption::default() };
        objective.lengths(inputs).unwrap()
    }

    /// (inputs, density, mean span, raw, targets), as t5's helper gives them.
    #[test]
    fn follow_t5() {
        let table = [
            (64, 0.15, 3.0, 70, 14),
            (128, 0.15, 3.0, 141, 29),
            (256, 0.15, 3.0, 284, 58),
            (512, 0.15, 3.0, 568, 114),
            (1024, 0.15, 3.0, 1137, 229),
            (2048, 0.15, 3.0, 2274, 456),
            (512, 0.15, 8.0, 588, 100),
            (512, 0.15, 64.0, 600, 92),
            (512, 0.5, 3.0, 766, 512),
            (512, 0.5, 8.0, 908, 512),
            (512, 0.5, 32.0, 990, 512),
            (512, 0.5, 64.0, 1006, 512),
            (64, 0.2, 2.0, 70, 22),
            (64, 0.2, 1.0, 63, 27),
        ];
        for (inputs, density, mean_span, raw, targets) in table {
            let found = lengths(inputs, density, mean_span);
            let row = (inputs, density, mean_span);
            assert_eq!((found.raw, found.targets), (raw, targets), "{row:?}");
            assert!(found.inputs <= inputs);
        }
    }

    #[test]
    fn the_search_ends() {
        let objective =
            |density| SpanCorruption { density, mean_span: 1e9, ..SpanCorruption::default() };
        assert_eq!(objective(0.99).lengths(512).map(|l| l.inputs), Ok(512));
        assert!(objective(1.0 - 1e-9).lengths(512).is_err());
        assert!(objective(0.15).lengths(3).is_err());
    }
}
