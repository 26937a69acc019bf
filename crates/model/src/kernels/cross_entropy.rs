//! Head and cross-entropy in one, so that the logits of all positions are never held at once.

use super::gemm::{Matrix, MatrixMut, Write, parallel_product};
use super::vector::{exp, max, sum, vectorized};
use rayon::prelude::*;

/// Logits held at once: 16 MiB.
const LOGITS: usize = 1 << 22;

/// The loss as T5X defines it (`t5x/losses.py`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Objective {
    /// Weight of (log Z)².
    pub z_loss: f64,
    /// Share of the target's probability that is spread evenly over the other rows of the head.
    pub label_smoothing: f64,
}

impl Objective {
    /// The probability that smoothing leaves to the target, and that of every other row.
    pub fn smoothed(self, vocabulary: usize) -> (f64, f64) {
        let others = (vocabulary.max(2) - 1) as f64;
        (1.0 - self.label_smoothing, self.label_smoothing / others)
    }

    /// The entropy of the smoothed target: the least that its cross-entropy can be, taken away.
    pub fn floor(self, vocabulary: usize) -> f64 {
        let (target, other) = self.smoothed(vocabulary);
        let others = (vocabulary.max(2) - 1) as f64;
        -(target * target.ln() + others * other * (other + 1e-20).ln())
    }
}

/// What the head computes.
#[derive(Debug)]
pub(crate) struct Losses {
    /// Weighted sum of cross-entropy, smoothing and z-loss.
    pub total: f64,
    /// Plain negative log-likelihood of each target; 0 where its weight is 0.
    pub tokens: Vec<f32>,
    /// Gradients of the total, if asked for.
    pub gradients: Option<HeadGradients>,
}

#[derive(Clone, Debug)]
pub(crate) struct HeadGradients {
    /// Of the hidden states; 0 where the weight is 0.
    pub hidden: Vec<f32>,
    /// Of the head.
    pub head: Vec<f32>,
}

/// The loss of hidden states `[positions, width]` under a head `[vocabulary, width]`, and its
/// gradients: they cost less here, where the logits still are, than in a pass of their own.
/// Positions of weight 0 are skipped.
pub(crate) fn head(
    hidden: &[f32],
    head: &[f32],
    targets: &[u32],
    weights: &[f32],
    objective: Objective,
    with_gradients: bool,
) -> Losses {
    let width = hidden.len() / targets.len().max(1);
    let vocabulary = head.len() / width.max(1);
    let real: Vec<usize> = (0..targets.len()).filter(|&i| weights[i] != 0.0).collect();
    let mut losses = Losses {
        total: 0.0,
        tokens: vec![0.0; targets.len()],
        gradients: with_gradients.then(|| HeadGradients {
            hidden: vec![0.0; hidden.len()],
            head: vec![0.0; head.len()],
        }),
    };
    let chunk = (LOGITS / vocabulary.max(1)).clamp(16, 1024).min(real.len().max(1));
    let mut states = vec![0.0; chunk * width];
    let mut logits = vec![0.0; chunk * vocabulary];
    let of_head = Matrix::new(head, vocabulary, width);
    for positions in real.chunks(chunk) {
        let count = positions.len();
        let states = &mut states[..count * width];
        let logits = &mut logits[..count * vocabulary];
        for (state, &position) in states.chunks_exact_mut(width).zip(positions) {
            state.copy_from_slice(&hidden[position * width..][..width]);
        }
        let product = MatrixMut::new(logits, count, vocabulary);
        parallel_product(Matrix::new(states, count, width), of_head.t(), product, Write::Replace);
        let found: Vec<(f64, f32)> = logits
            .par_chunks_mut(vocabulary)
            .zip(positions)
            .map(|(logits, &position)| {
                let (target, weight) = (targets[position] as usize, weights[position]);
                vectorized(
                    #[inline(always)]
                    || token(logits, target, weight, objective, with_gradients),
                )
            })
            .collect();
        for (&position, (loss, nll)) in positions.iter().zip(found) {
            losses.total += loss;
            losses.tokens[position] = nll;
        }
        let Some(gradients) = &mut losses.gradients else { continue };
        let logits = Matrix::new(logits, count, vocabulary);
        let of_head_gradient = MatrixMut::new(&mut gradients.head, vocabulary, width);
        parallel_product(
            logits.t(),
            Matrix::new(states, count, width),
            of_head_gradient,
            Write::Add,
        );
        let product = MatrixMut::new(states, count, width);
        parallel_product(logits, of_head, product, Write::Replace);
        for (state, &position) in states.chunks_exact(width).zip(positions) {
            gradients.hidden[position * width..][..width].copy_from_slice(state);
        }
    }
    losses
}

/// Weighted loss and plain negative log-likelihood of one target. Turns the logits into the
/// gradient of the weighted loss where that is asked for.
#[inline(always)]
fn token(
    logits: &mut [f32],
    target: usize,
    weight: f32,
    objective: Objective,
    with_gradient: bool,
) -> (f64, f32) {
    let vocabulary = logits.len();
    let target_logit = logits[target];
    let smooth = objective.label_smoothing > 0.0;
    let logit_sum = if smooth { sum(vocabulary, |i| logits[i]) } else { 0.0 };
    let largest = max(logits);
    for logit in logits.iter_mut() {
        *logit = exp(*logit - largest);
    }
    let exp_sum = sum(vocabulary, |i| logits[i]);
    let log_z = largest + exp_sum.ln();
    let nll = log_z - target_logit;

    let (of_target, of_other) = objective.smoothed(vocabulary);
    let z = f64::from(log_z);
    let mut loss = f64::from(nll);
    if smooth {
        let (target_logit, logit_sum) = (f64::from(target_logit), f64::from(logit_sum));
        loss = z - of_target * target_logit - of_other * (logit_sum - target_logit);
        loss -= objective.floor(vocabulary);
    }
    loss += objective.z_loss * z * z;

    if with_gradient {
        let slope = 1.0 + 2.0 * objective.z_loss * z;
        let factor = (f64::from(weight) * slope) as f32 / exp_sum;
        let other = (f64::from(weight) * of_other) as f32;
        for logit in logits.iter_mut() {
            *logit = *logit * factor - other;
        }
        logits[target] -= (f64::from(weight) * (of_target - of_other)) as f32;
    }
    (f64::from(weight) * loss, nll)
}
