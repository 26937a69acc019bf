//! Choosing among options by their log-probability (rank classification).

use serde::{Deserialize, Serialize};
use std::fmt;

/// What an option's log-probability is divided by before options are compared. Published numbers
/// differ in this, so that every result says which one was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    /// Nothing: the sum over the option's tokens, end of sequence included.
    #[default]
    Sum,
    /// The number of the option's tokens, end of sequence included.
    PerToken,
    /// The number of the option's characters, without end of sequence: lm-eval's `acc_norm`.
    PerCharacter,
    /// The number of the option's bytes in UTF-8: lm-eval's `acc_bytes`.
    PerByte,
}

impl Normalisation {
    /// The score of `option`, of `tokens` tokens whose log-probabilities sum to `sum`.
    pub fn apply(self, sum: f64, option: &str, tokens: usize) -> f64 {
        match self {
            Normalisation::Sum => sum,
            Normalisation::PerToken => sum / tokens.max(1) as f64,
            Normalisation::PerCharacter => sum / option.chars().count().max(1) as f64,
            Normalisation::PerByte => sum / option.len().max(1) as f64,
        }
    }
}

impl fmt::Display for Normalisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Normalisation::Sum => "summed log-probability",
            Normalisation::PerToken => "log-probability per token",
            Normalisation::PerCharacter => "log-probability per character",
            Normalisation::PerByte => "log-probability per byte",
        })
    }
}

/// The position of the greatest score; the first of equal ones. A score that is no number never
/// wins. None without a score to choose.
pub fn choose(scores: &[f64]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (position, &score) in scores.iter().enumerate() {
        let wins = best.is_none_or(|(_, greatest)| score > greatest);
        if wins && !score.is_nan() {
            best = Some((position, score));
        }
    }
    best.map(|(position, _)| position)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference's example of rank classification: accuracy 75.
    #[test]
    fn golden_accuracy() {
        let scores = [[0.1, 0.5], [1.0, 1.1], [0.3, 0.1], [0.6, 0.5]];
        let right =
            scores.iter().zip([0, 1, 0, 0]).filter(|(s, truth)| choose(&s[..]) == Some(*truth));
        assert_eq!(right.count(), 3);
    }

    #[test]
    fn the_first_wins_ties() {
        assert_eq!(choose(&[-2.0, -1.0, -1.0]), Some(1));
        assert_eq!(choose(&[f64::NEG_INFINITY, f64::NEG_INFINITY]), Some(0));
        assert_eq!(choose(&[f64::NAN, -9.0]), Some(1));
        assert_eq!(choose(&[f64::NAN]), None);
    }

    #[test]
    fn long_options_gain_from_the_mean() {
        let short = |by: Normalisation| by.apply(-3.0, "no", 2);
        let long = |by: Normalisation| by.apply(-4.0, "certainly", 8);
        assert!(short(Normalisation::Sum) > long(Normalisation::Sum));
        for by in [Normalisation::PerToken, Normalisation::PerCharacter, Normalisation::PerByte] {
            assert!(short(by) < long(by), "{by}");
        }
    }

    #[test]
    fn what_scores_are_divided_by() {
        let score = |by: Normalisation| by.apply(-12.0, "n\u{e9}e", 2);
        assert_eq!(score(Normalisation::Sum), -12.0);
        assert_eq!(score(Normalisation::PerToken), -6.0);
        assert_eq!(score(Normalisation::PerCharacter), -4.0);
        assert_eq!(score(Normalisation::PerByte), -3.0);
        assert_eq!(Normalisation::PerByte.apply(-1.0, "", 1), -1.0);
    }
}
