//! norm + attention + residual.

use super::Mode;
use super::norm::{drop_out, norm};
use crate::dropout::Dropout;
use crate::flex::{self, Input, Saved};
use crate::kernels::attention_block::{self as kernel, AttentionBlock};
use crate::parameters::Attention;
use crate::positions::Buckets;
use crate::precision::Precision;
use crate::scope::Scope;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use std::sync::Arc;

type Weights = Attention<Tensor<2>>;

/// What attention depends on beside its weights.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub heads: usize,
    pub scope: Arc<Scope>,
    pub buckets: Buckets,
    pub mode: Mode,
}

/// x + attention(norm(x)) for `x` of `[rows, queries, width]`. Keys and values come from `memory`,
/// `[rows, keys, width]`, where there is one. `bias` is the table of relative position biases.
pub(crate) fn attention(
    x: &Tensor<3>,
    memory: Option<&Tensor<3>>,
    weights: &Weights,
    bias: Option<&Tensor<2>>,
    setting: &Setting,
    dropout: Option<Dropout>,
) -> Tensor<3> {
    fused(x, memory, weights, bias, setting, dropout)
        .unwrap_or_else(|| composed(x, memory, weights, bias, setting, dropout))
}

fn composed(
    x: &Tensor<3>,
    memory: Option<&Tensor<3>>,
    weights: &Weights,
    bias: Option<&Tensor<2>>,
    setting: &Setting,
    dropout: Option<Dropout>,
) -> Tensor<3> {
    let scope = &*setting.scope;
    let device = x.device().without_autodiff();
    let normed = norm(x.clone(), weights.norm.clone(), setting.mode.epsilon);
    let source = memory.unwrap_or(&normed);
    let precision = setting.mode.precision;
    let k = to_heads(source, &weights.k, setting.heads, precision);
    let v = to_heads(source, &weights.v, setting.heads, precision);
    let q = to_heads(&normed, &weights.q, setting.heads, precision);
    let mask = scope.mask();
    let mut mask = flex::from_vec(mask, [scope.rows, 1, scope.queries, scope.keys], &device);
    if let Some(table) = bias {
        let spread = spread(table, setting.buckets, 0..scope.queries, scope.keys);
        mask = mask + spread;
    }
    let factors = dropout.map(|dropout| {
        let factors = dropout.at("weights").factors(scope.rows, setting.heads * scope.keys);
        flex::from_vec(factors, [scope.rows, setting.heads, 1, scope.keys], &device)
    });
    let branch = from_heads(attend(q, k, v, mask, factors, precision), &weights.o, precision);
    x.clone() + drop_out(branch, dropout.map(|dropout| dropout.at("residual")))
}

/// Projects `[rows, length, width]` to `[rows, heads, length, head width]`.
pub(crate) fn to_heads(
    x: &Tensor<3>,
    weight: &Tensor<2>,
    heads: usize,
    precision: Precision,
) -> Tensor<4> {
    let ([rows, length, _], [inner, _]) = (x.dims(), weight.dims());
    let projected = precision.product(x.clone(), weight.clone().transpose().unsqueeze());
    projected.reshape([rows, length, heads, inner / heads]).swap_dims(1, 2)
}

/// Softmax attention of all heads. `bias`, which holds the mask too, spreads over what it is
/// added to; `factors` are those of dropout.
pub(crate) fn attend(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    bias: Tensor<4>,
    factors: Option<Tensor<4>>,
    precision: Precision,
) -> Tensor<4> {
    let weights = activation::softmax(precision.product(q, k.transpose()) + bias, 3);
    let weights = match factors {
        Some(factors) => weights * factors,
        None => weights,
    };
    precision.product(weights, v)
}

/// Joins `[rows, heads, length, head width]` and projects it to `[rows, length, width]`.
pub(crate) fn from_heads(heads: Tensor<4>, weight: &Tensor<2>, precision: Precision) -> Tensor<3> {
    let [rows, count, length, width] = heads.dims();
    let joined = heads.swap_dims(1, 2).reshape([rows, length, count * width]);
    precision.product(joined, weight.clone().transpose().unsqueeze())
}

/// The bias of some queries and all keys from their start, `[1, heads, queries, keys]`.
pub(crate) fn spread(
    table: &Tensor<2>,
    buckets: Buckets,
    queries: std::ops::Range<usize>,
    keys: usize,
) -> Tensor<4> {
    let [_, heads] = table.dims();
    let count = queries.len();
    let of_each = queries.flat_map(|query| {
        (0..keys).map(move |key| buckets.of(key as isize - query as isize) as i32)
    });
    let of_each: Vec<i32> = of_each.collect();
    let device: Device = table.device();
    let of_each = Tensor::<1, Int>::from_data(TensorData::new(of_each, [count * keys]), &device);
    let biases = table.clone().select(0, of_each);
    biases.transpose().reshape([1, heads, count, keys])
}

