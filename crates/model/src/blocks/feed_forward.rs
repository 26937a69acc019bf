//! norm + feed-forward + residual.

use super::Mode;
use super::norm::{drop_out, norm};
use crate::dropout::Dropout;
use crate::flex::{self, Input, Saved};
use crate::kernels::feed_forward::{self as kernel, FeedForward};
use crate::parameters::FeedForwardWeights;
use crate::precision::Precision;
use burn::tensor::{Tensor, activation};

type Weights = FeedForwardWeights<Tensor<2>>;

/// x + feed-forward(norm(x)) for `x` of `[rows, length, width]`.
pub(crate) fn feed_forward(
    x: &Tensor<3>,
    weights: &Weights,
    mode: Mode,
    dropout: Option<Dropout>,
) -> Tensor<3> {
    fused(x, weights, mode, dropout).unwrap_or_else(|| composed(x, weights, mode, dropout))
}

fn composed(x: &Tensor<3>, weights: &Weights, mode: Mode, dropout: Option<Dropout>) -> Tensor<3> {
    let normed = norm(x.clone(), weights.norm.clone(), mode.epsilon);
    let turned = |weight: &Tensor<2>| weight.clone().transpose().unsqueeze();
    let project = |weight| mode.precision.product(normed.clone(), turned(weight));
    let hidden = project(&weights.wi);
    let active = match &weights.gate {
        Some(gate) => activation::gelu_approximate(hidden) * project(gate),
        None => activation::relu(hidden),
    };
    let active = drop_out(active, dropout.map(|dropout| dropout.at("inner")));
    // The output reaches values that bf16 cannot hold.
    let branch = Precision::F32.product(active, turned(&weights.wo));
    x.clone() + drop_out(branch, dropout.map(|dropout| dropout.at("residual")))
}

fn fused(
    x: &Tensor<3>,
    weights: &Weights,
    mode: Mode,
    dropout: Option<Dropout>,
) -> Option<Tensor<3>> {
    mode.may_fuse()?;
    let shape @ [rows, length, width] = x.dims();
    let [inner, _] = weights.wi.dims();
    let factors = |site, width| dropout.map(|dropout| dropout.at(site).factors(rows, width));
    let gated = weights.gate.is_some();
    let inputs = [
        Input::new(x)?,
        Input::new(&weights.norm)?,
        Input::new(&weights.wi)?,
        Input::optional(weights.gate.as_ref())?,
        Input::new(&weights.wo)?,
    ];
    let settings = Settings {
        gated,
        epsilon: mode.epsilon as f32,
        inner_factors: factors("inner", inner),
        outer_factors: factors("residual", width),
        length,
    };
    Some(flex::operation(inputs, shape, |inputs, _| {
        let (y, kept) = settings.block(inputs).forward(inputs[0]);
        (y, (settings, (!mode.recompute).then_some(kept)))
    }))
}

#[derive(Clone, Debug)]
struct Settings {
    gated: bool,
    epsilon: f32,
    inner_factors: Option<Vec<f32>>,
    outer_factors: Option<Vec<f32>>,
    length: usize,
}

impl Settings {
    fn block<'a>(&'a self, [_, gain, wi, gate, wo]: [&'a [f32]; 5]) -> FeedForward<'a> {
        FeedForward {
            gain,
            wi,
            gate: self.gated.then_some(gate),
            wo,
            epsilon: self.epsilon,
            inner_factors: self.inner_factors.as_deref(),
            outer_factors: self.outer_factors.as_deref(),
            length: self.length,
        }
    }
}

impl Saved<5> for (Settings, Option<kernel::Kept>) {
    fn backward(self, inputs: [&[f32]; 5], gradient: &[f32], _: [bool; 5]) -> [Vec<f32>; 5] {
        let (settings, kept) = self;
        let block = settings.block(inputs);
        let kept = kept.unwrap_or_else(|| block.forward(inputs[0]).1);
        let found = block.backward(inputs[0], kept, gradient);
        [found.x, found.gain, found.wi, found.gate.unwrap_or_default(), found.wo]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::testing::{MODE, compare, parameter};
    use ext5_core::Key;

    fn check(gated: bool, dropout: Option<Dropout>) {
        let (width, inner) = (24, 40);
        let parts = vec![
            parameter([1, width], 1.0, 2),
            parameter([inner, width], 0.3, 3),
            parameter([inner, width], 0.3, 4),
            parameter([width, inner], 0.3, 5),
        ];
        let x = parameter([21, width], 1.0, 6);
        let weights = |parts: &[Tensor<2>]| Weights {
            norm: parts[0].clone(),
            wi: parts[1].clone(),
            gate: gated.then(|| parts[2].clone()),
            wo: parts[3].clone(),
        };
        let mut all = vec![x];
        all.extend(parts);
        let lift = |x: &Tensor<2>| x.clone().reshape([3, 7, width]);
        compare(
            &all,
            |p| fused(&lift(&p[0]), &weights(&p[1..]), MODE, dropout).unwrap(),
            |p| composed(&lift(&p[0]), &weights(&p[1..]), MODE, dropout),
        );
    }

    #[test]
    fn fused_equals_composed() {
        let dropout = Some(Dropout::new(0.3, Key::new(7)));
        for dropout in [None, dropout] {
            check(true, dropout);
            check(false, dropout);
        }
    }
}
