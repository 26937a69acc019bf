//! Optimisers over named parameters, as plain slices.
//!
//! A [`Rule`] is what a recipe names: the formula and its settings. An [`Optimizer`] is a rule with
//! what it remembers of every parameter. Each rule stands in a file of its own and says three things:
//! what it remembers of a parameter of a shape, which rate it steps with, and how a step goes.
//!
//! Values and memories are stored as `f32`, as the references store them. Means over steps are moved
//! and sums are taken in `f64`: in `f32`, `β` and `1 − β` no longer add up to one when β is near it,
//! and a row's sum of squares loses a digit with every hundred columns.

mod adafactor;
mod adamw;
mod factored;
mod nano_t5;
mod state;
mod sums;

pub use adafactor::{AdafactorHuggingFaceOptions, AdafactorOptions};
pub use adamw::AdamWOptions;
pub use nano_t5::AdamWScaleOptions;
pub use state::StateError;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Elements handled by one parallel task. Fixed, so that sums do not depend on the thread count.
const CHUNK: usize = 1 << 14;

/// How weights are updated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Rule {
    /// Adafactor as T5X has it: the rate comes from the schedule, matrices are factored from 128 on.
    Adafactor(AdafactorOptions),
    /// Adafactor as Hugging Face transformers has it: every matrix is factored, and the rate is its
    /// own unless `relative_step` is off.
    AdafactorHuggingFace(AdafactorHuggingFaceOptions),
    /// AdamW with decoupled decay, as PyTorch has it.
    #[serde(rename = "adamw")]
    AdamW(AdamWOptions),
    /// nanoT5's AdamW, whose step is proportional to the parameter's RMS.
    #[serde(rename = "adamw_scale")]
    AdamWScale(AdamWScaleOptions),
}

impl Default for Rule {
    fn default() -> Self {
        Rule::Adafactor(AdafactorOptions::default())
    }
}

/// What each rule says.
trait Formula {
    /// What it remembers of a parameter: names and numbers of elements, all 0 at first.
    fn parts(&self, shape: &[usize]) -> Vec<(&'static str, usize)>;

    /// The rate of the update with 0-based number `step`, given the schedule's.
    fn rate(&self, _step: u64, scheduled: f64) -> f64 {
        scheduled
    }

    /// One update. `parts` are those of [`parts`](Self::parts), in their order.
    fn apply(&self, at: At, parts: &mut [Part], tensor: Tensor<'_>);
}

/// Which update.
#[derive(Clone, Copy, Debug)]
struct At {
    /// 0-based number of the update.
    step: u64,
    /// What [`Formula::rate`] gave.
    rate: f64,
}

/// The arrays of one update, all of one length and row-major.
struct Tensor<'a> {
    values: &'a mut [f32],
    gradient: &'a [f32],
    /// Holds anything, and is of any length.
    scratch: &'a mut Vec<f32>,
}

/// Something remembered of a parameter.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    name: &'static str,
    values: Vec<f32>,
}

impl Rule {
    fn formula(&self) -> &dyn Formula {
        match self {
            Rule::Adafactor(options) => options,
            Rule::AdafactorHuggingFace(options) => options,
            Rule::AdamW(options) => options,
            Rule::AdamWScale(options) => options,
        }
    }

    /// The rate of the update with 0-based number `step`, given the schedule's: the same, unless the
    /// rule has a rate of its own.
    pub fn rate(&self, step: u64, scheduled: f64) -> f64 {
        self.formula().rate(step, scheduled)
    }

    /// The name that recipes have for it.
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Adafactor(_) => "adafactor",
            Rule::AdafactorHuggingFace(_) => "adafactor_hugging_face",
            Rule::AdamW(_) => "adamw",
            Rule::AdamWScale(_) => "adamw_scale",
        }
    }

    /// What is wrong with the settings, if anything: the key, and what was expected.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let share = |value: f64| (0.0..1.0).contains(&value);
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let decay = |value: f64| value.is_finite() && value >= 0.0;
        let (betas, epsilon, weight_decay) = match self {
            Rule::Adafactor(o) => {
                let fine = positive(o.decay_rate) && positive(o.clipping_threshold);
                (fine, positive(o.epsilon1) && positive(o.epsilon2), o.weight_decay)
            }
            Rule::AdafactorHuggingFace(o) => {
                if o.warmup_init && !o.relative_step {
                    return Some(("optimizer.warmup_init", "needs `relative_step = true`"));
                }
                let fine = positive(o.decay_rate) && positive(o.clipping_threshold);
                (fine, positive(o.epsilon1) && positive(o.epsilon2), o.weight_decay)
            }
            Rule::AdamW(o) => {
                (share(o.beta1) && share(o.beta2), positive(o.epsilon), o.weight_decay)
            }
            Rule::AdamWScale(o) => {
                (share(o.beta1) && share(o.beta2), positive(o.epsilon), o.weight_decay)
            }
        };
        if !betas {
            return Some((
                "optimizer",
                "betas must be 0 or more and below 1; Adafactor's `decay_rate` and `clipping_threshold` above 0",
            ));
        }
        if !epsilon {
            return Some(("optimizer", "every epsilon must be above 0"));
        }
        (!decay(weight_decay)).then_some(("optimizer.weight_decay", "expected 0 or more"))
    }
}

/// A rule with what it remembers of every parameter that it has updated.
#[derive(Clone, Debug, Default)]
pub struct Optimizer {
    rule: Rule,
    state: BTreeMap<String, Vec<Part>>,
    /// Kept from update to update: new memory costs more than filling it.
    scratch: Vec<f32>,
}

/// Two optimisers are equal when they will do the same.
impl PartialEq for Optimizer {
    fn eq(&self, other: &Self) -> bool {
        self.rule == other.rule && self.state == other.state
    }
}

impl Optimizer {
    /// An optimiser that has seen nothing yet.
    pub fn new(rule: Rule) -> Self {
        Optimizer { rule, ..Optimizer::default() }
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Updates one parameter in place.
    ///
    /// `step` is the 0-based number of the update and `scheduled` the schedule's rate for it;
    /// `shape` is that of `values` and `gradient`, both row-major.
    ///
    /// # Panics
    /// When values, gradient and shape are not of one size, or the name was that of a parameter of
    /// another shape before.
    pub fn update(
        &mut self,
        step: u64,
        scheduled: f64,
        (name, shape): (&str, &[usize]),
        values: &mut [f32],
        gradient: &[f32],
    ) {
        let elements: usize = shape.iter().product();
        assert!(values.len() == elements && gradient.len() == elements, "{name}: sizes differ");
        if values.is_empty() {
            return;
        }
        let formula = self.rule.formula();
        if !self.state.contains_key(name) {
            let parts = formula.parts(shape).into_iter();
            let zeros = |(name, length)| Part { name, values: vec![0.0; length] };
            self.state.insert(name.to_owned(), parts.map(zeros).collect());
        }
        let Some(parts) = self.state.get_mut(name) else { unreachable!("inserted above") };
        let at = At { step, rate: formula.rate(step, scheduled) };
        formula.apply(at, parts, Tensor { values, gradient, scratch: &mut self.scratch });
    }
}
