//! Learning rates as products of factors, as T5X's `create_learning_rate_scheduler` makes them.

use serde::{Deserialize, Serialize};

/// One factor of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// The base learning rate.
    Constant,
    /// min(1, step / warmup_steps).
    LinearWarmup,
    /// 1 / √max(step, warmup_steps).
    RsqrtDecay,
}

/// A learning rate for every step: the product of its factors.
///
/// T5's pre-training is the default: base 1.0, `constant` times `rsqrt_decay`, 10,000 steps of
/// warm-up (so a flat 0.01 up to step 10,000). T5's fine-tuning is `constant` alone at 1e-3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// The base rate, multiplied in by [`Factor::Constant`].
    pub base: f64,
    /// The factors.
    pub factors: Vec<Factor>,
    /// Steps of warm-up, for the factors that know one.
    pub warmup_steps: u64,
}

impl Default for Schedule {
    fn default() -> Self {
        let factors = vec![Factor::Constant, Factor::RsqrtDecay];
        Schedule { base: 1.0, factors, warmup_steps: 10_000 }
    }
}

impl Schedule {
    /// The learning rate of the update with 0-based number `step`.
    pub fn rate(&self, step: u64) -> f64 {
        let warmup = self.warmup_steps.max(1) as f64;
        let step = step as f64;
        self.factors
            .iter()
            .map(|factor| match factor {
                Factor::Constant => self.base,
                Factor::LinearWarmup => (step / warmup).min(1.0),
                Factor::RsqrtDecay => step.max(warmup).sqrt().recip(),
            })
            .product()
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
        let schedule = Schedule { base: 0.5, factors, warmup_steps: 10 };
        assert_eq!([0, 5, 10, 99].map(|step| schedule.rate(step)), [0.0, 0.25, 0.5, 0.5]);
    }
}
