//! First weights.

use crate::config::T5Config;
use crate::parameters::{Role, Spec};
use ext5_core::{Key, Rng};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Elements drawn under one key, so that large tensors can be drawn in parallel.
const CHUNK: usize = 1 << 14;

/// The standard deviation of a standard normal distribution cut off at ±2.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// How first weights are drawn. The two differ in the feed-forward blocks, the relative bias and
/// the head: Hugging Face's head is drawn from N(0, 1), which starts the loss far above ln V.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// As `t5x/examples/t5/layers.py` does.
    #[default]
    T5x,
    /// As `T5PreTrainedModel._init_weights` of Hugging Face transformers does.
    HuggingFace,
}

/// A distribution with mean 0.
#[derive(Clone, Copy)]
enum Draw {
    One,
    Normal(f64),
    /// Cut off at two standard deviations, then stretched to the deviation given.
    TruncatedNormal(f64),
    /// Between minus and plus the bound.
    Uniform(f64),
}

impl Init {
    /// The first values of a parameter: a pure function of the key and the parameter's name.
    pub(crate) fn values(self, config: &T5Config, spec: &Spec, key: Key) -> Vec<f32> {
        let draw = self.draw(config, spec);
        let key = key.name(&spec.name);
        let mut values = vec![1.0; spec.shape.iter().product()];
        if let Draw::One = draw {
            return values;
        }
        values.par_chunks_mut(CHUNK).enumerate().for_each(|(number, chunk)| {
            let mut rng = key.index(number as u64).rng();
            chunk.fill_with(|| draw.next(&mut rng) as f32);
        });
        values
    }

    fn draw(self, config: &T5Config, spec: &Spec) -> Draw {
        let fan_in = |n: usize| (n as f64).powf(-0.5);
        let normal = match self {
            Init::T5x => Draw::TruncatedNormal,
            Init::HuggingFace => Draw::Normal,
        };
        match spec.role {
            Role::Norm => Draw::One,
            Role::Embedding => Draw::Normal(1.0),
            // The square root of the head's width is missing from attention, so it is in here.
            Role::Query => Draw::Normal(fan_in(config.d_model * config.d_kv)),
            Role::Key | Role::Value => Draw::Normal(fan_in(config.d_model)),
            Role::AttentionOutput => Draw::Normal(fan_in(config.inner())),
            Role::FeedForwardInput => normal(fan_in(config.d_model)),
            Role::FeedForwardOutput => normal(fan_in(config.d_ff)),
            Role::RelativeBias => match self {
                // Variance scaling: 1 over the mean of fan-in and fan-out, as a uniform draw.
                Init::T5x => {
                    let fans = spec.shape.iter().sum::<usize>() as f64 / 2.0;
                    Draw::Uniform((3.0 / fans).sqrt())
                }
                Init::HuggingFace => Draw::Normal(fan_in(config.d_model)),
            },
            Role::Head => match self {
                Init::T5x => Draw::TruncatedNormal(fan_in(config.d_model)),
                Init::HuggingFace => Draw::Normal(1.0),
            },
        }
    }
}

impl Draw {
    fn next(self, rng: &mut Rng) -> f64 {
        match self {
            Draw::One => 1.0,
            Draw::Normal(deviation) => deviation * rng.normal(),
            Draw::TruncatedNormal(deviation) => loop {
                let value = rng.normal();
                if value.abs() <= 2.0 {
                    return value * deviation / TRUNCATED_DEVIATION;
                }
            },
            Draw::Uniform(bound) => bound * (2.0 * rng.unit() - 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::specs;

    fn deviations(init: Init) -> Vec<(String, f64, f64)> {
        let config = T5Config::named("tiny").unwrap();
        let deviation = |spec: Spec| {
            let values = init.values(&config, &spec, Key::new(1));
            let square: f64 = values.iter().map(|&v| f64::from(v).powi(2)).sum();
            let largest = values.iter().fold(0.0f32, |max, v| max.max(v.abs()));
            (spec.name, (square / values.len() as f64).sqrt(), f64::from(largest))
        };
        specs(&config).into_iter().map(deviation).collect()
    }

    fn of(found: &[(String, f64, f64)], suffix: &str) -> (f64, f64) {
        let (_, deviation, largest) =
            found.iter().find(|(name, ..)| name.ends_with(suffix)).unwrap();
        (*deviation, *largest)
    }

    /// d_model 128, d_kv 32, d_ff 256, 4 heads.
    #[test]
    fn deviations_are_those_of_the_table() {
        for init in [Init::T5x, Init::HuggingFace] {
            let found = deviations(init);
            let expected = [
                ("shared.weight", 1.0),
                ("q.weight", 1.0 / 64.0),
                ("k.weight", 0.088_39),
                ("v.weight", 0.088_39),
                ("o.weight", 0.088_39),
                ("wi_0.weight", 0.088_39),
                ("wo.weight", 0.0625),
                ("layer_norm.weight", 1.0),
            ];
            for (suffix, deviation) in expected {
                let ratio = of(&found, suffix).0 / deviation;
                assert!((ratio - 1.0).abs() < 0.03, "{init:?} {suffix}: ratio {ratio}");
            }
            let head = of(&found, "lm_head.weight").0;
            let bias = of(&found, "relative_attention_bias.weight");
            if init == Init::T5x {
                assert!((head / 0.088_39 - 1.0).abs() < 0.01);
                assert!((bias.0 / (1.0f64 / 18.0).sqrt() - 1.0).abs() < 0.15);
                assert!(bias.1 <= (3.0f64 / 18.0).sqrt());
                assert!(of(&found, "wi_1.weight").1 < 0.088_39 * 2.0 / TRUNCATED_DEVIATION + 1e-6);
            } else {
                assert!((head - 1.0).abs() < 0.01);
                assert!((bias.0 / 0.088_39 - 1.0).abs() < 0.2);
                assert!(of(&found, "wi_1.weight").1 > 0.3);
            }
        }
    }
}
