//! Greedy generation.

use super::questions::Questions;
use crate::blocks::attention::{attend, from_heads, spread, to_heads};
use crate::blocks::feed_forward::feed_forward;
use crate::blocks::norm::norm;
use crate::error::ModelError;
use crate::flex;
use crate::forward::Forward;
use crate::parameters::{Attention, Block};
use crate::scope::MASKED;
use crate::t5::T5;
use burn::tensor::{Device, Int, Tensor, TensorData};

/// The end-of-sequence token of every T5 vocabulary.
const END: u32 = 1;
/// What decoders start with.
const START: u32 = 0;

impl T5 {
    /// Generates the likeliest token at each step, at most `max_new`, for inputs of any lengths.
    /// Inputs are taken as they are; give them with their end-of-sequence token. An output ends
    /// with the end-of-sequence token where it got so far.
    ///
    /// Of equally likely tokens the one with the lowest id is taken.
    ///
    /// # Errors
    /// When an id has no embedding.
    pub fn generate_greedy(
        &self,
        inputs: &[Vec<u32>],
        max_new: usize,
    ) -> Result<Vec<Vec<u32>>, ModelError> {
        let mut outputs = vec![Vec::new(); inputs.len()];
        if inputs.is_empty() || max_new == 0 {
            return Ok(outputs);
        }
        let questions = Questions::new(inputs, self.config())?;
        let forward = self.forward(&self.tensors, None);
        let memory =
            forward.encode(forward.embed(&questions.ids, questions.rows), questions.scope());
        let mut decoder = Decoder::new(&forward, &memory, &questions);
        let mut going: Vec<usize> = (0..inputs.len()).collect();
        let mut last = vec![START; inputs.len()];
        for _ in 0..max_new {
            let next = decoder.step(&last);
            for (&question, &token) in going.iter().zip(&next) {
                outputs[question].push(token);
            }
            let open: Vec<usize> = (0..next.len()).filter(|&row| next[row] != END).collect();
            if open.is_empty() {
                break;
            }
            if open.len() < next.len() {
                decoder.keep(&open);
            }
            going = open.iter().map(|&row| going[row]).collect();
            last = open.iter().map(|&row| next[row]).collect();
        }
        Ok(outputs)
    }
}

/// Keys and values of one attention, `[rows, heads, positions, head width]`.
struct Cache {
    k: Tensor<4>,
    v: Tensor<4>,
}

/// The decoder with what it has seen so far.
struct Decoder<'a> {
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

impl<'a> Decoder<'a> {
    fn new(forward: &'a Forward<'a>, memory: &Tensor<3>, questions: &Questions) -> Decoder<'a> {
        let heads = forward.config.num_heads;
        let device = memory.device();
        let blocks = &forward.weights.decoder.blocks;
        let cross = blocks.iter().filter_map(|block| block.cross_attention.as_ref());
        let cross = cross
            .map(|weights| Cache {
                k: to_heads(memory, &weights.k, heads),
                v: to_heads(memory, &weights.v, heads),
            })
            .collect();
        let mut mask = vec![MASKED; questions.rows * questions.length];
        for (line, stretches) in mask.chunks_exact_mut(questions.length).zip(&questions.stretches) {
            line[stretches[0].clone()].fill(0.0);
        }
        let mask = flex::from_vec(mask, [questions.rows, 1, 1, questions.length], &device);
        let own = blocks.iter().map(|_| None).collect();
        Decoder { forward, own, cross, mask, position: 0, device }
    }

    /// The likeliest next token of every row, after `last`.
    fn step(&mut self, last: &[u32]) -> Vec<u32> {
        let forward = self.forward;
        let stack = &forward.weights.decoder;
        let epsilon = forward.config.layer_norm_epsilon;
        let mut x = forward.embed(last, last.len());
        let here = self.position..self.position + 1;
        let bias = spread(&stack.bias, forward.buckets(false), here.clone(), here.end);
        for (number, block) in stack.blocks.iter().enumerate() {
            x = self.attend_to_own(x, number, &block.attention, &bias);
            x = self.attend_to_memory(x, number, block);
            x = feed_forward(&x, &block.feed_forward, epsilon, None);
        }
        self.position += 1;
        let hidden = forward.scale(norm(x, stack.final_norm.clone(), epsilon));
        let [rows, _, width] = hidden.dims();
        let logits = hidden.reshape([rows, width]).matmul(forward.head().clone().transpose());
        let vocabulary = forward.config.vocab_size;
        flex::into_vec(logits).chunks_exact(vocabulary).map(likeliest).collect()
    }

    fn attend_to_own(
        &mut self,
        x: Tensor<3>,
        number: usize,
        weights: &Attention<Tensor<2>>,
        bias: &Tensor<4>,
    ) -> Tensor<3> {
        let heads = self.forward.config.num_heads;
        let normed = norm(x.clone(), weights.norm.clone(), self.forward.config.layer_norm_epsilon);
        let [q, k, v] = [&weights.q, &weights.k, &weights.v].map(|w| to_heads(&normed, w, heads));
        let cache = match self.own[number].take() {
            Some(cache) => {
                Cache { k: Tensor::cat(vec![cache.k, k], 2), v: Tensor::cat(vec![cache.v, v], 2) }
            }
            None => Cache { k, v },
        };
        let output = attend(q, cache.k.clone(), cache.v.clone(), bias.clone(), None);
        self.own[number] = Some(cache);
        x + from_heads(output, &weights.o)
    }

    fn attend_to_memory(&self, x: Tensor<3>, number: usize, block: &Block<Tensor<2>>) -> Tensor<3> {
        let Some(weights) = &block.cross_attention else { return x };
        let cache = &self.cross[number];
        let normed = norm(x.clone(), weights.norm.clone(), self.forward.config.layer_norm_epsilon);
        let q = to_heads(&normed, &weights.q, self.forward.config.num_heads);
        let output = attend(q, cache.k.clone(), cache.v.clone(), self.mask.clone(), None);
        x + from_heads(output, &weights.o)
    }

    /// Goes on with some of the rows only.
    fn keep(&mut self, rows: &[usize]) {
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

/// The place of the first largest value.
fn likeliest(logits: &[f32]) -> u32 {
    let mut best = 0;
    for (place, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = place;
        }
    }
    best as u32
}
