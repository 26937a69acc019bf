//! Learning rates as products of factors, as T5X's `create_learning_rate_scheduler` makes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// One factor of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// The base learning rate.
    Constant,
    /// min(1, step / warmup_steps).
    LinearWarmup,
    /// 1 / √max(step, warmup_steps).
    RsqrtDecay,
    /// Half a cosine from 1 after the warm-up down to 0, `decay_steps` later; then from 1 again, as
    /// T5X has it.
    CosineDecay,
    /// A line from 1 after the warm-up down to 0, `decay_steps` later. T5X's factor of this name
    /// holds the base and a warm-up, too: here they are factors of their own.
    LinearDecay,
}

/// A learning rate for every step: the product of its factors.
///
/// T5's pre-training is the default: base 1.0, `constant` times `rsqrt_decay`, 10,000 steps of
/// warm-up (so a flat 0.01 up to step 10,000). T5's fine-tuning is `constant` alone at 1e-3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// The base rate, multiplied in by [`Factor::Constant`].
    pub base: f64,
    /// The factors.
    pub factors: Vec<Factor>,
    /// Steps of warm-up, for the factors that know one.
    pub warmup_steps: u64,
    /// Steps from the end of the warm-up to the end of a decay; `cosine_decay` and `linear_decay`
    /// need it.
    pub decay_steps: Option<u64>,
    /// The rate is never below this.
    pub minimum: f64,
}

impl Default for Schedule {
    fn default() -> Self {
        let factors = vec![Factor::Constant, Factor::RsqrtDecay];
        Schedule { base: 1.0, factors, warmup_steps: 10_000, decay_steps: None, minimum: 0.0 }
    }
}

impl Schedule {
    /// The learning rate of the update with 0-based number `step`.
    pub fn rate(&self, step: u64) -> f64 {
        let warmup = self.warmup_steps.max(1) as f64;
        let step = step as f64;
        // Without decay steps nothing ever decays; `fault` refuses that.
        let decay = self.decay_steps.map_or(f64::INFINITY, |steps| steps as f64);
        let progress = (step - self.warmup_steps as f64).max(0.0) / decay;
        let product: f64 = self
            .factors
            .iter()
            .map(|factor| match factor {
                Factor::Constant => self.base,
                Factor::LinearWarmup => (step / warmup).min(1.0),
                Factor::RsqrtDecay => step.max(warmup).sqrt().recip(),
                Factor::CosineDecay => 0.5 * (1.0 + (PI * progress.fract()).cos()),
                Factor::LinearDecay => (1.0 - progress).max(0.0),
            })
            .product();
        product.max(self.minimum)
    }

    /// What is wrong with the settings, if anything: the key, and what was expected.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let decays = |factor: &Factor| matches!(factor, Factor::CosineDecay | Factor::LinearDecay);
        let number = |value: f64| value.is_finite() && value >= 0.0;
        if !number(self.base) {
            return Some(("schedule.base", "expected 0 or more"));
        }
        if !number(self.minimum) {
            return Some(("schedule.minimum", "expected 0 or more"));
        }
        if self.factors.is_empty() {
            return Some((
                "schedule.factors",
                "without a factor the rate would be 1 at every step",
            ));
        }
        if self.decay_steps == Some(0) {
            return Some(("schedule.decay_steps", "must be at least 1"));
        }
        if self.decay_steps.is_none() && self.factors.iter().any(decays) {
            return Some(("schedule.decay_steps", "`cosine_decay` and `linear_decay` need it"));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures of T5's pre-training schedule.
    #[test]
    fn t5_pretraining() {
        let schedule = Schedule::default();
        for (step, rate) in
            [(0, 0.01), (10_000, 0.01), (40_000, 0.005), (65_536, 0.003_906_25), (1_000_000, 0.001)]
        {
            assert!((schedule.rate(step) - rate).abs() < 1e-15, "step {step}");
        }
    }

    #[test]
    fn warmup_multiplies() {
        let factors = vec![Factor::Constant, Factor::LinearWarmup];
        let schedule = Schedule { base: 0.5, factors, warmup_steps: 10, ..Schedule::default() };
        assert_eq!([0, 5, 10, 99].map(|step| schedule.rate(step)), [0.0, 0.25, 0.5, 0.5]);
    }

    #[test]
    fn decays_begin_after_the_warmup() {
        let with = |factor| Schedule {
            base: 2.0,
            factors: vec![Factor::Constant, Factor::LinearWarmup, factor],
            warmup_steps: 10,
            decay_steps: Some(100),
            minimum: 0.01,
        };
        let line = with(Factor::LinearDecay);
        assert_eq!([5, 10, 60, 500].map(|step| line.rate(step)), [1.0, 2.0, 1.0, 0.01]);
        let cosine = with(Factor::CosineDecay);
        assert_eq!([5, 10, 110].map(|step| cosine.rate(step)), [1.0, 2.0, 2.0]);
        assert!((cosine.rate(60) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn decays_need_to_know_their_length() {
        let schedule = Schedule { factors: vec![Factor::CosineDecay], ..Schedule::default() };
        assert_eq!(schedule.fault().map(|(key, _)| key), Some("schedule.decay_steps"));
        assert_eq!(Schedule::default().fault(), None);
    }
}
