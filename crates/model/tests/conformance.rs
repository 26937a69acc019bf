//! Every device computes what the CPU's fused blocks do.
//!
//! `EXT5_TEST_DEVICE` names the device (`wgpu`, `cuda`, …). Without it the composed bodies, which
//! every other device runs, are tried on the CPU.

mod support;

use ext5_core::{Batch, Key};
use ext5_model::{
    Backward, Beam, Device, Dropout, FeedForward, Generation, Init, LengthPenalty, LossOptions,
    Precision, Strategy, T5, T5Config, composed,
};
use support::{Segment, batch, config, sequence};

/// The device that is tried.
fn device() -> Device {
    std::env::var("EXT5_TEST_DEVICE").map_or(Device::Cpu, |word| word.parse().unwrap())
}

/// Runs `work` on a model that is on the device; on the CPU with the bodies that others run.
fn there<R>(model: T5, work: impl FnOnce(T5) -> R) -> R {
    let device = device();
    println!("on {device}: {}", device.describe().unwrap());
    let model = model.to_device(device).unwrap();
    if device == Device::Cpu { composed(|| work(model)) } else { work(model) }
}

fn configs() -> [T5Config; 2] {
    let feed_forward = FeedForward::Relu;
    let old =
        T5Config { feed_forward, tie_word_embeddings: true, num_decoder_layers: 3, ..config() };
    [config(), old]
}

fn model(config: &T5Config) -> T5 {
    T5::init(config.clone(), Init::T5x, Key::new(3)).unwrap()
}

fn segment(seed: u64, inputs: usize, targets: usize) -> Segment {
    let key = Key::new(seed);
    (sequence(key.name("inputs"), inputs), sequence(key.name("targets"), targets))
}

/// Two packed rows, padded at their ends.
fn packed() -> Batch {
    let rows = [
        vec![segment(1, 13, 7), segment(2, 11, 9), segment(3, 12, 6)],
        vec![segment(4, 30, 3), segment(5, 1, 1)],
    ];
    batch(&rows, 40, 24)
}

/// The norm of the difference over that of the reference; says it, so that logs hold it.
fn relative(what: &str, found: &[f32], reference: &[f32]) -> f64 {
    assert_eq!(found.len(), reference.len(), "{what}");
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut found.iter().zip(reference).map(|(&a, &b)| f64::from(a - b)));
    let size = norm(&mut reference.iter().map(|&v| f64::from(v)));
    let ratio = if difference == 0.0 { 0.0 } else { difference / size };
    println!("{what}: {ratio:.1e}");
    ratio
}

fn gradients(mut backward: Backward) -> Vec<Vec<f32>> {
    backward.gradients.slices_mut().map(|slice| slice.to_vec()).collect()
}

fn names(model: &T5) -> Vec<String> {
    let mut names = Vec::new();
    model.visit(|name, _, _| names.push(name.to_owned()));
    names
}

fn compare_backward(what: &str, options: &LossOptions) {
    for config in configs() {
        let batch = packed();
        let model = model(&config);
        let names = names(&model);
        let reference = model.backward(&batch, options).unwrap();
        let found = there(model, |model| model.backward(&batch, options).unwrap());
        let loss = (found.loss / reference.loss - 1.0).abs();
        println!("{what}: loss: {loss:.1e}");
        assert!(loss < 1e-5, "{} {}", found.loss, reference.loss);
        let tokens = relative("token losses", &found.token_losses, &reference.token_losses);
        assert!(tokens < 1e-5);
        let mut largest = (0.0, "");
        for ((found, reference), name) in
            gradients(found).iter().zip(&gradients(reference)).zip(&names)
        {
            assert!(reference.iter().any(|&value| value != 0.0), "{name} has no gradient");
            let error = relative(name, found, reference);
            assert!(error < 1e-3, "{name}: {error:.1e}");
            if error > largest.0 {
                largest = (error, name);
            }
        }
        println!("{what}: largest of all gradients: {:.1e}, of {}", largest.0, largest.1);
    }
}

/// Logits of real positions: what padding gets is not defined.
fn real_logits(model: &T5, batch: &Batch) -> Vec<f32> {
    let logits = model.logits(batch).unwrap();
    let lines = logits.chunks(model.config().vocab_size).zip(&batch.decoder_segments);
    lines.filter(|(_, segment)| **segment > 0).flat_map(|(line, _)| line.to_vec()).collect()
}

