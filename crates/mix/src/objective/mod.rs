//! Objectives: how unlabelled tokens become an example.

mod lengths;
mod mask;
mod sentinel;

pub use lengths::Lengths;
pub use sentinel::Sentinels;

use ext5_core::Key;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why an objective was refused.
#[derive(Debug, Error, PartialEq)]
pub enum ObjectiveError {
    /// The density is outside (0, 1).
    #[error("the noise density is {0}: it must be above 0 and below 1")]
    Density(f64),
    /// The mean span length is below 1.
    #[error("the mean span length is {0}: it must be a finite number of 1 or more")]
    MeanSpan(f64),
    /// The inputs have no room for a token and a sentinel and the end of sequence.
    #[error("inputs of {0} tokens are too short for span corruption: at least 4 are needed")]
    InputsLength(usize),
    /// There are more spans than clean tokens to keep them apart.
    #[error(
        "{spans} noise spans in {length} tokens leave {clean} clean tokens to separate them: \
         lower the density or raise the mean span length"
    )]
    Crowded {
        /// Tokens to corrupt.
        length: usize,
        /// Noise spans asked for.
        spans: usize,
        /// Tokens that stay.
        clean: usize,
    },
    /// There are more spans than sentinels; further sentinels would be real pieces.
    #[error(
        "{spans} noise spans need as many sentinels, and the vocabulary has {available}: raise \
         the mean span length or shorten the inputs"
    )]
    Sentinels {
        /// Noise spans asked for.
        spans: usize,
        /// Sentinels of the vocabulary.
        available: u32,
    },
}

/// Span corruption, the objective of T5: contiguous spans of noise are replaced in the inputs by
/// one sentinel each, and the targets spell them out (`random_spans_noise_mask` and
/// `noise_span_to_unique_sentinel` of `t5.data.preprocessors`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanCorruption {
    /// Share of tokens that are noise, in (0, 1).
    pub density: f64,
    /// Mean length of a noise span, in tokens; at least 1.
    pub mean_span: f64,
    /// Encoder length that corrupted inputs fill, end of sequence included.
    pub inputs_length: usize,
}

impl SpanCorruption {
    /// Corrupts `tokens`: inputs with a sentinel for each noise span, targets with a sentinel
    /// before each. Neither has an end of sequence. The spans depend on `key` and the number of
    /// tokens alone.
    ///
    /// # Errors
    /// When the objective's numbers are impossible, alone or for this many tokens and sentinels.
    pub fn corrupt(
        &self,
        tokens: &[u32],
        key: Key,
        sentinels: Sentinels,
    ) -> Result<(Vec<u32>, Vec<u32>), ObjectiveError> {
        let spans = self.spans(tokens.len(), sentinels)?;
        let mut mask = spans.mask(&mut key.rng());
        let inputs = sentinel::replace(tokens, &mask, sentinels);
        for noisy in &mut mask {
            *noisy = !*noisy;
        }
        let targets = sentinel::replace(tokens, &mask, sentinels);
        Ok((inputs, targets))
    }

    /// The lengths that corrupting `length` tokens gives, end of sequence included.
    ///
    /// # Errors
    /// Those of [`corrupt`](Self::corrupt).
    pub fn corrupted(
        &self,
        length: usize,
        sentinels: Sentinels,
    ) -> Result<Lengths, ObjectiveError> {
        let spans = self.spans(length, sentinels)?;
        Ok(Lengths {
            raw: length,
            inputs: spans.clean + spans.count + 1,
            targets: spans.noise + spans.count + 1,
        })
    }

    fn spans(&self, length: usize, sentinels: Sentinels) -> Result<mask::Spans, ObjectiveError> {
        self.validate()?;
        let spans = mask::Spans::new(length, self.density, self.mean_span)?;
        if spans.count > sentinels.count() as usize {
            return Err(ObjectiveError::Sentinels {
                spans: spans.count,
                available: sentinels.count(),
            });
        }
        Ok(spans)
    }

    fn validate(&self) -> Result<(), ObjectiveError> {
        if !(self.density > 0.0 && self.density < 1.0) {
            return Err(ObjectiveError::Density(self.density));
        }
        if !(self.mean_span >= 1.0 && self.mean_span.is_finite()) {
            return Err(ObjectiveError::MeanSpan(self.mean_span));
        }
        if self.inputs_length < 4 {
            return Err(ObjectiveError::InputsLength(self.inputs_length));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentinels() -> Sentinels {
        Sentinels::new(32_100, 100)
    }

    fn objective(density: f64, mean_span: f64) -> SpanCorruption {
        SpanCorruption { density, mean_span, inputs_length: 512 }
    }

    /// Puts the spans of the targets back in place of the sentinels of the inputs.
    fn restore(inputs: &[u32], targets: &[u32]) -> Vec<u32> {
        let mut whole = Vec::new();
        for &id in inputs {
            if id < 32_000 {
                whole.push(id);
                continue;
            }
            let span = targets.iter().skip_while(|&&t| t != id).skip(1);
            whole.extend(span.take_while(|&&t| t < 32_000));
        }
        whole
    }

    #[test]
    fn nothing_is_lost() {
        let tokens: Vec<u32> = (3..571).collect();
        let objective = objective(0.15, 3.0);
        let (inputs, targets) = objective.corrupt(&tokens, Key::new(1), sentinels()).unwrap();
        assert_eq!((inputs.len(), targets.len()), (511, 113), "one short of 512 and 114");
        assert_eq!(restore(&inputs, &targets), tokens);
        assert_eq!(inputs.iter().filter(|&&id| id >= 32_000).count(), 28);
        assert_eq!((inputs[0], targets[0]), (3, 32_099), "starts clean; no closing sentinel");
        assert_eq!(targets.last(), tokens.last(), "ends noisy");
    }

    #[test]
    fn spans_depend_on_the_key_alone() {
        let tokens: Vec<u32> = (3..203).collect();
        let corrupt = |seed| objective(0.15, 3.0).corrupt(&tokens, Key::new(seed), sentinels());
        assert_eq!(corrupt(1), corrupt(1));
        assert_ne!(corrupt(1), corrupt(2));
    }

    #[test]
    fn impossible_objectives_are_refused() {
        let error = |density, mean_span, length| {
            let objective = objective(density, mean_span);
            objective.corrupted(length, sentinels()).unwrap_err()
        };
        assert_eq!(error(0.0, 3.0, 100), ObjectiveError::Density(0.0));
        assert!(matches!(error(f64::NAN, 3.0, 100), ObjectiveError::Density(_)));
        assert_eq!(error(0.15, 0.5, 100), ObjectiveError::MeanSpan(0.5));
        let crowded = ObjectiveError::Crowded { length: 100, spans: 27, clean: 20 };
        assert_eq!(error(0.8, 3.0, 100), crowded);
        let sentinels = ObjectiveError::Sentinels { spans: 101, available: 100 };
        assert_eq!(error(0.15, 3.0, 2020), sentinels);
    }
}
