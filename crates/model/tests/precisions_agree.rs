//! bf16 products give what f32 ones give, to the precision that they have.

mod support;

use ext5_core::{Batch, Key};
use ext5_model::{Generation, LossOptions, Precision, T5};
use support::{batch, model, sequence};

fn probe() -> Batch {
    let rows: Vec<_> = (0..3)
        .map(|row| vec![(sequence(Key::new(row), 20), sequence(Key::new(row + 5), 9))])
        .collect();
    batch(&rows, 20, 9)
}

fn difference(one: &[f32], other: &[f32]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f32>| -> f64 {
        values.map(|value| f64::from(value).powi(2)).sum::<f64>().sqrt()
    };
    norm(&mut one.iter().zip(other).map(|(a, b)| a - b)) / norm(&mut one.iter().copied())
}

/// A loss, logits, and the gradient of each parameter.
type Results = (f64, Vec<f32>, Vec<(String, Vec<f32>)>);

fn results(model: &T5) -> Results {
    let backward = model.backward(&probe(), &LossOptions::default()).unwrap();
    let mut gradients = Vec::new();
    model.clone().update(&backward.gradients, |name, _, _, gradient| {
        gradients.push((name.to_owned(), gradient.to_vec()));
    });
    (backward.loss, model.logits(&probe()).unwrap(), gradients)
}

#[test]
fn losses_logits_and_gradients() {
    let wide = results(&model());
    let narrow = results(&model().with_precision(Precision::Bf16).unwrap());
    assert!((narrow.0 / wide.0 - 1.0).abs() < 1e-2, "{} {}", narrow.0, wide.0);
    // bf16 has 8 bits: less than 1e-4 of difference would mean that it was not used.
    let of_logits = difference(&wide.1, &narrow.1);
    assert!((1e-4..2e-2).contains(&of_logits), "{of_logits}");
    for ((name, wide), (_, narrow)) in wide.2.iter().zip(&narrow.2) {
        let found = difference(wide, narrow);
        assert!((1e-5..5e-2).contains(&found), "{name}: {found}");
    }
}

#[test]
fn outputs() {
    let model = model().with_precision(Precision::Bf16).unwrap();
    let inputs = [sequence(Key::new(1), 12), sequence(Key::new(2), 4)];
    let together = model.generate(&inputs, &Generation::greedy(8)).unwrap();
    let alone: Vec<_> = inputs
        .iter()
        .map(|input| model.generate(std::slice::from_ref(input), &Generation::greedy(8)).unwrap())
        .collect();
    assert_eq!(together, alone.concat());
}
