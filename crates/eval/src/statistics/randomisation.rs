//! The paired randomisation test for any statistic: do two systems differ?

use ext5_core::Key;

/// The two-sided p-value of the difference between two systems on the same `n` units, by exchanging
/// their outputs at random, unit by unit (Noreen 1989; for BLEU and its kin Riezler and Maxwell
/// 2005): without a difference in skill either output could have been either system's.
///
/// `difference` gets two samples of `n` units, numbers below `n` for the first system's outputs and
/// from `n` on for the second's, and says how much better the first sample is. p is
/// (1 + hits) / (1 + resamples), which is never too small; of no units it is 1.
pub fn randomisation(
    n: usize,
    resamples: u32,
    key: Key,
    difference: impl Fn(&[usize], &[usize]) -> f64,
) -> f64 {
    let (mut first, mut second): (Vec<usize>, Vec<usize>) = (0..n).map(|i| (i, n + i)).unzip();
    let observed = difference(&first, &second).abs();
    // Sums in another order differ by rounding; they are ties.
    let threshold = observed - 1e-12 * observed.max(1.0);
    let mut hits = 0;
    for resample in 0..u64::from(resamples) {
        let mut rng = key.index(resample).rng();
        for (a, b) in first.iter_mut().zip(&mut second) {
            if rng.below(2) == 1 {
                std::mem::swap(a, b);
            }
        }
        hits += u32::from(difference(&first, &second).abs() >= threshold);
    }
    f64::from(1 + hits) / f64::from(1 + resamples)
}

#[cfg(test)]
mod tests {
    use super::super::sign_flip;
    use super::*;

    /// Of a mean it is the sign-flip test.
    #[test]
    fn agrees_with_sign_flips_for_means() {
        let values: Vec<f64> = (0..40).map(|i| f64::from(i * 37 % 23) / 23.0).collect();
        let (first, second) = values.split_at(20);
        let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
        let flips = sign_flip(&differences, 20_000, Key::new(1)).p;
        let mean = |sample: &[usize]| sample.iter().map(|&i| values[i]).sum::<f64>() / 20.0;
        let found = randomisation(20, 20_000, Key::new(2), |a, b| mean(a) - mean(b));
        assert!((found - flips).abs() < 0.02, "{found} {flips}");
    }

    #[test]
    fn equal_systems_do_not_differ() {
        assert_eq!(randomisation(0, 10, Key::new(1), |_, _| 0.0), 1.0);
        assert_eq!(randomisation(5, 10, Key::new(1), |_, _| 0.0), 1.0);
    }
}
