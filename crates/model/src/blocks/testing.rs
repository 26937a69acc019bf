//! Comparing the two bodies of a block.

use super::Mode;
use crate::precision::Precision;
use burn::tensor::{Device, Tensor, TensorData};
use ext5_core::Key;

pub(crate) const MODE: Mode = Mode { epsilon: 1e-6, precision: Precision::F32, recompute: false };

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
/// gradients of all inputs of a random weighting of the output. The gradients of the first are also
/// compared with slopes of its output.
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
    check_slopes(inputs, &one);
    let (one, other) = (run(&one), run(&other));
    for (number, (one, other)) in one.iter().zip(&other).enumerate() {
        let zero = |values: &[f32]| values.iter().all(|&v| v == 0.0);
        match one.is_empty() || other.is_empty() {
            true => assert!(zero(one) && zero(other), "part {number}"),
            false => assert_close(&format!("part {number}"), one, other),
        }
    }
}

/// Compares the gradient of each input with finite differences: along the gradient itself, where the
/// slope is its norm, and along a random direction.
fn check_slopes<const D: usize>(inputs: &[Tensor<2>], body: &impl Fn(&[Tensor<2>]) -> Tensor<D>) {
    const STEP: f64 = 0.01;
    let values = |tensor: Tensor<D>| tensor.into_data().try_into_vec::<f32>().unwrap();
    let output = body(inputs);
    let weighting = parameter(output.dims(), 1.0, 98).inner();
    let gradients = (output * weighting.clone()).sum().backward();
    let weighting = values(weighting);
    let norm = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>().sqrt();
    for (number, input) in inputs.iter().enumerate() {
        let Some(gradient) = input.grad(&gradients) else { continue };
        let gradient = gradient.into_data().try_into_vec::<f32>().unwrap();
        let gradient: Vec<f64> = gradient.into_iter().map(f64::from).collect();
        let length = norm(&gradient);
        if length == 0.0 {
            continue;
        }
        let mut rng = Key::new(97).index(number as u64).rng();
        let random: Vec<f64> = gradient.iter().map(|_| rng.normal()).collect();
        for mut direction in [gradient.clone(), random] {
            let scale = norm(&direction);
            direction.iter_mut().for_each(|value| *value /= scale);
            let at = |step: f64| -> f64 {
                let mut plain: Vec<_> = inputs.iter().map(|input| input.clone().inner()).collect();
                let shift = direction.iter().map(|d| (step * d) as f32).collect();
                let shift = TensorData::new::<f32, _>(shift, input.dims());
                let shift = Tensor::from_data(shift, &plain[number].device());
                plain[number] = plain[number].clone() + shift;
                let output = values(body(&plain));
                output.iter().zip(&weighting).map(|(&o, &w)| f64::from(o) * f64::from(w)).sum()
            };
            let slope = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            let expected: f64 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
            let error = (slope - expected).abs() / length;
            assert!(error < 5e-3, "input {number}: slope {slope}, gradient {expected}");
        }
    }
}
