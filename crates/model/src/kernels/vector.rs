//! Element-wise functions that the compiler can turn into vector instructions.

use pulp::Simd;

/// Runs `f` compiled for the widest vector instructions that the machine has. What `f` calls must
/// be inlined to profit. Nothing in this crate lets the compiler reorder sums or fuse
/// multiplications and additions, so the width does not change results.
#[inline]
pub(crate) fn vectorized<R>(f: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(f)
}

/// e^x to about 1e-7 relative (Cephes's `expf`), without a branch. Below −87.3 it is 0.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    /// 1.5 · 2²³: added and taken away, it rounds to the nearest whole number, which stands in the
    /// low bits meanwhile.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let clamped = x.clamp(-87.3, 88.0);
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = clamped - n * LN_2_HIGH - n * LN_2_LOW;
    let mut p = 1.987_569_1e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_6e-1, 0.5] {
        p = p * r + coefficient;
    }
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    let value = (p * r * r + r + 1.0) * power;
    if x < -87.3 { 0.0 } else { value }
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// √(2/π)
const GELU_SCALE: f32 = 0.797_884_6;
const GELU_CUBIC: f32 = 0.044_715;

/// The tanh approximation of gelu (Hendrycks and Gimpel 2016) and its derivative.
#[inline(always)]
pub(crate) fn gelu(x: f32) -> (f32, f32) {
    let t = tanh(GELU_SCALE * (x + GELU_CUBIC * x * x * x));
    let slope = GELU_SCALE * (1.0 + 3.0 * GELU_CUBIC * x * x);
    (0.5 * x * (1.0 + t), 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * slope)
}

/// The sum of `f(0)`, `f(1)`, …, `f(len − 1)` in sixteen strands, always in the same order.
#[inline(always)]
pub(crate) fn sum(len: usize, f: impl Fn(usize) -> f32) -> f32 {
    let mut strands = [0.0f32; 16];
    let whole = len / 16 * 16;
    for start in (0..whole).step_by(16) {
        for (lane, strand) in strands.iter_mut().enumerate() {
            *strand += f(start + lane);
        }
    }
    (whole..len).fold(strands.iter().sum(), |sum, i| sum + f(i))
}

/// The dot product, in four sums of vectors at once: that hides how long each addition takes. Rounding
/// depends on how wide they are.
#[inline(always)]
pub(crate) fn dot<S: Simd>(simd: S, a: &[f32], b: &[f32]) -> f32 {
    let ((a, of_a), (b, of_b)) = (S::as_simd_f32s(a), S::as_simd_f32s(b));
    let ((a, more_a), (b, more_b)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [simd.splat_f32s(0.0); 4];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..4 {
            sums[lane] = simd.mul_add_f32s(a[lane], b[lane], sums[lane]);
        }
    }
    for (sum, (a, b)) in sums.iter_mut().zip(more_a.iter().zip(more_b)) {
        *sum = simd.mul_add_f32s(*a, *b, *sum);
    }
    let [first, second, third, fourth] = sums;
    let sum = simd.add_f32s(simd.add_f32s(first, second), simd.add_f32s(third, fourth));
    let rest = of_a.iter().zip(of_b).map(|(a, b)| a * b);
    simd.reduce_sum_f32s(sum) + rest.sum::<f32>()
}

/// The largest value.
#[inline(always)]
pub(crate) fn max(values: &[f32]) -> f32 {
    let mut strands = [f32::NEG_INFINITY; 16];
    let chunks = values.chunks_exact(16);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (strand, value) in strands.iter_mut().zip(chunk) {
            *strand = if *value > *strand { *value } else { *strand };
        }
    }
    strands.iter().chain(rest).fold(f32::NEG_INFINITY, |max, &value| max.max(value))
}

/// Logits to weights that add up to 1, a bias added to the logits first.
#[inline(always)]
pub(crate) fn softmax(line: &mut [f32], bias: Option<&[f32]>) {
    if let Some(bias) = bias {
        for (logit, bias) in line.iter_mut().zip(bias) {
            *logit += bias;
        }
    }
    let largest = max(line);
    for logit in line.iter_mut() {
        *logit = exp(*logit - largest);
    }
    let factor = 1.0 / sum(line.len(), |i| line[i]);
    for weight in line.iter_mut() {
        *weight *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exact_to_rounding() {
        for i in -87_000..88_000 {
            let x = i as f32 / 1000.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 3e-7, "at {x}");
        }
        assert_eq!(exp(-1e10), 0.0);
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn gelu_and_its_slope() {
        for i in -500..500 {
            let x = i as f32 / 50.0;
            let exact = |x: f64| {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
                0.5 * x * (1.0 + inner.tanh())
            };
            let slope = (exact(f64::from(x) + 1e-4) - exact(f64::from(x) - 1e-4)) / 2e-4;
            let (value, derivative) = gelu(x);
            assert!((f64::from(value) - exact(f64::from(x))).abs() < 2e-6, "at {x}");
            assert!((f64::from(derivative) - slope).abs() < 5e-6, "at {x}");
        }
    }

    #[test]
    fn sums_and_maxima_of_all_lengths() {
        for len in 0..70 {
            let values: Vec<f32> = (0..len).map(|i| ((i * 7) % 13) as f32).collect();
            assert_eq!(sum(len, |i| values[i]), values.iter().sum::<f32>());
            let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(max(&values), largest);
        }
    }
}
