//! One step of expectation maximisation.

use super::lattice::{Lattice, Lexicon};
use super::words::Fragment;

/// Pieces expected less often are removed.
const RAREST: f64 = 0.5;

/// The pieces with new log probabilities, without those that hardly occur. Characters stay.
///
/// The new probabilities are those of variational Bayes with a sparse prior: eᵈⁱᵍᵃᵐᵐᵃ of the expected
/// count in place of the count, which makes rare pieces rarer.
pub(crate) fn estimate<'a>(
    fragments: &[Fragment],
    pieces: Vec<(&'a str, f64)>,
) -> Vec<(&'a str, f64)> {
    let lexicon = Lexicon::new(&pieces);
    let mut expected = vec![0.0; pieces.len()];
    let mut lattice = Lattice::default();
    for fragment in fragments {
        lexicon.expect(&fragment.text, fragment.count as f64, &mut lattice, &mut expected);
    }
    let is_character = |text: &str| text.chars().nth(1).is_none();
    let kept = pieces.into_iter().zip(expected).filter_map(|((text, _), count)| {
        (count >= RAREST || is_character(text)).then_some((text, count.max(RAREST)))
    });
    let mut kept: Vec<(&str, f64)> = kept.collect();
    let log_total = digamma(kept.iter().map(|&(_, count)| count).sum());
    for (_, count) in &mut kept {
        *count = digamma(*count) - log_total;
    }
    kept
}

/// The logarithmic derivative of the gamma function, of a positive number: its recurrence up to 7,
/// then its asymptotic series (Abramowitz and Stegun 6.3.5, 6.3.18).
fn digamma(mut x: f64) -> f64 {
    let mut result = 0.0;
    while x < 7.0 {
        result -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = 1.0 / 240.0 - square * (1.0 / 132.0 - square * (691.0 / 32_760.0));
    let series =
        square * (1.0 / 12.0 - square * (1.0 / 120.0 - square * (1.0 / 252.0 - square * series)));
    result + libm::log(x) - 0.5 / x - series
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known values: −γ at 1, −γ − 2 ln 2 at ½, 1 + 1/2 + … + 1/9 − γ at 10.
    #[test]
    fn digamma_is_right() {
        let euler = 0.577_215_664_901_532_9;
        let harmonic: f64 = (1..10).map(|n| 1.0 / f64::from(n)).sum();
        let cases = [(1.0, -euler), (0.5, -euler - 2.0 * 2f64.ln()), (10.0, harmonic - euler)];
        for (x, expected) in cases {
            assert!((digamma(x) - expected).abs() < 1e-11, "{x}: {}", digamma(x));
        }
    }
}
