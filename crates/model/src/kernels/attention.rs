//! Attention inside pairs of stretches, forward and backward.
//!
//! Only what may attend to each other is multiplied at all: the cost of a packed row is that of its
//! segments, not that of its length squared.

use super::bias::Bias;
use super::gemm::{Matrix, MatrixMut, Write, product};
use super::vector::{softmax, sum, vectorized};
use crate::scope::{Pair, Scope};
use rayon::prelude::*;

/// Queries, keys and values of all heads, `[positions, heads · width]`, and what else attention
/// depends on.
#[derive(Clone, Copy)]
pub(crate) struct Attention<'a> {
    pub q: &'a [f32],
    pub k: &'a [f32],
    pub v: &'a [f32],
    pub heads: usize,
    pub scope: &'a Scope,
    pub bias: Option<&'a Bias>,
    /// Dropout factors of the weights, `[rows, heads, keys]`.
    pub factors: Option<&'a [f32]>,
}

/// Gradients of attention's inputs.
pub(crate) struct Gradients {
    pub q: Vec<f32>,
    pub k: Vec<f32>,
    pub v: Vec<f32>,
    /// Of [`Bias::values`].
    pub bias: Option<Vec<f32>>,
}

/// The attention weights of each row, pair by pair and head by head.
pub(crate) type Weights = Vec<Vec<f32>>;

/// One pair in one head.
struct Item<'a> {
    pair: &'a Pair,
    head: usize,
    /// Where its weights start among those of the row.
    start: usize,
}

