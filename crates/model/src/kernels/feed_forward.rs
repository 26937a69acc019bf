//! The feed-forward block: x + (act(n W) ⊙ n G) O with n = norm(x), forward and backward.

use super::gemm::{Matrix, MatrixMut, Write, parallel_product};
use super::norm;
use super::vector::{gelu, vectorized};
use rayon::prelude::*;

/// Positions handled by one parallel task.
const ROWS: usize = 16;

/// What the block is made of. Matrices are outputs × inputs.
#[derive(Clone, Copy)]
pub(crate) struct FeedForward<'a> {
    pub gain: &'a [f32],
    pub wi: &'a [f32],
    /// The linear half of a gated GELU; without it the block is a ReLU's.
    pub gate: Option<&'a [f32]>,
    pub wo: &'a [f32],
    pub epsilon: f32,
    /// Dropout factors of the inner layer, one line for each row of the batch.
    pub inner_factors: Option<&'a [f32]>,
    /// Dropout factors of the residual branch, one line for each row of the batch.
    pub outer_factors: Option<&'a [f32]>,
    /// Positions of a row of the batch.
    pub length: usize,
}

/// What the backward pass needs.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    norm_factors: Vec<f32>,
    /// n W.
    inner: Vec<f32>,
    /// n G.
    gate: Option<Vec<f32>>,
}

/// Gradients of the block's parts.
pub(crate) struct Gradients {
    pub x: Vec<f32>,
    pub gain: Vec<f32>,
    pub wi: Vec<f32>,
    pub gate: Option<Vec<f32>>,
    pub wo: Vec<f32>,
}

impl FeedForward<'_> {
    fn widths(&self) -> (usize, usize) {
        let outer = self.gain.len();
        (outer, self.wi.len() / outer)
    }

    /// The block's output for `x` of `[positions, outer]`.
    pub fn forward(&self, x: &[f32]) -> (Vec<f32>, Kept) {
        let (outer, inner) = self.widths();
        let count = x.len() / outer;
        let (normed, norm_factors) = norm::forward(x, self.gain, self.epsilon);
        let project = |weight: &[f32]| {
            let mut output = vec![0.0; count * inner];
            parallel_product(
                Matrix::new(&normed, count, outer),
                Matrix::new(weight, inner, outer).t(),
                MatrixMut::new(&mut output, count, inner),
                Write::Replace,
            );
            output
        };
        let hidden = project(self.wi);
        let gate = self.gate.map(project);
        let mut active = vec![0.0; count * inner];
        active.par_chunks_mut(ROWS * inner).enumerate().for_each(|(chunk, active)| {
            let start = chunk * ROWS;
            for (number, active) in active.chunks_exact_mut(inner).enumerate() {
                let stretch = (start + number) * inner..(start + number + 1) * inner;
                let hidden = &hidden[stretch.clone()];
                let gate = gate.as_ref().map(|gate| &gate[stretch]);
                vectorized(
                    #[inline(always)]
                    || activate(hidden, gate, active),
                );
                scale(active, self.inner_factors, start + number, self.length);
            }
        });
        let mut y = match self.outer_factors {
            None => x.to_vec(),
            Some(_) => vec![0.0; x.len()],
        };
        parallel_product(
            Matrix::new(&active, count, inner),
            Matrix::new(self.wo, outer, inner).t(),
            MatrixMut::new(&mut y, count, outer),
            Write::Add,
        );
        if self.outer_factors.is_some() {
            scale_rows(&mut y, self.outer_factors, outer, self.length);
            for (y, x) in y.iter_mut().zip(x) {
                *y += x;
            }
        }
        (y, Kept { norm_factors, inner: hidden, gate })
    }

    /// The gradients, from that of the output.
    pub fn backward(&self, x: &[f32], kept: Kept, gradient: &[f32]) -> Gradients {
        let (outer, inner) = self.widths();
        let count = x.len() / outer;
        let mut branch = Vec::new();
        let branch: &[f32] = match self.outer_factors {
            None => gradient,
            Some(_) => {
                branch.extend_from_slice(gradient);
                scale_rows(&mut branch, self.outer_factors, outer, self.length);
                &branch
            }
        };
        // The gradient of the inner layer; the activation itself takes its place below.
        let mut active = vec![0.0; count * inner];
        parallel_product(
            Matrix::new(branch, count, outer),
            Matrix::new(self.wo, outer, inner),
            MatrixMut::new(&mut active, count, inner),
            Write::Replace,
        );
        let Kept { norm_factors, inner: mut dhidden, gate: mut dgate } = kept;
        let normed = norm::again(x, self.gain, &norm_factors);
        self.deactivate(&mut active, &mut dhidden, dgate.as_deref_mut(), inner);

        let weight_gradient = |output: &[f32], outputs: usize, input: &[f32], inputs: usize| {
            let mut weight = vec![0.0; outputs * inputs];
            parallel_product(
                Matrix::new(output, count, outputs).t(),
                Matrix::new(input, count, inputs),
                MatrixMut::new(&mut weight, outputs, inputs),
                Write::Replace,
            );
            weight
        };
        let wo = weight_gradient(branch, outer, &active, inner);
        let wi = weight_gradient(&dhidden, inner, &normed, outer);
        let gate = dgate.as_ref().map(|dgate| weight_gradient(dgate, inner, &normed, outer));
        let mut dnormed = vec![0.0; count * outer];
        let mut back = |output: &[f32], weight: &[f32], write| {
            parallel_product(
                Matrix::new(output, count, inner),
                Matrix::new(weight, inner, outer),
                MatrixMut::new(&mut dnormed, count, outer),
                write,
            );
        };
        back(&dhidden, self.wi, Write::Replace);
        if let (Some(dgate), Some(weight)) = (&dgate, self.gate) {
            back(dgate, weight, Write::Add);
        }
        let mut dx = gradient.to_vec();
        let gain = norm::backward(x, self.gain, &norm_factors, &dnormed, &mut dx);
        Gradients { x: dx, gain, wi, gate, wo }
    }

    /// Turns the inner layer's gradient into its activation, and n W and n G into their gradients.
    fn deactivate(
        &self,
        active: &mut [f32],
        hidden: &mut [f32],
        gate: Option<&mut [f32]>,
        inner: usize,
    ) {
        let line =
            |number: usize, active: &mut [f32], hidden: &mut [f32], gate: Option<&mut [f32]>| {
                // d(a f)/da = f, so the factors go into the gradient first and the activation last.
                scale(active, self.inner_factors, number, self.length);
                vectorized(
                    #[inline(always)]
                    || deactivate(active, hidden, gate),
                );
                scale(active, self.inner_factors, number, self.length);
            };
        let lines = active
            .par_chunks_mut(inner)
            .with_min_len(ROWS)
            .zip(hidden.par_chunks_mut(inner))
            .enumerate();
        match gate {
            Some(gate) => lines.zip(gate.par_chunks_mut(inner)).for_each(
                |((number, (active, hidden)), gate)| line(number, active, hidden, Some(gate)),
            ),
            None => lines.for_each(|(number, (active, hidden))| line(number, active, hidden, None)),
        }
    }
}

