//! The decoder, token by token, with cached keys and values.

use super::composed::Composed;
use super::fused::Fused;
use super::questions::Questions;
use crate::forward::Forward;
use crate::t5::T5;
use burn::tensor::Tensor;

/// The decoder with what it has seen so far, a row for each output that is being written.
pub(super) enum Decoder<'a> {
    /// On slices, where the weights live on Flex.
    Fused(Box<Fused<'a>>),
    Composed(Box<Composed<'a>>),
}

impl<'a> Decoder<'a> {
    /// One row a question, before the first token. `memory` is what the encoder gave.
    pub fn new(
        model: &'a T5,
        forward: &'a Forward<'a>,
        memory: Tensor<3>,
        questions: &Questions,
    ) -> Decoder<'a> {
        match model.primitives() {
            Some(weights) => {
                Decoder::Fused(Box::new(Fused::new(model.config(), weights, memory, questions)))
            }
            None => Decoder::Composed(Box::new(Composed::new(forward, &memory, questions))),
        }
    }

    /// The logits of every row's next token after `last`, `[rows, vocabulary]`.
    pub fn step(&mut self, last: &[u32]) -> Vec<f32> {
        match self {
            Decoder::Fused(decoder) => decoder.step(last),
            Decoder::Composed(decoder) => decoder.step(last),
        }
    }

    /// Goes on with these rows in this order; a row may be left out, or be there several times.
    pub fn select(&mut self, rows: &[usize]) {
        match self {
            Decoder::Fused(decoder) => decoder.select(rows),
            Decoder::Composed(decoder) => decoder.select(rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::testing::assert_close;
    use crate::config::{FeedForward, T5Config};
    use crate::flex::composed;
    use crate::init::Init;
    use ext5_core::Key;

    /// Ragged questions, rows that are left out, doubled and reordered, more steps than the first
    /// biases reach.
    fn check(config: T5Config) {
        let model = T5::init(config, Init::T5x, Key::new(5)).unwrap();
        let question = |seed: u32, length: u32| (0..length).map(|i| (seed + 7 * i) % 90).collect();
        let inputs: Vec<Vec<u32>> = vec![question(3, 9), question(5, 1), question(8, 23)];
        let questions = Questions::new(&inputs, model.config()).unwrap();
        let run = || {
            let forward = model.forward(&model.tensors, None);
            let vectors = forward.embed(&questions.ids, questions.rows);
            let memory = forward.encode(vectors, questions.scope());
            let mut decoder = Decoder::new(&model, &forward, memory, &questions);
            let fused = matches!(decoder, Decoder::Fused(_));
            let mut found = Vec::new();
            let mut last: Vec<u32> = vec![0, 0, 0];
            for step in 0..40u32 {
                found.push(decoder.step(&last));
                match step {
                    3 => decoder.select(&[2, 0, 0, 1, 2]),
                    9 => decoder.select(&(0..20).map(|row| row % 5).collect::<Vec<_>>()),
                    20 => decoder.select(&[4, 1]),
                    _ => {}
                }
                let rows = match step {
                    0..3 => 3,
                    3..9 => 5,
                    9..20 => 20,
                    _ => 2,
                };
                last = (0..rows).map(|row| (11 * step + 5 * row) % 90).collect();
            }
            (fused, found)
        };
        let ((of_fused, one), (of_composed, other)) = (run(), composed(run));
        assert!(of_fused && !of_composed);
        for (step, (one, other)) in one.iter().zip(&other).enumerate() {
            assert_close(&format!("step {step}"), one, other);
        }
    }

    #[test]
    fn fused_equals_composed() {
        let config = T5Config {
            vocab_size: 90,
            d_model: 20,
            d_kv: 7,
            d_ff: 44,
            num_layers: 1,
            num_decoder_layers: 2,
            num_heads: 3,
            ..T5Config::default()
        };
        let relu = FeedForward::Relu;
        check(T5Config { feed_forward: relu, tie_word_embeddings: true, ..config.clone() });
        check(config);
    }
}
