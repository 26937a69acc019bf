//! A model and batches for tests.

#![allow(dead_code, reason = "no test uses all of it")]

use ext5_core::{Batch, Key};
use ext5_model::{Init, T5, T5Config};

/// Gated and untied, small enough for a test.
pub fn config() -> T5Config {
    T5Config {
        vocab_size: 256,
        d_model: 48,
        d_kv: 16,
        d_ff: 80,
        num_layers: 2,
        num_decoder_layers: 2,
        num_heads: 2,
        ..T5Config::default()
    }
}

pub fn model() -> T5 {
    T5::init(config(), Init::T5x, Key::new(3)).unwrap()
}

/// Token ids that `key` names; the last is the end of sequence.
pub fn sequence(key: Key, length: usize) -> Vec<u32> {
    let mut rng = key.rng();
    let mut ids: Vec<u32> = (1..length).map(|_| 2 + rng.below(254) as u32).collect();
    ids.push(1);
    ids
}

/// One example.
pub type Segment = (Vec<u32>, Vec<u32>);

/// Rows of segments, packed side by side and padded.
pub fn batch(rows: &[Vec<Segment>], inputs: usize, targets: usize) -> Batch {
    let mut batch = Batch::empty(rows.len(), inputs, targets);
    for (row, segments) in rows.iter().enumerate() {
        let (mut input, mut target) = (row * inputs, row * targets);
        for (number, (of_input, of_target)) in (1..).zip(segments) {
            for &id in of_input {
                batch.encoder_ids[input] = id;
                batch.encoder_segments[input] = number;
                input += 1;
            }
            for (place, &id) in of_target.iter().enumerate() {
                batch.decoder_inputs[target] = if place == 0 { 0 } else { of_target[place - 1] };
                batch.decoder_targets[target] = id;
                batch.decoder_segments[target] = number;
                batch.loss_weights[target] = 1.0;
                target += 1;
            }
        }
    }
    batch
}
