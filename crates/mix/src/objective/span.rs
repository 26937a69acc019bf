//! Span corruption.

use super::mask::{Rounding, Spans};
use super::{Lengths, Marks, ObjectiveError, Sentinels};

/// Span corruption, the objective of T5: contiguous spans of noise are replaced in the inputs by
/// one sentinel each, and the targets spell them out (`random_spans_noise_mask` of
/// `t5.data.preprocessors`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpanCorruption {
    /// Share of tokens that are noise, in (0, 1).
    pub density: f64,
    /// Mean length of a noise span, in tokens; at least 1.
    pub mean_span: f64,
    /// How noise is counted.
    pub rounding: Rounding,
    /// Whether masks are turned by a random number of places. Without it a slice always starts
    /// clean and ends noisy, so that short texts always lose their tails.
    pub rotate: bool,
    /// What stands for noise and for clean tokens.
    pub marks: Marks,
}

impl Default for SpanCorruption {
    /// T5's.
    fn default() -> Self {
        SpanCorruption {
            density: 0.15,
            mean_span: 3.0,
            rounding: Rounding::T5,
            rotate: false,
            marks: Marks::default(),
        }
    }
}

impl SpanCorruption {
    /// The lengths that corrupting `length` tokens gives, end of sequence included; with rotation
    /// the greatest.
    ///
    /// # Errors
    /// When the objective's numbers are impossible, alone or for this many tokens and sentinels.
    pub fn corrupted(
        &self,
        length: usize,
        sentinels: Sentinels,
    ) -> Result<Lengths, ObjectiveError> {
        let spans = self.spans(length, sentinels)?;
        Ok(self.made(length, spans.noise, spans.clean, spans.count))
    }

    /// Lengths that follow from counts.
    pub(super) fn made(&self, raw: usize, noise: usize, clean: usize, spans: usize) -> Lengths {
        let Marks { inputs, targets } = self.marks;
        // A turn may cut one span, of either kind, in two.
        let spans = (spans + usize::from(self.rotate)) as f64;
        let stand_in_inputs = inputs.ids(noise as f64, spans) as usize;
        let stand_in_targets = targets.ids(clean as f64, spans) as usize;
        Lengths { raw, inputs: clean + stand_in_inputs + 1, targets: noise + stand_in_targets + 1 }
    }

    pub(super) fn spans(
        &self,
        length: usize,
        sentinels: Sentinels,
    ) -> Result<Spans, ObjectiveError> {
        self.validate()?;
        let spans = Spans::new(length, self.density, self.mean_span, self.rounding)?;
        let needed = self.marks.sentinels(spans.count + usize::from(self.rotate));
        if needed > sentinels.count() as usize {
            return Err(ObjectiveError::Sentinels { spans: needed, available: sentinels.count() });
        }
        Ok(spans)
    }

    pub(super) fn validate(&self) -> Result<(), ObjectiveError> {
        if !(self.density > 0.0 && self.density < 1.0) {
            return Err(ObjectiveError::Density(self.density));
        }
        if !(self.mean_span >= 1.0 && self.mean_span.is_finite()) {
            return Err(ObjectiveError::MeanSpan(self.mean_span));
        }
        Ok(())
    }
}
