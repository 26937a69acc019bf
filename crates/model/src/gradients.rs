//! Gradients of all parameters.

use rayon::prelude::*;

/// Elements handled by one parallel task. Fixed, so that sums do not depend on the thread count.
const CHUNK: usize = 1 << 14;

/// The gradient of every parameter of one model, in the order of
/// [`T5::visit`](crate::T5::visit).
#[derive(Clone, Debug, PartialEq)]
pub struct Gradients {
    pub(crate) tensors: Vec<Vec<f32>>,
}

impl Gradients {
    /// Adds the gradients of another micro-batch of the same model.
    ///
    /// # Panics
    /// When `other` is of a model of another shape.
    pub fn add(&mut self, other: &Gradients) {
        assert_eq!(self.tensors.len(), other.tensors.len(), "gradients of different models");
        for (sum, other) in self.tensors.iter_mut().zip(&other.tensors) {
            assert_eq!(sum.len(), other.len(), "gradients of different models");
            sum.par_chunks_mut(CHUNK).zip(other.par_chunks(CHUNK)).for_each(|(sum, other)| {
                for (sum, other) in sum.iter_mut().zip(other) {
                    *sum += other;
                }
            });
        }
    }

    /// Multiplies everything by `factor`.
    pub fn scale(&mut self, factor: f64) {
        let factor = factor as f32;
        for tensor in &mut self.tensors {
            tensor.par_chunks_mut(CHUNK).for_each(|chunk| {
                for value in chunk {
                    *value *= factor;
                }
            });
        }
    }

    /// The Euclidean norm over all parameters; not finite when a gradient is not.
    pub fn norm(&self) -> f64 {
        let square_sum =
            |chunk: &[f32]| chunk.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>();
        let sum: f64 = self
            .tensors
            .iter()
            .map(|tensor| {
                let partial: Vec<f64> = tensor.par_chunks(CHUNK).map(square_sum).collect();
                partial.iter().sum::<f64>()
            })
            .sum();
        sum.sqrt()
    }

    /// The gradients as slices, in order: what data parallelism adds up across processes.
    pub fn slices_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.tensors.iter_mut().map(Vec::as_mut_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic() {
        let mut sum = Gradients { tensors: vec![vec![1.0, 2.0], vec![0.0]] };
        sum.add(&Gradients { tensors: vec![vec![2.0, 2.0], vec![6.0]] });
        sum.scale(0.5);
        assert_eq!(sum.tensors, [vec![1.5, 2.0], vec![3.0]]);
        assert!((sum.norm() - (1.5f64 * 1.5 + 4.0 + 9.0).sqrt()).abs() < 1e-12);
        sum.slices_mut().for_each(|slice| slice[0] = f32::NAN);
        assert!(sum.norm().is_nan());
    }
}
