//! Rates from sizes.

use super::RateError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a rate follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Train examples.
    pub examples: u64,
    /// In how many ways the task puts each of them; at least one.
    pub prompts: u64,
}

/// What a task's size counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Its examples.
    #[default]
    Examples,
    /// Its examples in each of its prompts: examples · prompts.
    Renderings,
    /// As T0 counts: each prompt of a task is a task of the whole size, but the prompts of a task
    /// above the cap share the cap among them. So a task counts examples · prompts up to the cap
    /// in examples, and the cap beyond it.
    T0,
}

/// How a task's rate follows from its size (`seqio`'s `rate_num_examples`):
/// rate = min(size · scale, cap) ^ (1 / temperature), in that order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// What the size is.
    pub count: Count,
    /// What the size is multiplied by, before the cap.
    pub scale: f64,
    /// The most that a scaled size counts; infinity is no cap.
    pub cap: f64,
    /// 1 leaves rates proportional to capped sizes; larger values level them, and infinity makes
    /// all equal.
    pub temperature: f64,
}

impl Default for Rule {
    /// The ExT5 paper's rule: proportional to size, capped at 300,000 for each task.
    fn default() -> Self {
        Rule { count: Count::Examples, scale: 1.0, cap: 300_000.0, temperature: 1.0 }
    }
}

impl Rule {
    /// Whether the numbers of the rule are possible.
    ///
    /// # Errors
    /// When one is not.
    pub fn check(&self) -> Result<(), RateError> {
        let Rule { scale, cap, temperature, .. } = *self;
        let wrong = |name, value, expected| Err(RateError::Rule { name, value, expected });
        if !(scale.is_finite() && scale > 0.0) {
            return wrong("scale", scale, "a finite number above zero");
        }
        if cap.is_nan() || cap <= 0.0 {
            return wrong("cap", cap, "a number above zero, or `inf` for no cap");
        }
        if temperature.is_nan() || temperature <= 0.0 {
            return wrong(
                "temperature",
                temperature,
                "a number above zero, or `inf` for equal rates",
            );
        }
        Ok(())
    }

    /// The rate of a task of this size.
    ///
    /// # Errors
    /// When a number of the rule is impossible.
    pub fn rate(&self, size: Size) -> Result<f64, RateError> {
        self.check()?;
        let (examples, prompts) = (size.examples as f64, size.prompts as f64);
        let size = match self.count {
            Count::Examples => (examples * self.scale).min(self.cap),
            Count::Renderings => (examples * prompts * self.scale).min(self.cap),
            Count::T0 if examples * self.scale > self.cap => self.cap,
            Count::T0 => examples * self.scale * prompts,
        };
        Ok(size.powf(1.0 / self.temperature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(cap: f64, scale: f64, temperature: f64) -> Rule {
        Rule { count: Count::Examples, scale, cap, temperature }
    }

    fn rate(rule: Rule, examples: u64, prompts: u64) -> f64 {
        rule.rate(Size { examples, prompts }).unwrap()
    }

    /// The goldens of `seqio`'s `rate_num_examples` tests.
    #[test]
    fn follows_seqio() {
        let none = f64::INFINITY;
        assert_eq!(rate(rule(none, 1.0, 1.0), 3, 1), 3.0);
        assert_eq!(rate(rule(none, 27.0, 1.0), 3, 1), 81.0);
        assert_eq!(rate(rule(none, 27.0, 2.0), 3, 1), 9.0);
        assert_eq!(rate(rule(50.5, 27.0, 0.5), 3, 1), 2550.25);
        let rate = rate(rule(none, 1.0, 0.7), 10, 1);
        assert!((rate - 26.826_957_952_8).abs() < 1e-9, "{rate}");
    }

    #[test]
    fn infinite_temperature_is_equal_mixing() {
        let equal = rule(300_000.0, 1.0, f64::INFINITY);
        assert_eq!([1, 30, 1 << 40].map(|examples| rate(equal, examples, 7)), [1.0; 3]);
    }

    #[test]
    fn prompts_count_where_wanted() {
        let of = |count, examples| rate(Rule { count, ..rule(500_000.0, 1.0, 1.0) }, examples, 10);
        assert_eq!(of(Count::Examples, 20_000), 20_000.0);
        assert_eq!(of(Count::Renderings, 20_000), 200_000.0);
        assert_eq!(of(Count::Renderings, 60_000), 500_000.0);
        // T0: 500,000 / 10 for each of 10 prompts, or the whole size for each.
        assert_eq!(of(Count::T0, 600_000), 500_000.0);
        assert_eq!(of(Count::T0, 60_000), 600_000.0);
    }

    #[test]
    fn impossible_rules_are_refused() {
        for bad in [0.0, -1.0, f64::NAN] {
            for rule in [rule(bad, 1.0, 1.0), rule(9.0, bad, 1.0), rule(9.0, 1.0, bad)] {
                assert!(matches!(rule.check(), Err(RateError::Rule { .. })), "{rule:?}");
            }
        }
        assert!(rule(9.0, f64::INFINITY, 1.0).check().is_err());
    }
}
