//! The attention block: x + attention(norm(x)) O, forward and backward.

use super::attention::{Attention, Weights};
use super::bias::Bias;
use super::feed_forward::scale_rows;
use super::gemm::{Matrix, MatrixMut, Write, parallel_product};
use super::norm;
use crate::positions::Buckets;
use crate::scope::Scope;

/// What the block is made of. Matrices are outputs × inputs.
#[derive(Clone, Copy)]
pub(crate) struct AttentionBlock<'a> {
    pub gain: &'a [f32],
    pub q: &'a [f32],
    pub k: &'a [f32],
    pub v: &'a [f32],
    pub o: &'a [f32],
    /// Where keys and values come from in cross-attention; elsewhere from norm(x).
    pub memory: Option<&'a [f32]>,
    /// The relative position bias, `[buckets, heads]`.
    pub bias: Option<(&'a [f32], Buckets)>,
    pub heads: usize,
    pub scope: &'a Scope,
    pub epsilon: f32,
    /// Dropout factors of the attention weights, `[rows, heads, keys]`.
    pub weight_factors: Option<&'a [f32]>,
    /// Dropout factors of the residual branch, one line for each row of the batch.
    pub outer_factors: Option<&'a [f32]>,
}

/// What the backward pass needs.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    norm_factors: Vec<f32>,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    bias: Option<Bias>,
    weights: Weights,
    /// What the heads gave.
    heads: Vec<f32>,
}

/// Gradients of the block's parts.
pub(crate) struct Gradients {
    pub x: Vec<f32>,
    pub gain: Vec<f32>,
    pub q: Vec<f32>,
    pub k: Vec<f32>,
    pub v: Vec<f32>,
    pub o: Vec<f32>,
    pub memory: Option<Vec<f32>>,
    pub bias: Option<Vec<f32>>,
}

impl AttentionBlock<'_> {
    fn attention<'s>(&'s self, kept: &'s Kept) -> Attention<'s> {
        Attention {
            q: &kept.q,
            k: &kept.k,
            v: &kept.v,
            heads: self.heads,
            scope: self.scope,
            bias: kept.bias.as_ref(),
            factors: self.weight_factors,
        }
    }

    /// The block's output for `x` of `[rows · queries, outer]`.
    pub fn forward(&self, x: &[f32]) -> (Vec<f32>, Kept) {
        let outer = self.gain.len();
        let inner = self.q.len() / outer;
        let (normed, norm_factors) = norm::forward(x, self.gain, self.epsilon);
        let project = |input: &[f32], weight: &[f32]| {
            let count = input.len() / outer;
            let mut output = vec![0.0; count * inner];
            parallel_product(
                Matrix::new(input, count, outer),
                Matrix::new(weight, inner, outer).t(),
                MatrixMut::new(&mut output, count, inner),
                Write::Replace,
            );
            output
        };
        let source = self.memory.unwrap_or(&normed);
        let length = self.scope.queries.max(self.scope.keys);
        let mut kept = Kept {
            q: project(&normed, self.q),
            k: project(source, self.k),
            v: project(source, self.v),
            bias: self.bias.map(|(table, buckets)| Bias::new(table, buckets, length)),
            weights: Vec::new(),
            heads: Vec::new(),
            norm_factors,
        };
        let (heads, weights) = self.attention(&kept).forward();
        (kept.heads, kept.weights) = (heads, weights);

        let mut y = match self.outer_factors {
            None => x.to_vec(),
            Some(_) => vec![0.0; x.len()],
        };
        let count = x.len() / outer;
        parallel_product(
            Matrix::new(&kept.heads, count, inner),
            Matrix::new(self.o, outer, inner).t(),
            MatrixMut::new(&mut y, count, outer),
            Write::Add,
        );
        if self.outer_factors.is_some() {
            scale_rows(&mut y, self.outer_factors, outer, self.scope.queries);
            for (y, x) in y.iter_mut().zip(x) {
                *y += x;
            }
        }
        (y, kept)
    }

    /// The gradients, from that of the output.
    pub fn backward(&self, x: &[f32], kept: &Kept, gradient: &[f32]) -> Gradients {
        let outer = self.gain.len();
        let inner = self.q.len() / outer;
        let mut branch = Vec::new();
        let branch: &[f32] = match self.outer_factors {
            None => gradient,
            Some(_) => {
                branch.extend_from_slice(gradient);
                scale_rows(&mut branch, self.outer_factors, outer, self.scope.queries);
                &branch
            }
        };
        let weight_gradient = |output: &[f32], outputs: usize, input: &[f32], inputs: usize| {
            let count = output.len() / outputs;
            let mut weight = vec![0.0; outputs * inputs];
            parallel_product(
                Matrix::new(output, count, outputs).t(),
                Matrix::new(input, count, inputs),
                MatrixMut::new(&mut weight, outputs, inputs),
                Write::Replace,
            );
            weight
        };
        // Adds the gradient of a product's input to `sum`.
        let back = |output: &[f32], outputs: usize, weight: &[f32], sum: &mut [f32]| {
            let (count, inputs) = (output.len() / outputs, weight.len() / outputs);
            parallel_product(
                Matrix::new(output, count, outputs),
                Matrix::new(weight, outputs, inputs),
                MatrixMut::new(sum, count, inputs),
                Write::Add,
            );
        };
        let mut dheads = vec![0.0; kept.heads.len()];
        back(branch, outer, self.o, &mut dheads);
        let found = self.attention(kept).backward(&kept.weights, &dheads);

        let normed = norm::again(x, self.gain, &kept.norm_factors);
        let source = self.memory.unwrap_or(&normed);
        let mut dnormed = vec![0.0; x.len()];
        back(&found.q, inner, self.q, &mut dnormed);
        let mut dmemory = self.memory.map(|memory| vec![0.0; memory.len()]);
        let dsource = dmemory.as_mut().unwrap_or(&mut dnormed);
        back(&found.k, inner, self.k, dsource);
        back(&found.v, inner, self.v, dsource);

        let mut dx = gradient.to_vec();
        let gain = norm::backward(x, self.gain, &kept.norm_factors, &dnormed, &mut dx);
        let bias = found.bias.zip(kept.bias.as_ref()).zip(self.bias);
        Gradients {
            x: dx,
            gain,
            q: weight_gradient(&found.q, inner, &normed, outer),
            k: weight_gradient(&found.k, inner, source, outer),
            v: weight_gradient(&found.v, inner, source, outer),
            o: weight_gradient(branch, outer, &kept.heads, inner),
            memory: dmemory,
            bias: bias.map(|((found, bias), (_, buckets))| bias.to_table(&found, buckets)),
        }
    }
}
