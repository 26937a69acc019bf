//! Head + cross-entropy.

use crate::flex::{self, Input, Saved};
use crate::kernels::cross_entropy::{self as kernel, HeadGradients, Losses, Objective};
use burn::tensor::{Int, Tensor, TensorData};

/// What is to be predicted at every position.
#[derive(Clone, Copy)]
pub(crate) struct Targets<'a> {
    pub ids: &'a [u32],
    /// Weight of each position in the loss.
    pub weights: &'a [f32],
    pub objective: Objective,
}

/// The loss of hidden states `[rows, length, width]` under a head `[vocabulary, width]`.
pub(crate) struct HeadLoss {
    /// The weighted sum, `[1]`; carries the gradients.
    pub loss: Tensor<1>,
    /// The same, in double precision.
    pub total: f64,
    /// Plain negative log-likelihood of each target; 0 where its weight is 0.
    pub tokens: Vec<f32>,
}

/// Scores the targets.
pub(crate) fn cross_entropy(
    hidden: &Tensor<3>,
    head: &Tensor<2>,
    targets: Targets<'_>,
) -> HeadLoss {
    fused(hidden, head, targets).unwrap_or_else(|| composed(hidden, head, targets))
}

fn fused(hidden: &Tensor<3>, head: &Tensor<2>, targets: Targets<'_>) -> Option<HeadLoss> {
    let mut found = (0.0, Vec::new());
    let loss = flex::operation([Input::new(hidden)?, Input::new(head)?], [1], |inputs, keep| {
        let [hidden, head] = inputs;
        let Losses { total, tokens, gradients } =
            kernel::head(hidden, head, targets.ids, targets.weights, targets.objective, keep);
        found = (total, tokens);
        (vec![total as f32], Kept(gradients))
    });
    let (total, tokens) = found;
    Some(HeadLoss { loss, total, tokens })
}

#[derive(Clone, Debug)]
struct Kept(Option<HeadGradients>);

impl Saved<2> for Kept {
    fn backward(self, _: [&[f32]; 2], gradient: &[f32], _: [bool; 2]) -> [Vec<f32>; 2] {
        let Some(HeadGradients { mut hidden, mut head }) = self.0 else {
            return [Vec::new(), Vec::new()];
        };
        if gradient[0] != 1.0 {
            for value in hidden.iter_mut().chain(&mut head) {
                *value *= gradient[0];
            }
        }
        [hidden, head]
    }
}

fn composed(hidden: &Tensor<3>, head: &Tensor<2>, targets: Targets<'_>) -> HeadLoss {
    let Targets { ids, weights, objective } = targets;
    let ([_, _, width], [vocabulary, _]) = (hidden.dims(), head.dims());
    let count = ids.len();
    let device = hidden.device().without_autodiff();
    let logits = hidden.clone().reshape([count, width]).matmul(head.clone().transpose());
    let largest = logits.clone().detach().max_dim(1);
    let log_z = (logits.clone() - largest.clone()).exp().sum_dim(1).log() + largest;
    let indices = ids.iter().map(|&id| id as i32).collect();
    let indices =
        Tensor::<2, Int>::from_data(TensorData::new::<i32, _>(indices, [count, 1]), &device);
    let target_logits = logits.clone().gather(1, indices);
    let real: Vec<f32> = weights.iter().map(|&w| if w == 0.0 { 0.0 } else { 1.0 }).collect();
    let tokens =
        (log_z.clone() - target_logits.clone()).inner() * flex::from_vec(real, [count, 1], &device);

    let (of_target, of_other) = objective.smoothed(vocabulary);
    let mut losses = log_z.clone()
        - target_logits.clone() * of_target
        - (logits.sum_dim(1) - target_logits) * of_other;
    if objective.label_smoothing > 0.0 {
        losses = losses - objective.floor(vocabulary);
    }
    losses = losses + log_z.square() * objective.z_loss;
    let weights = flex::from_vec(weights.to_vec(), [count, 1], &device);
    let loss = (losses * weights).sum();
    let total = f64::from(flex::into_vec(loss.clone().inner())[0]);
    HeadLoss { loss, total, tokens: flex::into_vec(tokens) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::testing::{assert_close, compare, parameter};

    const IDS: [u32; 6] = [3, 0, 30, 7, 7, 1];
    const WEIGHTS: [f32; 6] = [1.0, 0.5, 1.0, 0.0, 2.0, 1.0];

    fn targets(objective: Objective) -> Targets<'static> {
        Targets { ids: &IDS, weights: &WEIGHTS, objective }
    }

    #[test]
    fn fused_equals_composed() {
        let inputs = [parameter([6, 20], 1.0, 1), parameter([31, 20], 0.5, 2)];
        for (z_loss, label_smoothing) in [(0.0, 0.0), (1e-2, 0.0), (1e-2, 0.1)] {
            let targets = targets(Objective { z_loss, label_smoothing });
            let lift = |p: &[Tensor<2>]| p[0].clone().reshape([2, 3, 20]);
            compare(
                &inputs,
                |p| fused(&lift(p), &p[1], targets).unwrap().loss,
                |p| composed(&lift(p), &p[1], targets).loss,
            );
            let one = fused(&lift(&inputs), &inputs[1], targets).unwrap();
            let other = composed(&lift(&inputs), &inputs[1], targets);
            assert_close("token losses", &one.tokens, &other.tokens);
            assert_eq!(one.tokens[3], 0.0);
        }
    }

    /// The gradient of the kernel against differences of its loss, which is in double precision.
    #[test]
    fn gradients_are_slopes() {
        let draw = |shape, seed| flex::into_vec(parameter(shape, 1.0, seed).inner());
        let (mut hidden, head) = (draw([6, 20], 1), draw([31, 20], 2));
        let objective = Objective { z_loss: 1e-2, label_smoothing: 0.1 };
        let run = |hidden: &[f32]| kernel::head(hidden, &head, &IDS, &WEIGHTS, objective, true);
        let gradient = run(&hidden).gradients.unwrap().hidden;
        for place in [0, 25, 47, 65, 85, 119] {
            let value = hidden[place];
            let mut at = |shift: f32| {
                hidden[place] = value + shift;
                let total = run(&hidden).total;
                hidden[place] = value;
                total
            };
            let slope = (at(0.01) - at(-0.01)) / 0.02;
            let found = f64::from(gradient[place]);
            assert!((slope - found).abs() < 2e-3 * found.abs().max(0.1), "{slope} {found}");
        }
    }

    /// A head of equal rows predicts every id alike.
    #[test]
    fn uniform_predictions_cost_the_logarithm_of_the_vocabulary() {
        let smooth = Objective { z_loss: 0.0, label_smoothing: 0.2 };
        let losses = kernel::head(&[1.0; 4], &[1.0; 80], &[3, 2], &[1.0, 1.0], smooth, false);
        assert!(losses.tokens.iter().all(|nll| (nll - 40f32.ln()).abs() < 1e-6));
        assert!((losses.total - 2.0 * (40f64.ln() - smooth.floor(40))).abs() < 1e-5);
    }
}