impl Attention<'_> {
    fn width(&self) -> usize {
        self.q.len() / (self.scope.rows * self.scope.queries).max(1)
    }

    /// The pairs of every row in all heads, and the number of attention weights in the row.
    fn items(&self) -> Vec<(Vec<Item<'_>>, usize)> {
        let mut rows: Vec<_> = (0..self.scope.rows).map(|_| (Vec::new(), 0)).collect();
        for pair in &self.scope.pairs {
            let (items, start) = &mut rows[pair.row];
            for head in 0..self.heads {
                items.push(Item { pair, head, start: *start });
                *start += pair.queries.len() * pair.keys.len();
            }
        }
        rows
    }

    /// What the heads give, `[queries, heads · width]`, zero outside all pairs.
    pub fn forward(&self) -> (Vec<f32>, Weights) {
        let width = self.width();
        let mut output = vec![0.0; self.q.len()];
        let weights = output
            .par_chunks_mut((self.scope.queries * width).max(1))
            .zip(self.items())
            .map(|(output, (items, size))| {
                let mut weights = vec![0.0; size];
                let mut scaled = Vec::new();
                for item in items {
                    let (queries, keys) = (item.pair.queries.len(), item.pair.keys.len());
                    let weights = &mut weights[item.start..][..queries * keys];
                    product(
                        self.of_queries(self.q, &item),
                        self.of_keys(self.k, &item).t(),
                        MatrixMut::new(weights, queries, keys),
                        Write::Replace,
                    );
                    vectorized(
                        #[inline(always)]
                        || self.softmax(weights, &item),
                    );
                    product(
                        Matrix::new(weights, queries, keys),
                        self.scaled_values(&item, &mut scaled),
                        self.part_mut(output, item.pair.queries.clone(), item.head),
                        Write::Replace,
                    );
                }
                weights
            })
            .collect();
        (output, weights)
    }

    /// The gradients, from that of the output.
    pub fn backward(&self, weights: &Weights, gradient: &[f32]) -> Gradients {
        let width = self.width();
        let mut gradients = Gradients {
            q: vec![0.0; self.q.len()],
            k: vec![0.0; self.k.len()],
            v: vec![0.0; self.v.len()],
            bias: self.bias.map(|bias| vec![0.0; bias.values.len()]),
        };
        let of_keys = (self.scope.keys * width).max(1);
        let partial: Vec<Vec<f32>> = gradients
            .q
            .par_chunks_mut((self.scope.queries * width).max(1))
            .zip(gradients.k.par_chunks_mut(of_keys))
            .zip(gradients.v.par_chunks_mut(of_keys))
            .zip(self.items())
            .zip(weights)
            .map(|((((dq, dk), dv), (items, _)), weights)| {
                let mut dbias = vec![0.0; self.bias.map_or(0, |bias| bias.values.len())];
                let mut scratch = Scratch::default();
                for item in items {
                    let size = item.pair.queries.len() * item.pair.keys.len();
                    let weights = &weights[item.start..][..size];
                    self.item_backward(
                        &item,
                        weights,
                        gradient,
                        [dq, dk, dv],
                        &mut dbias,
                        &mut scratch,
                    );
                }
                dbias
            })
            .collect();
        if let Some(sum) = &mut gradients.bias {
            for part in partial {
                for (sum, part) in sum.iter_mut().zip(part) {
                    *sum += part;
                }
            }
        }
        gradients
    }

    fn item_backward(
        &self,
        item: &Item<'_>,
        weights: &[f32],
        gradient: &[f32],
        [dq, dk, dv]: [&mut [f32]; 3],
        dbias: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let (queries, keys) = (item.pair.queries.len(), item.pair.keys.len());
        let of_output = self.of_queries(gradient, item);
        let of_weights = Matrix::new(weights, queries, keys);
        self.values_backward(item, of_weights, of_output, dv, &mut scratch.values);
        scratch.logits.resize(queries * keys, 0.0);
        let dlogits = &mut scratch.logits[..queries * keys];
        product(
            of_output,
            self.scaled_values(item, &mut scratch.values).t(),
            MatrixMut::new(dlogits, queries, keys),
            Write::Replace,
        );
        vectorized(
            #[inline(always)]
            || {
                let lines = dlogits.chunks_exact_mut(keys).zip(weights.chunks_exact(keys));
                for (number, (line, weights)) in lines.enumerate() {
                    let mean = sum(keys, |i| line[i] * weights[i]);
                    for (value, weight) in line.iter_mut().zip(weights) {
                        *value = weight * (*value - mean);
                    }
                    if let Some(bias) = self.bias {
                        let dbias = &mut dbias[bias.line(item.head, number, keys)];
                        for (sum, value) in dbias.iter_mut().zip(line) {
                            *sum += *value;
                        }
                    }
                }
            },
        );
        let dlogits = Matrix::new(dlogits, queries, keys);
        let dq = self.part_mut(dq, item.pair.queries.clone(), item.head);
        product(dlogits, self.of_keys(self.k, item), dq, Write::Add);
        let dk = self.part_mut(dk, item.pair.keys.clone(), item.head);
        product(dlogits.t(), self.of_queries(self.q, item), dk, Write::Add);
    }

    fn values_backward(
        &self,
        item: &Item<'_>,
        weights: Matrix<'_>,
        of_output: Matrix<'_>,
        dv: &mut [f32],
        scratch: &mut Vec<f32>,
    ) {
        let Some(factors) = self.factors(item) else {
            let dv = self.part_mut(dv, item.pair.keys.clone(), item.head);
            return product(weights.t(), of_output, dv, Write::Add);
        };
        let width = self.width() / self.heads;
        scratch.resize(factors.len() * width, 0.0);
        let target = MatrixMut::new(scratch, factors.len(), width);
        product(weights.t(), of_output, target, Write::Replace);
        for (number, (line, factor)) in scratch.chunks_exact(width).zip(factors).enumerate() {
            let start = (item.pair.keys.start + number) * self.width() + item.head * width;
            for (sum, value) in dv[start..start + width].iter_mut().zip(line) {
                *sum += value * factor;
            }
        }
    }

    /// Logits to weights; a query's later keys get none where attention is causal.
    #[inline(always)]
    fn softmax(&self, logits: &mut [f32], item: &Item<'_>) {
        let keys = item.pair.keys.len();
        for (number, line) in logits.chunks_exact_mut(keys).enumerate() {
            let seen = if self.scope.causal { keys.min(number + 1) } else { keys };
            let (line, unseen) = line.split_at_mut(seen);
            unseen.fill(0.0);
            softmax(line, self.bias.map(|bias| &bias.values[bias.line(item.head, number, seen)]));
        }
    }

    /// Dropping a key's weight is the same as dropping its value, which is less to multiply.
    fn scaled_values<'s>(&'s self, item: &Item<'_>, scratch: &'s mut Vec<f32>) -> Matrix<'s> {
        let Some(factors) = self.factors(item) else {
            return self.of_keys(self.v, item);
        };
        let width = self.width() / self.heads;
        scratch.clear();
        for (key, factor) in item.pair.keys.clone().zip(factors) {
            let start = (item.pair.row * self.scope.keys + key) * self.width() + item.head * width;
            scratch.extend(self.v[start..start + width].iter().map(|value| value * factor));
        }
        Matrix::new(scratch, factors.len(), width)
    }

    fn factors(&self, item: &Item<'_>) -> Option<&[f32]> {
        let start = (item.pair.row * self.heads + item.head) * self.scope.keys;
        let keys = &item.pair.keys;
        self.factors.map(|factors| &factors[start + keys.start..start + keys.end])
    }

    fn of_queries<'s>(&self, values: &'s [f32], item: &Item<'_>) -> Matrix<'s> {
        let start = item.pair.row * self.scope.queries + item.pair.queries.start;
        self.part(values, start, item.pair.queries.len(), item.head)
    }

    fn of_keys<'s>(&self, values: &'s [f32], item: &Item<'_>) -> Matrix<'s> {
        let start = item.pair.row * self.scope.keys + item.pair.keys.start;
        self.part(values, start, item.pair.keys.len(), item.head)
    }

    fn part<'s>(&self, values: &'s [f32], start: usize, count: usize, head: usize) -> Matrix<'s> {
        let (all, width) = (self.width(), self.width() / self.heads);
        Matrix::strided(&values[start * all + head * width..], count, width, all)
    }

    /// Some positions of one row's values in one head.
    fn part_mut<'s>(
        &self,
        row: &'s mut [f32],
        positions: std::ops::Range<usize>,
        head: usize,
    ) -> MatrixMut<'s> {
        let (all, width) = (self.width(), self.width() / self.heads);
        let data = &mut row[positions.start * all + head * width..];
        MatrixMut::strided(data, positions.len(), width, all)
    }
}

#[derive(Default)]
struct Scratch {
    logits: Vec<f32>,
    values: Vec<f32>,
}
