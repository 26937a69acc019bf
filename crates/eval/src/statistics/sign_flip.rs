//! The paired permutation test: does the mean difference between two systems differ from zero?

use super::mean;
use ext5_core::{Key, Rng};

/// Differences up to this many are permuted in all ways.
const EXACT: usize = 16;

/// What a sign-flip test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignFlip {
    /// The mean difference.
    pub mean: f64,
    /// Two-sided p-value.
    pub p: f64,
    /// Whether all permutations were tried; else a sample of them.
    pub exact: bool,
}

/// Tests paired differences, first less second system for each example, by flipping signs at
/// random (Fisher 1935): p is the share of flips whose mean is at least as far from zero. It is
/// exact if differences are symmetric about zero under the null hypothesis, and right for large
/// samples if their mean is zero.
///
/// With at most 16 differences other than zero all flips are tried. Else `resamples` of them are
/// drawn, and p = (1 + hits) / (1 + resamples), which is never too small (Phipson and Smyth 2010).
/// Of no differences nothing can be said: p is 1.
pub fn sign_flip(differences: &[f64], resamples: u32, key: Key) -> SignFlip {
    let sizes: Vec<f64> = differences.iter().map(|d| d.abs()).filter(|&d| d > 0.0).collect();
    let observed = differences.iter().sum::<f64>().abs();
    // Sums of the same numbers in another order differ by rounding; they are ties.
    let threshold = observed - 1e-12 * sizes.iter().sum::<f64>();
    let exact = sizes.len() <= EXACT;
    let p = if exact {
        let flips = 1u64 << sizes.len();
        let hits = (0..flips).filter(|&flip| flipped(&sizes, || flip) >= threshold).count();
        hits as f64 / flips as f64
    } else {
        let hits = (0..u64::from(resamples))
            .filter(|&number| {
                let mut rng: Rng = key.index(number).rng();
                flipped(&sizes, || rng.next_u64()) >= threshold
            })
            .count();
        (1 + hits) as f64 / (1.0 + f64::from(resamples))
    };
    SignFlip { mean: mean(differences).unwrap_or(0.0), p, exact }
}

/// The size of the sum with signs from random words, one bit a number.
fn flipped(sizes: &[f64], mut word: impl FnMut() -> u64) -> f64 {
    let mut sum = 0.0;
    for block in sizes.chunks(64) {
        let word = word();
        for (bit, size) in block.iter().enumerate() {
            sum += if word >> bit & 1 == 0 { *size } else { -size };
        }
    }
    sum.abs()
}

#[cfg(test)]
mod tests {
    use super::super::mcnemar;
    use super::*;

    #[test]
    fn equals_mcnemar_on_outcomes() {
        let outcomes = |only_first: usize| (0..12).map(move |i| (i < only_first, i >= only_first));
        for only_first in 0..=12 {
            let differences: Vec<f64> = outcomes(only_first)
                .map(|(a, b)| f64::from(u8::from(a)) - f64::from(u8::from(b)))
                .collect();
            let found = sign_flip(&differences, 0, Key::new(1));
            let expected = mcnemar(outcomes(only_first)).p;
            assert!(found.exact && (found.p - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn sampling_agrees_with_exact_probabilities() {
        let outcomes = (0..100).map(|i| (i < 60, i >= 60));
        let expected = mcnemar(outcomes.clone()).p;
        let differences: Vec<f64> =
            outcomes.map(|(first, _)| if first { 1.0 } else { -1.0 }).collect();
        let found = sign_flip(&differences, 20_000, Key::new(2));
        assert!(!found.exact && (found.p - expected).abs() < 0.005, "{found:?} {expected}");
    }

    /// The test keeps its promise: under the null hypothesis p < 0.05 in at most 5 % of samples.
    #[test]
    fn is_calibrated() {
        let rejected = (0..600)
            .filter(|&seed| {
                let mut rng = Key::new(seed).name("null").rng();
                let differences: Vec<f64> = (0..40).map(|_| rng.normal()).collect();
                sign_flip(&differences, 400, Key::new(seed)).p <= 0.05
            })
            .count();
        // 30 expected, standard deviation 5.3.
        assert!((14..=46).contains(&rejected), "{rejected} of 600");
    }

    #[test]
    fn nothing_to_compare() {
        assert_eq!(sign_flip(&[], 100, Key::new(1)).p, 1.0);
        assert_eq!(sign_flip(&[0.0; 40], 100, Key::new(1)).p, 1.0);
    }
}
