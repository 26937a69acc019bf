//! The decoder, token by token, in plain tensor operations: on every device.

use super::questions::Questions;
use crate::blocks::Mode;
use crate::blocks::attention::{attend, from_heads, spread, to_heads};
use crate::blocks::feed_forward::feed_forward;
use crate::blocks::norm::norm;
use crate::flex;
use crate::forward::Forward;
use crate::parameters::{Attention, Block};
use crate::positions::Buckets;
use crate::scope::MASKED;
use burn::tensor::{Device, Int, Tensor, TensorData};

/// Keys and values of one attention, `[rows, heads, positions, head width]`.
struct Cache {
    k: Tensor<4>,
    v: Tensor<4>,
}

/// The decoder with what it has seen so far, a row for each output that is being written.
pub(super) struct Composed<'a> {
    forward: &'a Forward<'a>,
    /// Of each layer's self-attention; none before the first step.
    own: Vec<Option<Cache>>,
    /// Of each layer's attention to the encoder.
    cross: Vec<Cache>,
    /// Hides the padding of the encoder, `[rows, 1, 1, positions]`.
    mask: Tensor<4>,
    /// Steps made.
    position: usize,
    device: Device,
}

impl<'a> Composed<'a> {
    /// One row a question, before the first token.
    pub fn new(
        forward: &'a Forward<'a>,
        memory: &Tensor<3>,
        questions: &Questions,
    ) -> Composed<'a> {
        let (heads, precision) = (forward.config.num_heads, forward.mode.precision);
        let device = memory.device();
        let blocks = &forward.weights.decoder.blocks;
        let cross = blocks.iter().filter_map(|block| block.cross_attention.as_ref());
        let cross = cross
            .map(|weights| Cache {
                k: to_heads(memory, &weights.k, heads, precision),
                v: to_heads(memory, &weights.v, heads, precision),
            })
            .collect();
        let mut mask = vec![MASKED; questions.rows * questions.length];
        for (line, stretches) in mask.chunks_exact_mut(questions.length).zip(&questions.stretches) {
            line[stretches[0].clone()].fill(0.0);
        }
        let mask = flex::from_vec(mask, [questions.rows, 1, 1, questions.length], &device);
        let own = blocks.iter().map(|_| None).collect();
        Composed { forward, own, cross, mask, position: 0, device }
    }

    /// The logits of every row's next token after `last`, `[rows, vocabulary]`.
    pub fn step(&mut self, last: &[u32]) -> Vec<f32> {
        let forward = self.forward;
        let stack = &forward.weights.decoder;
        let mut x = forward.embed(last, last.len());
        let here = self.position..self.position + 1;
        let bias = spread(&stack.bias, Buckets::new(forward.config, false), here.clone(), here.end);
        for (number, block) in stack.blocks.iter().enumerate() {
            x = self.attend_to_own(x, number, &block.attention, &bias);
            x = self.attend_to_memory(x, number, block);
            x = feed_forward(&x, &block.feed_forward, forward.mode, None);
        }
        self.position += 1;
        let hidden = forward.scale(norm(x, stack.final_norm.clone(), forward.mode.epsilon));
        let [rows, _, width] = hidden.dims();
        let hidden = hidden.reshape([rows, width]);
        flex::into_vec(hidden.matmul(forward.head().clone().transpose()))
    }

    fn attend_to_own(
        &mut self,
        x: Tensor<3>,
        number: usize,
        weights: &Attention<Tensor<2>>,
        bias: &Tensor<4>,
    ) -> Tensor<3> {
        let heads = self.forward.config.num_heads;
        let Mode { epsilon, precision, .. } = self.forward.mode;
        let normed = norm(x.clone(), weights.norm.clone(), epsilon);
        let [q, k, v] = [&weights.q, &weights.k, &weights.v]
            .map(|weight| to_heads(&normed, weight, heads, precision));
        let cache = match self.own[number].take() {
            Some(cache) => {
                Cache { k: Tensor::cat(vec![cache.k, k], 2), v: Tensor::cat(vec![cache.v, v], 2) }
            }
            None => Cache { k, v },
        };
        let output = attend(q, cache.k.clone(), cache.v.clone(), bias.clone(), None, precision);
        self.own[number] = Some(cache);
        x + from_heads(output, &weights.o, precision)
    }

    fn attend_to_memory(&self, x: Tensor<3>, number: usize, block: &Block<Tensor<2>>) -> Tensor<3> {
        let Some(weights) = &block.cross_attention else { return x };
        let cache = &self.cross[number];
        let Mode { epsilon, precision, .. } = self.forward.mode;
        let normed = norm(x.clone(), weights.norm.clone(), epsilon);
        let q = to_heads(&normed, &weights.q, self.forward.config.num_heads, precision);
        let (k, v) = (cache.k.clone(), cache.v.clone());
        let output = attend(q, k, v, self.mask.clone(), None, precision);
        x + from_heads(output, &weights.o, precision)
    }

    /// Goes on with these rows in this order; a row may be left out, or be there several times.
    pub fn select(&mut self, rows: &[usize]) {
        let rows: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
        let count = rows.len();
        let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [count]), &self.device);
        let select = |tensor: &Tensor<4>| tensor.clone().select(0, rows.clone());
        for cache in self.cross.iter_mut().chain(self.own.iter_mut().flatten()) {
            *cache = Cache { k: select(&cache.k), v: select(&cache.v) };
        }
        self.mask = select(&self.mask);
    }
}
