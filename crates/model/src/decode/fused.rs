//! The decoder, token by token, on slices.

use super::questions::Questions;
use crate::config::T5Config;
use crate::flex::{self, slice};
use crate::kernels::attend_one::{Seen, attend_one};
use crate::kernels::bias::Bias;
use crate::kernels::embedding::gather;
use crate::kernels::feed_forward::activation;
use crate::kernels::gemm::{Matrix, MatrixMut, Write, parallel_product};
use crate::kernels::norm;
use crate::kernels::skinny::project;
use crate::parameters::{Attention, Parameters};
use crate::positions::Buckets;
use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;
use rayon::prelude::*;
use std::ops::Range;

/// Keys and values of one attention, `[positions, heads · width]`.
#[derive(Clone, Default)]
struct Cache {
    k: Vec<f32>,
    v: Vec<f32>,
}

/// The decoder with what it has seen so far.
pub(super) struct Fused<'a> {
    config: &'a T5Config,
    weights: Parameters<FlexTensor>,
    /// Of each layer's self-attention, one for each row.
    own: Vec<Vec<Cache>>,
    /// Of each layer's attention to the encoder, all questions in one. Rows only point at it, so
    /// that the beams of a question share it.
    cross: Vec<Cache>,
    /// Where the positions of each row's question stand in `cross`.
    questions: Vec<Range<usize>>,
    bias: Bias,
    /// Steps made.
    position: usize,
}

