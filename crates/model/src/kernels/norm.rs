//! The norm of T5: x · rsqrt(mean(x²) + ε) · gain, without mean and bias.

use super::vector::{sum, vectorized};
use rayon::prelude::*;

/// Positions handled by one parallel task. Fixed, so that sums do not depend on the thread count.
const ROWS: usize = 64;

/// The normed vectors, and for each the factor rsqrt(mean(x²) + ε).
pub(crate) fn forward(x: &[f32], gain: &[f32], epsilon: f32) -> (Vec<f32>, Vec<f32>) {
    let width = gain.len();
    let mut factors = vec![0.0; x.len() / width];
    let normed = fill(
        x,
        gain,
        factors.par_chunks_mut(ROWS),
        #[inline(always)]
        |x, factor| {
            let square = sum(width, |i| x[i] * x[i]) / width as f32;
            *factor = 1.0 / (square + epsilon).sqrt();
            *factor
        },
    );
    (normed, factors)
}

/// The normed vectors again, from the factors of [`forward`]: cheaper to compute than to keep.
pub(crate) fn again(x: &[f32], gain: &[f32], factors: &[f32]) -> Vec<f32> {
    fill(
        x,
        gain,
        factors.par_chunks(ROWS),
        #[inline(always)]
        |_, factor| *factor,
    )
}

/// x · factor · gain, where `factor_of` gives the factor of a vector and its place among `factors`.
#[inline(always)]
fn fill<F: IntoIterator>(
    x: &[f32],
    gain: &[f32],
    factors: impl IndexedParallelIterator<Item = F>,
    factor_of: impl Fn(&[f32], F::Item) -> f32 + Sync,
) -> Vec<f32> {
    let width = gain.len();
    let mut normed = vec![0.0; x.len()];
    x.par_chunks(ROWS * width).zip(normed.par_chunks_mut(ROWS * width)).zip(factors).for_each(
        |((x, normed), factors)| {
            vectorized(
                #[inline(always)]
                || {
                    let rows = x.chunks_exact(width).zip(normed.chunks_exact_mut(width));
                    for ((x, normed), place) in rows.zip(factors) {
                        let factor = factor_of(x, place);
                        for ((n, x), gain) in normed.iter_mut().zip(x).zip(gain) {
                            *n = x * factor * gain;
                        }
                    }
                },
            );
        },
    );
    normed
}

/// Adds the gradient of x to `dx` and gives that of the gain, from the gradient of the normed
/// vectors.
pub(crate) fn backward(
    x: &[f32],
    gain: &[f32],
    factors: &[f32],
    gradient: &[f32],
    dx: &mut [f32],
) -> Vec<f32> {
    let width = gain.len();
    let partial: Vec<Vec<f32>> = x
        .par_chunks(ROWS * width)
        .zip(gradient.par_chunks(ROWS * width))
        .zip(dx.par_chunks_mut(ROWS * width))
        .zip(factors.par_chunks(ROWS))
        .map(|(((x, gradient), dx), factors)| {
            let mut dgain = vec![0.0; width];
            vectorized(
                #[inline(always)]
                || {
                    let rows = x.chunks_exact(width).zip(gradient.chunks_exact(width));
                    for (((x, g), dx), &factor) in rows.zip(dx.chunks_exact_mut(width)).zip(factors)
                    {
                        let product = sum(width, |i| x[i] * gain[i] * g[i]);
                        let back = product * factor * factor * factor / width as f32;
                        for i in 0..width {
                            dgain[i] += g[i] * x[i] * factor;
                            dx[i] += g[i] * gain[i] * factor - x[i] * back;
                        }
                    }
                },
            );
            dgain
        })
        .collect();
    let mut dgain = vec![0.0; width];
    for part in partial {
        for (sum, part) in dgain.iter_mut().zip(part) {
            *sum += part;
        }
    }
    dgain
}