#[test]
fn logits() {
    for config in configs() {
        let batch = packed();
        let reference = real_logits(&model(&config), &batch);
        let found = there(model(&config), |model| real_logits(&model, &batch));
        assert!(relative("logits", &found, &reference) < 1e-4);
    }
}

#[test]
fn losses_and_gradients() {
    compare_backward("plain", &LossOptions::default());
}

#[test]
fn losses_and_gradients_with_dropout_z_loss_and_smoothing() {
    let options = LossOptions {
        z_loss: 1e-3,
        label_smoothing: 0.1,
        dropout: Some(Dropout::new(0.2, Key::new(9))),
        recompute: false,
    };
    compare_backward("all options", &options);
}

/// A packed segment's losses are those it has alone.
#[test]
fn packing_changes_nothing() {
    let rows = [vec![segment(1, 13, 7), segment(2, 11, 9), segment(3, 12, 6)]];
    let alone: Vec<_> = rows[0].iter().map(|segment| vec![segment.clone()]).collect();
    there(model(&config()), |model| {
        let real = |batch: &Batch| -> Vec<f32> {
            let losses = model.token_losses(batch).unwrap();
            let real = losses.iter().zip(&batch.loss_weights).filter(|(_, weight)| **weight > 0.0);
            real.map(|(loss, _)| *loss).collect()
        };
        let (packed, alone) = (real(&batch(&rows, 40, 24)), real(&batch(&alone, 13, 9)));
        assert!(relative("packed and alone", &packed, &alone) < 1e-5);
    });
}

#[test]
fn generation_and_scores() {
    let inputs: Vec<_> =
        [9, 1, 17].map(|length| sequence(Key::new(length), length as usize)).into();
    let options: Vec<Vec<_>> = vec![vec![vec![5, 1], vec![9, 8, 1]], vec![vec![7, 1]], vec![]];
    let beam = Strategy::Beam(Beam { beams: 3, penalty: LengthPenalty::T5x(0.6) });
    let searches =
        [Generation::greedy(12), Generation { strategy: beam, ..Generation::greedy(12) }];
    let run = |model: &T5| {
        let outputs = searches.each_ref().map(|search| model.generate(&inputs, search).unwrap());
        let scores = model.score(&inputs, &options).unwrap();
        let scores = scores.iter().flatten().map(|score| score.log_probability as f32);
        (outputs, scores.collect::<Vec<_>>())
    };
    for config in configs() {
        let reference = run(&model(&config));
        let found = there(model(&config), |model| run(&model));
        assert_eq!(found.0, reference.0);
        assert!(reference.0[0].iter().all(|output| !output.is_empty()));
        assert!(relative("scores", &found.1, &reference.1) < 1e-5);
    }
}

/// Weights go there and back to the bit, and are changed and saved where they are.
#[test]
fn weights_are_seen_changed_and_saved() {
    let values = |model: &T5| {
        let mut all = Vec::new();
        model
            .visit(|_, _, values| all.push(values.iter().map(|v| v.to_bits()).collect::<Vec<_>>()));
        all
    };
    let batch = packed();
    let reference = values(&model(&config()));
    there(model(&config()), |mut model| {
        assert!(values(&model) == reference);
        let before = model.backward(&batch, &LossOptions::default()).unwrap();
        let step = 0.5 / before.gradients.norm();
        model.update(&before.gradients, |_, _, values, gradient| {
            for (value, gradient) in values.iter_mut().zip(gradient) {
                *value -= step as f32 * gradient;
            }
        });
        assert!(values(&model) != reference);
        let after = model.token_losses(&batch).unwrap();
        assert!(f64::from(after.iter().sum::<f32>()) < 0.999 * before.loss);

        let folder = tempfile::tempdir().unwrap();
        model.save(folder.path()).unwrap();
        assert!(values(&T5::load(folder.path()).unwrap()) == values(&model));
    });
}

#[test]
fn bf16_is_right_or_refused() {
    for config in configs() {
        let expected = real_logits(&model(&config), &packed());
        there(model(&config), |model| match model.with_precision(Precision::Bf16) {
            Ok(model) => {
                let found = real_logits(&model, &packed());
                assert!(relative("logits in bf16", &found, &expected) < 2e-2);
            }
            Err(error) => {
                println!("{error}");
                assert!(error.to_string().contains("it has no bf16"), "{error}");
            }
        });
    }
}
