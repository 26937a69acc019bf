//! The same work gives the same bits.

mod support;

use ext5_core::{Batch, Key};
use ext5_model::{Backward, Dropout, Gradients, Init, LossOptions, T5};
use support::{batch, config, model, sequence};

fn examples() -> Batch {
    let pair = |seed| {
        let key = Key::new(seed);
        (sequence(key.name("inputs"), 90), sequence(key.name("targets"), 40))
    };
    let rows: Vec<_> = (0..5).map(|row| vec![pair(2 * row), pair(2 * row + 1)]).collect();
    batch(&rows, 200, 100)
}

fn options(dropout: Dropout) -> LossOptions {
    LossOptions { z_loss: 1e-4, label_smoothing: 0.1, dropout: Some(dropout), recompute: false }
}

fn run(model: &T5, key: u64) -> Backward {
    model.backward(&examples(), &options(Dropout::new(0.1, Key::new(key)))).unwrap()
}

/// Micro-batches drop what the whole batch drops.
#[test]
fn micro_batches_add_up_to_the_batch() {
    let (model, batch) = (model(), examples());
    let dropout = Dropout::new(0.2, Key::new(1));
    let whole = model.backward(&batch, &options(dropout)).unwrap();
    let mut sum: Option<Gradients> = None;
    let mut losses = Vec::new();
    for (first, count) in [(0, 2), (2, 3)] {
        let dropout = Dropout { first_row: first as u64, ..dropout };
        let part = model.backward(&batch.slice(first..first + count), &options(dropout)).unwrap();
        losses.extend(part.token_losses);
        match &mut sum {
            None => sum = Some(part.gradients),
            Some(sum) => sum.add(&part.gradients),
        }
    }
    let mut difference = sum.unwrap();
    let norm = difference.norm();
    difference.scale(-1.0);
    difference.add(&whole.gradients);
    assert!(difference.norm() < 1e-5 * norm, "{} of {norm}", difference.norm());
    for (one, other) in losses.iter().zip(&whole.token_losses) {
        assert!((one - other).abs() <= 1e-5 * other.abs(), "{one} {other}");
    }
}

/// Activation checkpointing changes the memory, and not a bit of the result.
#[test]
fn recomputing_changes_nothing() {
    let (model, batch) = (model(), examples());
    let kept = options(Dropout::new(0.1, Key::new(1)));
    let recomputed = LossOptions { recompute: true, ..kept };
    let [one, other] = [kept, recomputed].map(|options| model.backward(&batch, &options).unwrap());
    assert!(one.gradients == other.gradients && one.token_losses == other.token_losses);
}

#[test]
fn backward_passes_repeat_to_the_bit() {
    let model = model();
    let first = run(&model, 1);
    for _ in 0..3 {
        let again = run(&model, 1);
        assert!(first.gradients == again.gradients);
        assert_eq!(first.loss.to_bits(), again.loss.to_bits());
        assert!(first.token_losses == again.token_losses);
    }
    assert!(first.gradients != run(&model, 2).gradients, "the key decides what is dropped");
}

#[test]
fn first_weights_depend_on_the_key_and_the_name_only() {
    let values = |model: &T5| {
        let mut values = Vec::new();
        model.visit(|name, _, slice| values.push((name.to_owned(), slice.to_vec())));
        values
    };
    let one = values(&model());
    assert!(one == values(&model()));
    assert!(one != values(&T5::init(config(), Init::T5x, Key::new(4)).unwrap()));
    let mut deeper = config();
    deeper.num_layers += 1;
    let deeper = values(&T5::init(deeper, Init::T5x, Key::new(3)).unwrap());
    assert!(one.iter().all(|parameter| deeper.contains(parameter)));
}

/// ln V, and ½ for logits of unit variance.
#[test]
fn first_loss_is_that_of_unit_logits() {
    let config = ext5_model::T5Config { vocab_size: 4096, d_model: 128, ..config() };
    let model = T5::init(config, Init::T5x, Key::new(5)).unwrap();
    let draw = |seed, count| -> Vec<u32> {
        let mut rng = Key::new(seed).rng();
        (0..count).map(|_| 2 + rng.below(4094) as u32).collect()
    };
    let rows: Vec<_> = (0..4).map(|row| vec![(draw(row, 30), draw(row + 10, 60))]).collect();
    let losses = model.token_losses(&batch(&rows, 30, 60)).unwrap();
    let mean = losses.iter().sum::<f32>() / losses.len() as f32;
    assert!((mean - (4096f32.ln() + 0.5)).abs() < 0.15, "{mean}");
}