/// What the inner layer gives: gelu(hidden) ⊙ gate, or relu(hidden) without a gate.
pub(crate) fn activation(hidden: &[f32], gate: Option<&[f32]>) -> Vec<f32> {
    let mut active = vec![0.0; hidden.len()];
    vectorized(
        #[inline(always)]
        || activate(hidden, gate, &mut active),
    );
    active
}

#[inline(always)]
fn activate(hidden: &[f32], gate: Option<&[f32]>, active: &mut [f32]) {
    match gate {
        Some(gate) => {
            for ((a, &h), g) in active.iter_mut().zip(hidden).zip(gate) {
                *a = gelu(h).0 * g;
            }
        }
        None => {
            for (a, &h) in active.iter_mut().zip(hidden) {
                *a = h.max(0.0);
            }
        }
    }
}

#[inline(always)]
fn deactivate(active: &mut [f32], hidden: &mut [f32], gate: Option<&mut [f32]>) {
    match gate {
        Some(gate) => {
            for ((a, h), g) in active.iter_mut().zip(hidden).zip(gate) {
                let (value, slope) = gelu(*h);
                let gradient = *a;
                *a = value * *g;
                *h = gradient * *g * slope;
                *g = gradient * value;
            }
        }
        None => {
            for (a, h) in active.iter_mut().zip(hidden) {
                let gradient = if *h > 0.0 { *a } else { 0.0 };
                *a = h.max(0.0);
                *h = gradient;
            }
        }
    }
}

/// Multiplies position `number` by the factors of its row of the batch.
fn scale(values: &mut [f32], factors: Option<&[f32]>, number: usize, length: usize) {
    let Some(factors) = factors else { return };
    let width = values.len();
    for (value, factor) in values.iter_mut().zip(&factors[number / length * width..][..width]) {
        *value *= factor;
    }
}

/// Multiplies every position by the factors of its row of the batch.
pub(crate) fn scale_rows(values: &mut [f32], factors: Option<&[f32]>, width: usize, length: usize) {
    values
        .par_chunks_mut(width)
        .with_min_len(ROWS)
        .enumerate()
        .for_each(|(number, values)| scale(values, factors, number, length));
}
