//! Two hundred updates of a tiny T5 here and in PyTorch: the same first weights, batches, optimiser
//! and schedule. The golden curves are made by `tools/oracles/curves_golden.py`.

mod support;

use ext5_core::{Batch, Key};
use ext5_model::{Init, LossOptions, T5, T5Config};
use ext5_train::optimizer::{AdafactorHuggingFaceOptions, AdamWOptions, Optimizer, Rule};
use ext5_train::schedule::{Factor, Schedule};
use serde_json::Value;
use std::path::PathBuf;
use support::{draw, number};

const ROWS: usize = 8;
const LENGTH: usize = 8;
const VOCABULARY: usize = 24;

fn golden() -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/curves.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Ids from 2 on, an end of sequence, and the same ids backwards.
fn batch(step: u64) -> Batch {
    let mut batch = Batch::empty(ROWS, LENGTH, LENGTH);
    batch.encoder_segments.fill(1);
    batch.decoder_segments.fill(1);
    batch.loss_weights.fill(1.0);
    for row in 0..ROWS {
        let at = row * LENGTH;
        for place in 0..LENGTH - 1 {
            let index = (row * (LENGTH - 1) + place) as u64;
            let id = ((number(5000 + step, index) + 0.5) * (VOCABULARY - 2) as f64) as u32 + 2;
            batch.encoder_ids[at + place] = id;
            batch.decoder_targets[at + LENGTH - 2 - place] = id;
        }
        batch.encoder_ids[at + LENGTH - 1] = 1;
        batch.decoder_targets[at + LENGTH - 1] = 1;
        for place in 1..LENGTH {
            batch.decoder_inputs[at + place] = batch.decoder_targets[at + place - 1];
        }
    }
    batch
}

/// The oracle's first weights, set through the one door to them: an update.
fn first_model(names: &[String]) -> T5 {
    let config = T5Config {
        vocab_size: VOCABULARY,
        d_model: 32,
        d_kv: 8,
        d_ff: 48,
        num_heads: 4,
        num_layers: 2,
        num_decoder_layers: 2,
        ..T5Config::default()
    };
    let mut model = T5::init(config, Init::T5x, Key::new(0)).unwrap();
    let any = model.backward(&batch(0), &LossOptions::default()).unwrap().gradients;
    let mut set = 0;
    model.update(&any, |name, shape, values, _| {
        set += 1;
        if name.contains("layer_norm") {
            return values.fill(1.0);
        }
        let seed = names.binary_search_by(|other| other.as_str().cmp(name)).unwrap() as u64;
        let scale = if name == "shared.weight" { 1.0 } else { 0.5 };
        for (value, drawn) in values.iter_mut().zip(draw(seed, shape)) {
            *value = drawn * scale;
        }
    });
    assert_eq!(set, names.len());
    model
}

fn curve(rule: Rule, base: f64, clip: Option<f64>, names: &[String], steps: usize) -> Vec<f64> {
    let factors = vec![Factor::Constant, Factor::LinearWarmup];
    let schedule = Schedule { base, factors, warmup_steps: 20, ..Schedule::default() };
    let mut optimizer = Optimizer::new(rule);
    let mut model = first_model(names);
    let options = LossOptions { z_loss: 1e-4, ..LossOptions::default() };
    let mut losses = Vec::new();
    for step in 0..steps as u64 {
        let batch = batch(step);
        let mut backward = model.backward(&batch, &options).unwrap();
        let share = 1.0 / batch.weight();
        let norm = backward.gradients.norm() * share;
        let clip = clip.map_or(1.0, |most| (most / norm).min(1.0));
        backward.gradients.scale(share * clip);
        model.update(&backward.gradients, |name, shape, values, gradient| {
            optimizer.update(step, schedule.rate(step), (name, shape), values, gradient);
        });
        losses.push(backward.token_losses.iter().map(|&loss| f64::from(loss)).sum::<f64>() * share);
    }
    losses
}

#[test]
fn two_hundred_updates() {
    let golden = golden();
    let names: Vec<String> = serde_json::from_value(golden["parameters"].clone()).unwrap();
    let hugging_face = AdafactorHuggingFaceOptions {
        relative_step: false,
        ..AdafactorHuggingFaceOptions::default()
    };
    for (name, rule, base, clip) in [
        ("adamw", Rule::AdamW(AdamWOptions::default()), 0.001, Some(1.0)),
        ("adafactor_hugging_face", Rule::AdafactorHuggingFace(hugging_face), 0.01, None),
    ] {
        let golden = &golden["curves"][name];
        let expected: Vec<f64> = serde_json::from_value(golden["two_threads"].clone()).unwrap();
        let spread = golden["spread"].as_f64().unwrap();
        let found = curve(rule, base, clip, &names, expected.len());
        let differences: Vec<f64> =
            found.iter().zip(&expected).map(|(found, expected)| (found - expected).abs()).collect();
        let worst = |steps: &[f64]| steps.iter().copied().fold(0.0, f64::max);
        let (early, late) = (worst(&differences[..50]), worst(&differences[50..]));
        eprintln!(
            "{name}: {early:.1e} in the first 50 steps, {late:.1e} after; spread {spread:.1e}"
        );
        assert!(expected[199] < expected[0] - 0.5, "the oracle learned nothing");
        assert!(early < 1e-3, "{name}: {early:.1e}");
        assert!(late < (3.0 * spread).max(1e-3), "{name}: {late:.1e}");
    }
}
