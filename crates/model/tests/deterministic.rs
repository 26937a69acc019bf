//! The same work gives the same bits.

mod support;

use ext5_core::Key;
use ext5_model::{Backward, Init, LossOptions, T5};
use support::{batch, config, model, sequence};

fn run(model: &T5, key: u64) -> Backward {
    let pair = |seed| {
        let key = Key::new(seed);
        (sequence(key.name("inputs"), 90), sequence(key.name("targets"), 40))
    };
    let rows: Vec<_> = (0..5).map(|row| vec![pair(2 * row), pair(2 * row + 1)]).collect();
    let options =
        LossOptions { z_loss: 1e-4, label_smoothing: 0.1, dropout: Some((0.1, Key::new(key))) };
    model.backward(&batch(&rows, 200, 100), &options).unwrap()
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
