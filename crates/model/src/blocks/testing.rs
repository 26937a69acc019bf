//! Comparing the two bodies of a block.

use burn::tensor::{Device, Tensor, TensorData};
use ext5_core::Key;

/// A tracked tensor of normal draws.
pub(crate) fn parameter<const D: usize>(shape: [usize; D], deviation: f64, seed: u64) -> Tensor<D> {
    let mut rng = Key::new(seed).rng();
    let values: Vec<f32> =
        (0..shape.iter().product()).map(|_| (deviation * rng.normal()) as f32).collect();
    let device = Device::flex().autodiff();
    Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
}

/// Asserts that two slices differ by at most 1e-5 of the larger one's norm.
pub(crate) fn assert_close(what: &str, one: &[f32], other: &[f32]) {
    assert_eq!(one.len(), other.len(), "{what}");
    let norm = |values: &[f32]| values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt();
    let difference: Vec<f32> = one.iter().zip(other).map(|(a, b)| a - b).collect();
    let relative = norm(&difference) / norm(one).max(norm(other)).max(1e-12);
    assert!(relative < 1e-5, "{what}: relative difference {relative:.2e}");
}

/// Runs two bodies on the same inputs, with and without autodiff, and compares outputs and the
/// gradients of all inputs of a random weighting of the output.
pub(crate) fn compare<const D: usize>(
    inputs: &[Tensor<2>],
    one: impl Fn(&[Tensor<2>]) -> Tensor<D>,
    other: impl Fn(&[Tensor<2>]) -> Tensor<D>,
) {
    let run = |body: &dyn Fn(&[Tensor<2>]) -> Tensor<D>| {
        let output = body(inputs);
        let weighting = parameter(output.dims(), 1.0, 99).inner();
        let gradients = (output.clone() * weighting).sum().backward();
        let mut all = vec![output.inner().into_data().try_into_vec::<f32>().unwrap()];
        for input in inputs {
            let gradient = input.grad(&gradients);
            let gradient = gradient.map(|tensor| tensor.into_data().try_into_vec::<f32>().unwrap());
            all.push(gradient.unwrap_or_default());
        }
        let plain: Vec<_> = inputs.iter().map(|input| input.clone().inner()).collect();
        all.push(body(&plain).into_data().try_into_vec::<f32>().unwrap());
        all
    };
    let (one, other) = (run(&one), run(&other));
    for (number, (one, other)) in one.iter().zip(&other).enumerate() {
        let zero = |values: &[f32]| values.iter().all(|&v| v == 0.0);
        match one.is_empty() || other.is_empty() {
            true => assert!(zero(one) && zero(other), "part {number}"),
            false => assert_close(&format!("part {number}"), one, other),
        }
    }
}
