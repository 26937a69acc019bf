//! Choosing among options by their log-probability (rank classification).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How an option's log-probability is made comparable with that of others. Published numbers
/// differ in this, so that every result says which one was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    /// Not at all: the sum over the option's tokens, end of sequence included.
    #[default]
    Sum,
    /// Divided by the number of the option's tokens, end of sequence included.
    PerToken,
    /// Divided by the number of the option's characters, without end of sequence: lm-eval's
    /// `acc_norm`.
    PerCharacter,
    /// Divided by the number of the option's bytes in UTF-8: lm-eval's `acc_bytes`.
    PerByte,
    /// Less the option's log-probability without the inputs, of which only the end of sequence is
    /// left: pointwise mutual information, lm-eval's `acc_mutual_info`. What is likely anyway gains
    /// nothing.
    MutualInformation,
}

/// An option's log-probability, and what it is made comparable with.
#[derive(Clone, Copy, Debug)]
pub struct Scored<'a> {
    /// The sum over the option's tokens, end of sequence included.
    pub sum: f64,
    /// The option's text.
    pub option: &'a str,
    /// Number of its tokens, end of sequence included.
    pub tokens: usize,
    /// The sum without the inputs; [`Normalisation::MutualInformation`] alone needs it.
    pub without_inputs: f64,
}

impl Normalisation {
    /// Every way.
    pub const ALL: [Normalisation; 5] = [
        Normalisation::Sum,
        Normalisation::PerToken,
        Normalisation::PerCharacter,
        Normalisation::PerByte,
        Normalisation::MutualInformation,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Normalisation::Sum => "sum",
            Normalisation::PerToken => "per-token",
            Normalisation::PerCharacter => "per-character",
            Normalisation::PerByte => "per-byte",
            Normalisation::MutualInformation => "mutual-information",
        }
    }

    /// The score by which an option is compared.
    pub fn apply(self, scored: Scored) -> f64 {
        let Scored { sum, option, tokens, without_inputs } = scored;
        match self {
            Normalisation::Sum => sum,
            Normalisation::PerToken => sum / tokens.max(1) as f64,
            Normalisation::PerCharacter => sum / option.chars().count().max(1) as f64,
            Normalisation::PerByte => sum / option.len().max(1) as f64,
            Normalisation::MutualInformation => sum - without_inputs,
        }
    }
}

/// By [`name`](Normalisation::name).
impl FromStr for Normalisation {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = Normalisation::ALL;
        all.into_iter().find(|by| by.name() == name).ok_or_else(|| {
            let names = all.map(Normalisation::name).join(", ");
            format!("`{name}` is none of {names}")
        })
    }
}

impl fmt::Display for Normalisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Normalisation::Sum => "summed log-probability",
            Normalisation::PerToken => "log-probability per token",
            Normalisation::PerCharacter => "log-probability per character",
            Normalisation::PerByte => "log-probability per byte",
            Normalisation::MutualInformation => {
                "log-probability less that without inputs (mutual information)"
            }
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

    fn scored(sum: f64, option: &str, tokens: usize) -> Scored<'_> {
        Scored { sum, option, tokens, without_inputs: -5.0 }
    }

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
        let short = |by: Normalisation| by.apply(scored(-3.0, "no", 2));
        let long = |by: Normalisation| by.apply(scored(-4.0, "certainly", 8));
        assert!(short(Normalisation::Sum) > long(Normalisation::Sum));
        for by in [Normalisation::PerToken, Normalisation::PerCharacter, Normalisation::PerByte] {
            assert!(short(by) < long(by), "{by}");
        }
    }

    #[test]
    fn what_scores_are_divided_by() {
        let score = |by: Normalisation| by.apply(scored(-12.0, "n\u{e9}e", 2));
        assert_eq!(score(Normalisation::Sum), -12.0);
        assert_eq!(score(Normalisation::PerToken), -6.0);
        assert_eq!(score(Normalisation::PerCharacter), -4.0);
        assert_eq!(score(Normalisation::PerByte), -3.0);
        assert_eq!(score(Normalisation::MutualInformation), -7.0);
        assert_eq!(Normalisation::PerByte.apply(scored(-1.0, "", 1)), -1.0);
    }

    #[test]
    fn names_are_read_back() {
        for by in Normalisation::ALL {
            assert_eq!(by.name().parse(), Ok(by));
            let written = serde_json::to_value(by).unwrap();
            assert_eq!(written, by.name().replace('-', "_"));
        }
        assert!("per_token".parse::<Normalisation>().unwrap_err().contains("per-token"));
    }
}
