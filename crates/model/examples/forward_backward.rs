//! Times forward and backward passes on full rows of random tokens; MODE is `plain`, `recompute`
//! (activation checkpointing) or `composed` (no fused block).
//!
//! cargo run -p ext5-model --example forward_backward -- [SIZE] [ROWS INPUTS TARGETS] [STEPS] [MODE]

use ext5_core::{Batch, Key};
use ext5_model::{Init, LossOptions, T5, T5Config};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    ext5_core::memory::keep_freed();
    let mut arguments = std::env::args().skip(1);
    let size = arguments.next().unwrap_or_else(|| "mini".to_owned());
    let mut number =
        |default: usize| arguments.next().map_or(Ok(default), |argument| argument.parse::<usize>());
    let (rows, inputs, targets, steps) = (number(16)?, number(256)?, number(64)?, number(7)?);
    let mode = std::env::args().nth(6).unwrap_or_default();
    let config = T5Config::named(&size)?;
    let mut rng = Key::new(1).rng();
    let mut draw = |count| (0..count).map(|_| rng.below(config.vocab_size as u64) as u32).collect();
    let batch = Batch {
        encoder_ids: draw(rows * inputs),
        encoder_segments: vec![1; rows * inputs],
        decoder_inputs: draw(rows * targets),
        decoder_targets: draw(rows * targets),
        decoder_segments: vec![1; rows * targets],
        loss_weights: vec![1.0; rows * targets],
        ..Batch::empty(rows, inputs, targets)
    };
    let mut model = T5::init(config, Init::T5x, Key::new(2))?;
    let recompute = mode == "recompute";
    let options = LossOptions { z_loss: 1e-4, recompute, ..LossOptions::default() };
    let mut seconds = Vec::new();
    for _ in 0..steps + 1 {
        let start = Instant::now();
        let backward = match mode.as_str() {
            "composed" => ext5_model::composed(|| model.backward(&batch, &options)),
            _ => model.backward(&batch, &options),
        }?;
        seconds.push(start.elapsed().as_secs_f64());
        model.update(&backward.gradients, |_, _, _, _| {});
    }
    let mut counted = seconds.split_off(1);
    counted.sort_by(f64::total_cmp);
    let median = counted[counted.len() / 2];
    let tokens = rows * (inputs + targets);
    println!(
        "{size}, {rows} rows of {inputs} + {targets}, {} threads: median {median:.3} s, best {:.3} s, \
         {:.0} tokens/s",
        std::thread::available_parallelism()?,
        counted[0],
        tokens as f64 / median
    );
    Ok(())
}
