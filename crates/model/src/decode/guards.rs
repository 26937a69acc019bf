//! What an output may not do.

use super::generate::{END, START};
use crate::error::ModelError;

/// Limits on outputs, each as transformers defines it; none by default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guards {
    /// Divides the logits above zero of tokens that are in the output already, and multiplies those
    /// below (Keskar et al., "CTRL", 2019); 1 changes nothing.
    pub repetition_penalty: f32,
    /// No sequence of so many tokens occurs twice in an output; 0 for no limit.
    pub no_repeat_ngram: usize,
    /// Tokens before the end of sequence, at least.
    pub min_new: usize,
}

impl Default for Guards {
    fn default() -> Self {
        Guards { repetition_penalty: 1.0, no_repeat_ngram: 0, min_new: 0 }
    }
}

impl Guards {
    pub(super) fn check(&self) -> Result<(), ModelError> {
        if self.repetition_penalty > 0.0 && self.repetition_penalty.is_finite() {
            return Ok(());
        }
        let penalty = self.repetition_penalty;
        Err(ModelError::Generation(format!(
            "the repetition penalty is {penalty}; expected a number above 0"
        )))
    }

    /// Changes the scores of the next token after `output`.
    pub(super) fn apply(&self, output: &[u32], scores: &mut [f32]) {
        if self.repetition_penalty != 1.0 {
            self.penalise(output, scores);
        }
        if self.no_repeat_ngram > 0 {
            self.ban_repeats(output, scores);
        }
        if output.len() < self.min_new {
            scores[END as usize] = f32::NEG_INFINITY;
        }
    }

    fn penalise(&self, output: &[u32], scores: &mut [f32]) {
        let mut seen: Vec<u32> = output.iter().copied().chain([START]).collect();
        seen.sort_unstable();
        seen.dedup();
        for token in seen {
            let score = &mut scores[token as usize];
            if *score < 0.0 {
                *score *= self.repetition_penalty;
            } else {
                *score /= self.repetition_penalty;
            }
        }
    }

    fn ban_repeats(&self, output: &[u32], scores: &mut [f32]) {
        // The decoder's start counts as a token before the first.
        let whole: Vec<u32> = std::iter::once(START).chain(output.iter().copied()).collect();
        let Some(start) = (whole.len() + 1).checked_sub(self.no_repeat_ngram) else { return };
        let beginning = &whole[start..];
        for ngram in whole.windows(self.no_repeat_ngram) {
            if let Some((&last, before)) = ngram.split_last()
                && before == beginning
            {
                scores[last as usize] = f32::NEG_INFINITY;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(guards: Guards, output: &[u32]) -> Vec<f32> {
        let mut scores = vec![2.0, 2.0, -2.0, 2.0, 2.0];
        guards.apply(output, &mut scores);
        scores
    }

    const NO: f32 = f32::NEG_INFINITY;

    #[test]
    fn each_guard_does_its_own() {
        assert_eq!(scores(Guards::default(), &[2, 3]), [2.0, 2.0, -2.0, 2.0, 2.0]);
        let penalty = Guards { repetition_penalty: 2.0, ..Guards::default() };
        assert_eq!(scores(penalty, &[2, 3, 3]), [1.0, 2.0, -4.0, 1.0, 2.0]);
        let ngrams = Guards { no_repeat_ngram: 2, ..Guards::default() };
        assert_eq!(scores(ngrams, &[2, 3, 4, 2]), [2.0, 2.0, -2.0, NO, 2.0]);
        let tokens = Guards { no_repeat_ngram: 1, ..Guards::default() };
        assert_eq!(scores(tokens, &[4]), [NO, 2.0, -2.0, 2.0, NO]);
        let long = Guards { no_repeat_ngram: 9, ..Guards::default() };
        assert_eq!(scores(long, &[4]), [2.0, 2.0, -2.0, 2.0, 2.0]);
        let least = Guards { min_new: 2, ..Guards::default() };
        assert_eq!(scores(least, &[3])[1], NO);
        assert_eq!(scores(least, &[3, 3])[1], 2.0);
    }

    #[test]
    fn impossible_penalties_are_refused() {
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(Guards { repetition_penalty: bad, ..Guards::default() }.check().is_err());
        }
    }
}
