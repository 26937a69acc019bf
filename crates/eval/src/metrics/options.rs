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
}

impl Normalisation {
    /// The score of an option of `tokens` tokens whose log-probabilities sum to `sum`.
    pub fn apply(self, sum: f64, tokens: usize) -> f64 {
        match self {
            Normalisation::Sum => sum,
            Normalisation::PerToken => sum / tokens.max(1) as f64,
        }
    }
}

impl fmt::Display for Normalisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Normalisation::Sum => "summed log-probability",
            Normalisation::PerToken => "log-probability per token",
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
        let (short, long) = ((-3.0, 2), (-4.0, 8));
        assert!(
            Normalisation::Sum.apply(short.0, short.1) > Normalisation::Sum.apply(long.0, long.1)
        );
        let mean = Normalisation::PerToken;
        assert!(mean.apply(short.0, short.1) < mean.apply(long.0, long.1));
    }
}
