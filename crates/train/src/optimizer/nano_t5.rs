//! nanoT5's AdamW (Nawrot 2023, `AdamWScale`): the AdamW of older releases of transformers, whose
//! step is multiplied by the parameter's RMS as Adafactor's is.
//!
//! It differs from [`adamw`](super::adamw) in three places: epsilon is added before the second
//! moment is freed from bias, decay comes after the step, and decay does not know of the RMS.

use super::adamw::{Step, bias, moments};
use super::sums::rms;
use super::{At, Formula, Part, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A parameter's scale is never below this.
const LEAST_SCALE: f64 = 1e-3;

/// Settings of nanoT5's AdamW; the defaults are nanoT5's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdamWScaleOptions {
    /// Share of the mean gradient that stays at an update.
    pub beta1: f64,
    /// Share of the mean squared gradient that stays.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Share of every value that an update takes away at a rate of 1.
    pub weight_decay: f64,
}

impl Default for AdamWScaleOptions {
    fn default() -> Self {
        AdamWScaleOptions { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weight_decay: 0.0 }
    }
}

impl Formula for AdamWScaleOptions {
    fn parts(&self, shape: &[usize]) -> Vec<(&'static str, usize)> {
        moments(shape)
    }

    fn apply(&self, at: At, parts: &mut [Part], tensor: Tensor<'_>) {
        let scale = rms(tensor.values).max(LEAST_SCALE);
        let root_bias = bias(self.beta2, at.step).sqrt();
        let step = Step {
            betas: (self.beta1, self.beta2),
            keep: 1.0,
            factor: at.rate * scale * root_bias / bias(self.beta1, at.step),
            root_bias: 1.0,
            epsilon: self.epsilon,
            keep_after: 1.0 - at.rate * self.weight_decay,
        };
        step.apply(parts, tensor.values, tensor.gradient);
    }
}
