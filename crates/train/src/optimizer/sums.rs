//! Sums whose result does not depend on the number of threads: fixed borders, added in order.

use super::CHUNK;
use rayon::prelude::*;

/// Partial sums that go side by side, so that the processor need not wait for each addition.
const LANES: usize = 8;

/// The sum of squares, each with `epsilon` added.
pub(super) fn squares(values: &[f32], epsilon: f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            let value = f64::from(value);
            *lane += value * value + epsilon;
        }
    }
    let rest: f64 = rest.iter().map(|&value| f64::from(value).powi(2) + epsilon).sum();
    lanes.iter().sum::<f64>() + rest
}

/// Root of the mean square.
pub(super) fn rms(values: &[f32]) -> f64 {
    let partial: Vec<f64> = values.par_chunks(CHUNK).map(|chunk| squares(chunk, 0.0)).collect();
    (partial.iter().sum::<f64>() / values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_lengths_around_the_borders() {
        for length in [1, 7, 8, 9, CHUNK - 1, CHUNK + 1, 3 * CHUNK + 5] {
            let values: Vec<f32> = (0..length).map(|i| (i % 5) as f32).collect();
            let exact: u64 = (0..length as u64).map(|i| (i % 5) * (i % 5)).sum();
            assert_eq!(squares(&values, 0.0), exact as f64);
            assert_eq!(squares(&values, 0.5), exact as f64 + 0.5 * length as f64);
            assert!((rms(&values) - (exact as f64 / length as f64).sqrt()).abs() < 1e-12);
        }
    }
}
