//! AdamW (Loshchilov and Hutter 2019) as `torch.optim.AdamW` has it: moments without bias, decay
//! beside the gradient and not through it.

use super::factored::moved;
use super::{At, CHUNK, Formula, Part, Tensor};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of AdamW; the defaults are PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdamWOptions {
    /// Share of the mean gradient that stays at an update.
    pub beta1: f64,
    /// Share of the mean squared gradient that stays.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Share of every value that an update takes away at a rate of 1.
    pub weight_decay: f64,
}

impl Default for AdamWOptions {
    fn default() -> Self {
        AdamWOptions { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 1e-2 }
    }
}

/// Means of gradients and of their squares, for each element.
pub(super) fn moments(shape: &[usize]) -> Vec<(&'static str, usize)> {
    let elements = shape.iter().product();
    vec![("first", elements), ("second", elements)]
}

/// What an update of the Adam family needs, worked out for one step.
pub(super) struct Step {
    pub betas: (f64, f64),
    /// Multiplies values before the step.
    pub keep: f64,
    /// Multiplies the first moment over the root.
    pub factor: f64,
    /// Divides the root of the second moment before epsilon is added.
    pub root_bias: f64,
    pub epsilon: f64,
    /// Multiplies values after the step.
    pub keep_after: f64,
}

impl Step {
    /// Moves the moments and makes the step, in one pass over the four arrays.
    pub fn apply(&self, parts: &mut [Part], values: &mut [f32], gradient: &[f32]) {
        let [first, second] = parts else { unreachable!("`moments` gives two") };
        values
            .par_chunks_mut(CHUNK)
            .zip(gradient.par_chunks(CHUNK))
            .zip(first.values.par_chunks_mut(CHUNK))
            .zip(second.values.par_chunks_mut(CHUNK))
            .for_each(|(((values, gradient), first), second)| {
                let elements = values.iter_mut().zip(gradient).zip(first).zip(second);
                for (((value, &g), first), second) in elements {
                    let g = f64::from(g);
                    *first = moved(*first, g, self.betas.0);
                    *second = moved(*second, g * g, self.betas.1);
                    let root = f64::from(*second).sqrt() / self.root_bias + self.epsilon;
                    let stepped =
                        self.keep * f64::from(*value) - self.factor * f64::from(*first) / root;
                    *value = (self.keep_after * stepped) as f32;
                }
            });
    }
}

/// 1 − β^t, by which a mean that began at 0 is too small after t updates.
pub(super) fn bias(beta: f64, step: u64) -> f64 {
    1.0 - beta.powf(step as f64 + 1.0)
}

impl Formula for AdamWOptions {
    fn parts(&self, shape: &[usize]) -> Vec<(&'static str, usize)> {
        moments(shape)
    }

    fn apply(&self, at: At, parts: &mut [Part], tensor: Tensor<'_>) {
        let step = Step {
            betas: (self.beta1, self.beta2),
            keep: 1.0 - at.rate * self.weight_decay,
            factor: at.rate / bias(self.beta1, at.step),
            root_bias: bias(self.beta2, at.step).sqrt(),
            epsilon: self.epsilon,
            keep_after: 1.0,
        };
        step.apply(parts, tensor.values, tensor.gradient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizer::{Optimizer, Rule};

    /// The first step is the rate in the direction of the sign, after the decay.
    #[test]
    fn first_step() {
        let options = AdamWOptions { weight_decay: 0.1, ..AdamWOptions::default() };
        let mut optimizer = Optimizer::new(Rule::AdamW(options));
        let mut values = [1.0, -2.0];
        optimizer.update(0, 0.5, ("v", &[2]), &mut values, &[0.3, -0.7]);
        assert!((values[0] - (0.95 - 0.5)).abs() < 1e-6, "{values:?}");
        assert!((values[1] - (-1.9 + 0.5)).abs() < 1e-6, "{values:?}");
    }
}