impl<'a> Fused<'a> {
    /// One row a question, before the first token.
    pub fn new(
        config: &'a T5Config,
        weights: Parameters<FlexTensor>,
        memory: Tensor<3>,
        questions: &Questions,
    ) -> Fused<'a> {
        let memory = flex::into_vec(memory);
        let (width, inner) = (config.d_model, config.inner());
        let count = memory.len() / width;
        let spread = |weight: &FlexTensor| {
            let mut output = vec![0.0; count * inner];
            parallel_product(
                Matrix::new(&memory, count, width),
                Matrix::new(slice(weight), inner, width).t(),
                MatrixMut::new(&mut output, count, inner),
                Write::Replace,
            );
            output
        };
        let blocks = &weights.decoder.blocks;
        let cross = blocks.iter().filter_map(|block| block.cross_attention.as_ref());
        let cross = cross.map(|cross| Cache { k: spread(&cross.k), v: spread(&cross.v) }).collect();
        let stretches = questions.stretches.iter().enumerate().map(|(row, stretches)| {
            let (start, stretch) = (row * questions.length, &stretches[0]);
            start + stretch.start..start + stretch.end
        });
        Fused {
            config,
            own: vec![vec![Cache::default(); questions.rows]; blocks.len()],
            cross,
            questions: stretches.collect(),
            bias: bias(config, &weights, 32),
            weights,
            position: 0,
        }
    }

    /// The logits of every row's next token after `last`, `[rows, vocabulary]`.
    pub fn step(&mut self, last: &[u32]) -> Vec<f32> {
        // Parallel work starts at once from a thread of the pool; from outside it has to be handed
        // over each time.
        rayon::scope(|_| self.step_in_pool(last))
    }

    fn step_in_pool(&mut self, last: &[u32]) -> Vec<f32> {
        let (config, rows) = (self.config, last.len());
        let (width, epsilon) = (config.d_model, config.layer_norm_epsilon as f32);
        let stack = &self.weights.decoder;
        if !self.bias.reaches(self.position) {
            self.bias = bias(config, &self.weights, 2 * self.position);
        }
        let mut x = gather(slice(&self.weights.embedding), last, width);
        for (number, block) in stack.blocks.iter().enumerate() {
            let weights = &block.attention;
            let (normed, _) = norm::forward(&x, slice(&weights.norm), epsilon);
            let [q, k, v] = project(&normed, rows, [&weights.q, &weights.k, &weights.v].map(slice));
            let caches = &mut self.own[number];
            let inner = config.inner();
            for (cache, (k, v)) in
                caches.iter_mut().zip(k.chunks_exact(inner).zip(v.chunks_exact(inner)))
            {
                cache.k.extend_from_slice(k);
                cache.v.extend_from_slice(v);
            }
            let seen = caches.iter().map(|cache| Seen { k: &cache.k, v: &cache.v });
            let seen: Vec<_> = seen.collect();
            attend(config, &mut x, &q, &seen, weights, Some((&self.bias, self.position)));

            if let Some(weights) = &block.cross_attention {
                let (normed, _) = norm::forward(&x, slice(&weights.norm), epsilon);
                let [q] = project(&normed, rows, [slice(&weights.q)]);
                let cache = &self.cross[number];
                let seen = self.questions.iter().map(|stretch| {
                    let stretch = stretch.start * inner..stretch.end * inner;
                    Seen { k: &cache.k[stretch.clone()], v: &cache.v[stretch] }
                });
                let seen: Vec<_> = seen.collect();
                attend(config, &mut x, &q, &seen, weights, None);
            }

            let weights = &block.feed_forward;
            let (normed, _) = norm::forward(&x, slice(&weights.norm), epsilon);
            let active = match &weights.gate {
                Some(gate) => {
                    let [hidden, gate] = project(&normed, rows, [slice(&weights.wi), slice(gate)]);
                    activation(&hidden, Some(&gate))
                }
                None => {
                    let [hidden] = project(&normed, rows, [slice(&weights.wi)]);
                    activation(&hidden, None)
                }
            };
            let [branch] = project(&active, rows, [slice(&weights.wo)]);
            add(&mut x, &branch);
        }
        self.position += 1;
        let (mut hidden, _) = norm::forward(&x, slice(&stack.final_norm), epsilon);
        if config.scales_outputs() {
            let scale = (width as f64).powf(-0.5) as f32;
            hidden.iter_mut().for_each(|value| *value *= scale);
        }
        let head = self.weights.head.as_ref().unwrap_or(&self.weights.embedding);
        let [logits] = project(&hidden, rows, [slice(head)]);
        logits
    }

    /// Goes on with these rows in this order; a row may be left out, or be there several times.
    pub fn select(&mut self, rows: &[usize]) {
        self.questions = rows.iter().map(|&row| self.questions[row].clone()).collect();
        let mut uses = vec![0; rows.iter().max().map_or(0, |most| most + 1)];
        rows.iter().for_each(|&row| uses[row] += 1);
        for caches in &mut self.own {
            let mut left = uses.clone();
            let mut take = |&row: &usize| {
                left[row] -= 1;
                // The last that goes on from a row takes its cache, the others a copy.
                match left[row] {
                    0 => std::mem::take(&mut caches[row]),
                    _ => caches[row].clone(),
                }
            };
            *caches = rows.iter().map(&mut take).collect();
        }
    }
}

/// Adds to `x` what each row's query finds in what it sees. The bias comes with the position.
fn attend(
    config: &T5Config,
    x: &mut [f32],
    q: &[f32],
    seen: &[Seen<'_>],
    weights: &Attention<FlexTensor>,
    bias: Option<(&Bias, usize)>,
) {
    let (inner, heads) = (config.inner(), config.num_heads);
    let mut found = vec![0.0; q.len()];
    found
        .par_chunks_mut(inner)
        .zip(q.par_chunks(inner))
        .zip(seen)
        .for_each(|((found, q), seen)| attend_one(q, *seen, heads, bias, found));
    let [branch] = project(&found, seen.len(), [slice(&weights.o)]);
    add(x, &branch);
}

/// The biases of the decoder for outputs of at least `length` tokens.
fn bias(config: &T5Config, weights: &Parameters<FlexTensor>, length: usize) -> Bias {
    Bias::new(slice(&weights.decoder.bias), Buckets::new(config, false), length)
}

fn add(sum: &mut [f32], values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}
