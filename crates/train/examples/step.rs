//! Times training steps on full rows of one segment, for `tools/benchmarks/step_vs_pytorch.py`.
//!
//!     step D_MODEL D_KV D_FF LAYERS HEADS ROWS INPUTS TARGETS VOCABULARY STEPS
//!
//! Prints a JSON array with a pair for each step after two that are not counted: the seconds of
//! forward and backward, and those of the whole step with Adafactor.

use ext5_core::{Batch, Key};
use ext5_model::{Init, LossOptions, T5, T5Config};
use ext5_train::optimizer::Optimizer;
use std::error::Error;
use std::time::Instant;

const WARM_UP: u64 = 2;

fn main() -> Result<(), Box<dyn Error>> {
    ext5_core::memory::keep_freed();
    let numbers: Vec<usize> =
        std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let [d_model, d_kv, d_ff, layers, heads, rows, inputs, targets, vocabulary, steps] =
        numbers[..]
    else {
        return Err("expected ten numbers".into());
    };
    let config = T5Config {
        vocab_size: vocabulary,
        d_model,
        d_kv,
        d_ff,
        num_layers: layers,
        num_decoder_layers: layers,
        num_heads: heads,
        ..T5Config::default()
    };
    let mut model = T5::init(config, Init::T5x, Key::new(0))?;
    let mut optimizer = Optimizer::default();
    let batch = batch(rows, inputs, targets, vocabulary as u64);
    let options = LossOptions::default();
    let mut times = Vec::new();
    for step in 0..WARM_UP + steps as u64 {
        let start = Instant::now();
        let backward = model.backward(&batch, &options)?;
        let gradients = start.elapsed();
        model.update(&backward.gradients, |name, shape, values, gradient| {
            optimizer.update(step, 0.01, (name, shape), values, gradient);
        });
        if step >= WARM_UP {
            times.push([gradients.as_secs_f64(), start.elapsed().as_secs_f64()]);
        }
    }
    println!("{}", serde_json::to_string(&times)?);
    Ok(())
}

fn batch(rows: usize, inputs: usize, targets: usize, vocabulary: u64) -> Batch {
    let mut rng = Key::new(1).rng();
    let mut batch = Batch::empty(rows, inputs, targets);
    batch.encoder_ids.fill_with(|| 3 + rng.below(vocabulary - 131) as u32);
    batch.decoder_targets.fill_with(|| 3 + rng.below(vocabulary - 131) as u32);
    for (inputs, targets) in
        batch.decoder_inputs.chunks_mut(targets).zip(batch.decoder_targets.chunks(targets))
    {
        inputs[1..].copy_from_slice(&targets[..targets.len() - 1]);
    }
    batch.encoder_segments.fill(1);
    batch.decoder_segments.fill(1);
    batch.loss_weights.fill(1.0);
    batch
}
