//! Adafactor (Shazeer and Stern 2018) in two forms: that of `t5x/adafactor.py`, and that of
//! Hugging Face transformers. Updates are scaled by the parameter's RMS, and there is no momentum.

use super::sums::rms;
use super::{At, CHUNK, Formula, Part, Tensor, factored};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of T5X's Adafactor; the defaults are T5X's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdafactorOptions {
    /// Exponent of the second moments' decay: β = 1 − (step + 1)^−decay_rate.
    pub decay_rate: f64,
    /// Updates whose RMS is above this are scaled down to it.
    pub clipping_threshold: f64,
    /// A matrix is factored when both its dimensions have at least this size.
    pub min_dim_size_to_factor: usize,
    /// Added to squared gradients.
    pub epsilon1: f64,
    /// The least scale of a parameter.
    pub epsilon2: f64,
    /// Whether the step is proportional to the parameter's RMS.
    pub multiply_by_parameter_scale: bool,
    /// Share of every value that each update takes away, whatever the rate.
    pub weight_decay: f64,
}

impl Default for AdafactorOptions {
    fn default() -> Self {
        AdafactorOptions {
            decay_rate: 0.8,
            clipping_threshold: 1.0,
            min_dim_size_to_factor: 128,
            epsilon1: 1e-30,
            epsilon2: 1e-3,
            multiply_by_parameter_scale: true,
            weight_decay: 0.0,
        }
    }
}

/// Settings of Hugging Face's Adafactor; the defaults are transformers'.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdafactorHuggingFaceOptions {
    /// Exponent of the second moments' decay: β = 1 − (step + 1)^−decay_rate. transformers writes
    /// it as a negative number.
    pub decay_rate: f64,
    /// Updates whose RMS is above this are scaled down to it.
    pub clipping_threshold: f64,
    /// Added to squared gradients.
    pub epsilon1: f64,
    /// The least scale of a parameter.
    pub epsilon2: f64,
    /// Whether the step is proportional to the parameter's RMS.
    pub scale_parameter: bool,
    /// Whether the rate is min(0.01, 1/√(step + 1)) in place of the schedule's.
    pub relative_step: bool,
    /// Whether that rate begins with 10⁻⁶ · (step + 1) in place of 0.01.
    pub warmup_init: bool,
    /// Share of every value that an update takes away at a rate of 1 and a scale of 1.
    pub weight_decay: f64,
}

impl Default for AdafactorHuggingFaceOptions {
    fn default() -> Self {
        AdafactorHuggingFaceOptions {
            decay_rate: 0.8,
            clipping_threshold: 1.0,
            epsilon1: 1e-30,
            epsilon2: 1e-3,
            scale_parameter: true,
            relative_step: true,
            warmup_init: false,
            weight_decay: 0.0,
        }
    }
}

impl Formula for AdafactorOptions {
    fn parts(&self, shape: &[usize]) -> Vec<(&'static str, usize)> {
        factored::parts(shape, self.min_dim_size_to_factor)
    }

    fn apply(&self, at: At, parts: &mut [Part], tensor: Tensor<'_>) {
        let keep = keep(at.step, self.decay_rate);
        factored::precondition(parts, tensor.gradient, keep, self.epsilon1, tensor.scratch);
        let scale = scale(tensor.values, self.multiply_by_parameter_scale, self.epsilon2);
        step(tensor, at.rate * scale, self.clipping_threshold, self.weight_decay);
    }
}

impl Formula for AdafactorHuggingFaceOptions {
    fn parts(&self, shape: &[usize]) -> Vec<(&'static str, usize)> {
        factored::parts(shape, 0)
    }

    fn rate(&self, step: u64, scheduled: f64) -> f64 {
        let number = step as f64 + 1.0;
        let most = if self.warmup_init { 1e-6 * number } else { 1e-2 };
        if self.relative_step { most.min(number.sqrt().recip()) } else { scheduled }
    }

    fn apply(&self, at: At, parts: &mut [Part], tensor: Tensor<'_>) {
        let keep = keep(at.step, self.decay_rate);
        factored::precondition(parts, tensor.gradient, keep, self.epsilon1, tensor.scratch);
        let rate = at.rate * scale(tensor.values, self.scale_parameter, self.epsilon2);
        step(tensor, rate, self.clipping_threshold, self.weight_decay * rate);
    }
}