fn fused(
    x: &Tensor<3>,
    memory: Option<&Tensor<3>>,
    weights: &Weights,
    bias: Option<&Tensor<2>>,
    setting: &Setting,
    dropout: Option<Dropout>,
) -> Option<Tensor<3>> {
    setting.mode.may_fuse()?;
    let shape @ [rows, _, width] = x.dims();
    let factors = |site, rows, width| dropout.map(|drop| drop.at(site).factors(rows, width));
    let inputs = [
        Input::new(x)?,
        Input::optional(memory)?,
        Input::new(&weights.norm)?,
        Input::new(&weights.q)?,
        Input::new(&weights.k)?,
        Input::new(&weights.v)?,
        Input::new(&weights.o)?,
        Input::optional(bias)?,
    ];
    let kept = Fixed {
        setting: setting.clone(),
        cross: memory.is_some(),
        biased: bias.is_some(),
        weight_factors: factors("weights", rows, setting.heads * setting.scope.keys),
        outer_factors: factors("residual", rows, width),
    };
    Some(flex::operation(inputs, shape, |inputs, _| {
        let (y, of_forward) = kept.block(inputs).forward(inputs[0]);
        let of_forward = (!kept.setting.mode.recompute).then_some(of_forward);
        (y, (kept, of_forward))
    }))
}

/// All that is not a tensor.
#[derive(Clone, Debug)]
struct Fixed {
    setting: Setting,
    cross: bool,
    biased: bool,
    weight_factors: Option<Vec<f32>>,
    outer_factors: Option<Vec<f32>>,
}

impl Fixed {
    fn block<'a>(
        &'a self,
        [_, memory, gain, q, k, v, o, table]: [&'a [f32]; 8],
    ) -> AttentionBlock<'a> {
        AttentionBlock {
            gain,
            q,
            k,
            v,
            o,
            memory: self.cross.then_some(memory),
            bias: self.biased.then_some((table, self.setting.buckets)),
            heads: self.setting.heads,
            scope: &self.setting.scope,
            epsilon: self.setting.mode.epsilon as f32,
            weight_factors: self.weight_factors.as_deref(),
            outer_factors: self.outer_factors.as_deref(),
        }
    }
}

impl Saved<8> for (Fixed, Option<kernel::Kept>) {
    fn backward(self, inputs: [&[f32]; 8], gradient: &[f32], _: [bool; 8]) -> [Vec<f32>; 8] {
        let (fixed, kept) = self;
        let block = fixed.block(inputs);
        let kept = kept.unwrap_or_else(|| block.forward(inputs[0]).1);
        let found = block.backward(inputs[0], &kept, gradient);
        [
            found.x,
            found.memory.unwrap_or_default(),
            found.gain,
            found.q,
            found.k,
            found.v,
            found.o,
            found.bias.unwrap_or_default(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::testing::{MODE, compare, parameter};
    use crate::scope::stretches;
    use ext5_core::Key;

    const WIDTH: usize = 24;
    const HEADS: usize = 3;
    const INNER: usize = 30;

    /// Two rows without padding, since what padded queries get is not defined.
    fn check(causal: bool, cross: bool, dropout: Option<Dropout>) {
        let queries = stretches(&[1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 2, 2, 2, 2], 7).unwrap();
        let keys = stretches(&[1, 1, 2, 2, 2, 1, 2, 2, 0, 0], 5).unwrap();
        let scope = match cross {
            true => Scope::new((&queries, 7), (&keys, 5), false),
            false => Scope::new((&queries, 7), (&queries, 7), causal),
        };
        let setting = Setting {
            heads: HEADS,
            scope: Arc::new(scope),
            buckets: Buckets { count: 8, max_distance: 6, bidirectional: !causal },
            mode: MODE,
        };
        let inputs = [
            parameter([14, WIDTH], 1.0, 1),
            parameter([10, WIDTH], 1.0, 2),
            parameter([1, WIDTH], 1.0, 3),
            parameter([INNER, WIDTH], 0.3, 4),
            parameter([INNER, WIDTH], 0.3, 5),
            parameter([INNER, WIDTH], 0.3, 6),
            parameter([WIDTH, INNER], 0.3, 7),
            parameter([8, HEADS], 1.0, 8),
        ];
        let run = |inputs: &[Tensor<2>], composed_body: bool| {
            let [x, memory, norm, q, k, v, o, table] = inputs.to_vec().try_into().unwrap();
            let x = x.reshape([2, 7, WIDTH]);
            let memory = cross.then(|| memory.reshape([2, 5, WIDTH]));
            let table = (!cross).then_some(table);
            let weights = Attention { norm, q, k, v, o };
            let (memory, table) = (memory.as_ref(), table.as_ref());
            match composed_body {
                true => composed(&x, memory, &weights, table, &setting, dropout),
                false => fused(&x, memory, &weights, table, &setting, dropout).unwrap(),
            }
        };
        compare(&inputs, |inputs| run(inputs, false), |inputs| run(inputs, true));
    }

    #[test]
    fn fused_equals_composed() {
        let dropout = Some(Dropout::new(0.3, Key::new(7)));
        for dropout in [None, dropout] {
            check(false, false, dropout);
            check(true, false, dropout);
            check(false, true, dropout);
        }
    }
}
