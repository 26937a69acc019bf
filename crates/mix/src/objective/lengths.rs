//! How many raw tokens fill given inputs (`random_spans_helper` of `t5.data.preprocessors`).

use super::{ObjectiveError, SpanCorruption};

/// The lengths that span corruption leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// Raw tokens that are corrupted together.
    pub raw: usize,
    /// Tokens of the corrupted inputs, sentinels and end of sequence included.
    pub inputs: usize,
    /// Tokens of the targets, sentinels and end of sequence included.
    pub targets: usize,
}

impl SpanCorruption {
    /// The most raw tokens whose corrupted inputs fit `inputs_length`, and the lengths they give.
    /// As in the original, arithmetic is in f64 here and in f32 where the mask is made.
    ///
    /// # Errors
    /// When the objective's numbers are impossible.
    pub fn lengths(&self) -> Result<Lengths, ObjectiveError> {
        self.validate()?;
        let mut best = self.lengths_of(self.inputs_length - 1)?;
        loop {
            let next = self.lengths_of(best.raw + 1)?;
            if next.inputs > self.inputs_length {
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

    fn lengths_of(&self, raw: usize) -> Result<Lengths, ObjectiveError> {
        let noise = (raw as f64 * self.density).round_ties_even() as usize;
        let spans = (noise as f64 / self.mean_span).round_ties_even() as usize;
        let clean = raw - noise;
        // Checked at every step, so that the search ends for densities close to 1 as well.
        if spans.max(1) > clean {
            return Err(ObjectiveError::Crowded { length: raw, spans: spans.max(1), clean });
        }
        Ok(Lengths { raw, inputs: clean + spans + 1, targets: noise + spans + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(inputs_length: usize, density: f64, mean_span: f64) -> Lengths {
        let objective = SpanCorruption { density, mean_span, inputs_length };
        objective.lengths().unwrap()
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
        let objective = |density| SpanCorruption { density, mean_span: 1e9, inputs_length: 512 };
        assert_eq!(objective(0.99).lengths().map(|l| l.inputs), Ok(512));
        assert!(objective(1.0 - 1e-9).lengths().is_err());
    }
}