/// Share of the old second moments that stays at an update: 0 at the first.
fn keep(step: u64, decay_rate: f64) -> f64 {
    1.0 - (step as f64 + 1.0).powf(-decay_rate)
}

fn scale(values: &[f32], multiply: bool, least: f64) -> f64 {
    if multiply { rms(values).max(least) } else { 1.0 }
}

/// Takes the update in `scratch` off the values, clipped, after the decay.
fn step(tensor: Tensor<'_>, rate: f64, threshold: f64, decay: f64) {
    let factor = rate / 1.0_f64.max(rms(tensor.scratch) / threshold);
    let chunks = tensor.values.par_chunks_mut(CHUNK).zip(tensor.scratch.par_chunks(CHUNK));
    chunks.for_each(|(values, update)| {
        for (value, &update) in values.iter_mut().zip(update) {
            *value = ((1.0 - decay) * f64::from(*value) - factor * f64::from(update)) as f32;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizer::{Optimizer, Rule};

    fn close(got: &[f32], want: &[f64]) {
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(want) {
            assert!((f64::from(*got) - want).abs() < 2e-7, "{got} is not {want}");
        }
    }

    /// Two steps of a factored matrix, worked out in exact arithmetic.
    #[test]
    fn factored_golden() {
        let options = AdafactorOptions { min_dim_size_to_factor: 2, ..Default::default() };
        let mut optimizer = Optimizer::new(Rule::Adafactor(options));
        let mut values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
        let gradient = [0.1, -0.2, 0.3, 0.05, 0.4, -0.6];
        optimizer.update(0, 0.01, ("w", &[2, 3]), &mut values, &gradient);
        close(&values, &[0.0934217, 0.2032892, 0.2967108, 0.3982974, 0.4965949, 0.6034051]);
        optimizer.update(1, 0.01, ("w", &[2, 3]), &mut values, &gradient);
        close(&values, &[0.0868527, 0.2065737, 0.2934263, 0.3965973, 0.4931945, 0.6068055]);
    }

    /// Two steps of a vector, worked out in exact arithmetic.
    #[test]
    fn full_golden() {
        let mut optimizer = Optimizer::default();
        let mut values = [1.0, -0.5, 0.25];
        optimizer.update(0, 0.01, ("v", &[3]), &mut values, &[0.1, -0.2, 0.3]);
        close(&values, &[0.9933856, -0.4933856, 0.2433856]);
        optimizer.update(1, 0.01, ("v", &[3]), &mut values, &[0.4, 0.1, -0.3]);
        close(&values, &[0.9850702, -0.4976576, 0.2498318]);
    }

    /// Which axis is called the row does not change a factored update.
    #[test]
    fn transposed_matrices_get_transposed_updates() {
        let (height, width) = (128, 160);
        let value = |i: usize, j: usize| ((i * 7 + j * 3) % 11) as f32 / 11.0 - 0.4;
        let gradient = |i: usize, j: usize| ((i * 5 + j * 13) % 17) as f32 / 17.0 - 0.45;
        let fill = |f: &dyn Fn(usize, usize) -> f32, transposed: bool| -> Vec<f32> {
            let (rows, columns) = if transposed { (width, height) } else { (height, width) };
            let at = |i, j| if transposed { f(j, i) } else { f(i, j) };
            (0..rows * columns).map(|k| at(k / columns, k % columns)).collect()
        };
        let mut optimizer = Optimizer::default();
        let mut plain = fill(&value, false);
        let mut transposed = fill(&value, true);
        for step in 0..3 {
            let shape = [height, width];
            optimizer.update(step, 0.1, ("a", &shape), &mut plain, &fill(&gradient, false));
            let shape = [width, height];
            optimizer.update(step, 0.1, ("b", &shape), &mut transposed, &fill(&gradient, true));
        }
        for i in 0..height {
            for j in 0..width {
                let (a, b) = (plain[i * width + j], transposed[j * height + i]);
                assert!((a - b).abs() < 1e-6, "{a} {b} at {i}, {j}");
            }
        }
    }

    /// A row or a tensor without gradient must not become NaN.
    #[test]
    fn zero_gradients_change_nothing() {
        let mut optimizer = Optimizer::default();
        let mut values = vec![0.5; 128 * 128];
        optimizer.update(0, 0.01, ("w", &[128, 128]), &mut values, &vec![0.0; 128 * 128]);
        assert!(values.iter().all(|&v| v == 0.5));
    }
}
