//! What becomes of the tokens under a mask.

use super::Sentinels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What stands for marked tokens (the inputs and targets functions of `t5.data.preprocessors`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// One sentinel for each span, counted from 0 (`noise_span_to_unique_sentinel`).
    Unique,
    /// Sentinel 0 for each span (`noise_span_to_sentinel`).
    One,
    /// Sentinel 0 for each token (`noise_token_to_sentinel`).
    Token,
    /// Nothing (`drop_noise_tokens`).
    Drop,
    /// The tokens themselves.
    Keep,
}

/// What stands for noise in the inputs and for clean tokens in the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// For noise, in the inputs.
    pub inputs: Mark,
    /// For clean tokens, in the targets.
    pub targets: Mark,
}

impl Default for Marks {
    /// T5's: sentinels that match.
    fn default() -> Self {
        Marks { inputs: Mark::Unique, targets: Mark::Unique }
    }
}

impl Marks {
    /// Inputs and targets of `tokens` under a mask that is true where they are noise. There must be
    /// sentinels enough.
    pub fn apply(
        self,
        tokens: &[u32],
        mut mask: Vec<bool>,
        sentinels: Sentinels,
    ) -> (Vec<u32>, Vec<u32>) {
        let inputs = self.inputs.apply(tokens, &mask, sentinels);
        for noisy in &mut mask {
            *noisy = !*noisy;
        }
        (inputs, self.targets.apply(tokens, &mask, sentinels))
    }

    /// Whether either counts spans by sentinels.
    pub(super) fn are_unique(self) -> bool {
        self.inputs == Mark::Unique || self.targets == Mark::Unique
    }

    /// How many sentinels so many spans of noise, or of clean tokens, take.
    pub(super) fn sentinels(self, spans: usize) -> usize {
        let of = |mark| match mark {
            Mark::Unique => spans,
            Mark::One | Mark::Token => 1,
            Mark::Drop | Mark::Keep => 0,
        };
        of(self.inputs).max(of(self.targets))
    }
}

impl Mark {
    /// How many ids stand for so many marked tokens in so many spans.
    pub(super) fn ids(self, tokens: f64, spans: f64) -> f64 {
        match self {
            Mark::Unique | Mark::One => spans,
            Mark::Token | Mark::Keep => tokens,
            Mark::Drop => 0.0,
        }
    }

    /// `tokens` with this in place of those that are marked. There must be sentinels enough.
    fn apply(self, tokens: &[u32], marked: &[bool], sentinels: Sentinels) -> Vec<u32> {
        let mut ids = Vec::with_capacity(tokens.len() + 1);
        let mut next = 0;
        let mut inside = false;
        for (&token, &marked) in tokens.iter().zip(marked) {
            match self {
                Mark::Unique if marked && !inside => {
                    ids.extend(sentinels.id(next));
                    next += 1;
                }
                Mark::One if marked && !inside => ids.extend(sentinels.id(0)),
                Mark::Token if marked => ids.extend(sentinels.id(0)),
                Mark::Unique | Mark::One | Mark::Drop if marked => {}
                _ => ids.push(token),
            }
            inside = marked;
        }
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The goldens of t5's `preprocessors_test.py`.
    #[test]
    fn marks_follow_t5() {
        let sentinels = Sentinels::new(1000, 100);
        let tokens = [10, 11, 12, 13, 14, 15];
        let noisy = [true, true, false, false, true, false];
        let clean = noisy.map(|noisy| !noisy);
        let apply = |mark: Mark, marked: &[bool]| mark.apply(&tokens, marked, sentinels);
        assert_eq!(apply(Mark::Unique, &noisy), [999, 12, 13, 998, 15]);
        assert_eq!(apply(Mark::Unique, &clean), [10, 11, 999, 14, 998]);
        assert_eq!(apply(Mark::One, &noisy), [999, 12, 13, 999, 15]);
        assert_eq!(apply(Mark::One, &clean), [10, 11, 999, 14, 999]);
        assert_eq!(apply(Mark::Token, &noisy), [999, 999, 12, 13, 999, 15]);
        assert_eq!(apply(Mark::Drop, &noisy), [12, 13, 15]);
        assert_eq!(apply(Mark::Drop, &clean), [10, 11, 14]);
        assert_eq!(apply(Mark::Keep, &noisy), tokens);
        // An id of 0 is a token like any other.
        assert_eq!(Mark::Unique.apply(&[0, 5], &[false, true], sentinels), [0, 999]);
    }
}
