//! Products of a few rows with large matrices: bound by the memory that the matrices are read from,
//! so each of their rows is read once, in the order in which it lies there.

use super::gemm::{Matrix, MatrixMut, Write, parallel_product};
use super::vector::dot;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// More rows are multiplied as large products are, with both factors packed.
const MOST: usize = 32;

/// Up to so many rows, each output is a dot product; from then on, vectors go across the rows.
const FEW: usize = 4;

/// Matrix rows of one parallel task: two threads find equal shares even of a small matrix. Every
/// element is summed in one way, whoever computes it.
const PART: usize = 32;

/// `x W^T` of `x` of `[rows, inputs]` for each of several matrices `[outputs, inputs]`.
pub(crate) fn project<const N: usize>(
    x: &[f32],
    rows: usize,
    weights: [&[f32]; N],
) -> [Vec<f32>; N] {
    let inputs = x.len() / rows.max(1);
    let mut found = weights.map(|weight| vec![0.0; rows * (weight.len() / inputs.max(1))]);
    if rows > MOST {
        for (weight, found) in weights.into_iter().zip(&mut found) {
            let outputs = weight.len() / inputs;
            parallel_product(
                Matrix::new(x, rows, inputs),
                Matrix::new(weight, outputs, inputs).t(),
                MatrixMut::new(found, rows, outputs),
                Write::Replace,
            );
        }
        return found;
    }
    let arch = pulp::Arch::new();
    let across = (rows > FEW).then(|| arch.dispatch(Across { x, rows, inputs }));
    let tasks: Vec<(&[f32], Vec<&mut [f32]>)> = weights
        .iter()
        .zip(&mut found)
        .flat_map(|(weight, found)| {
            let outputs = weight.len() / inputs.max(1);
            let mut of_rows: Vec<_> =
                found.chunks_mut(outputs.max(1)).map(|row| row.chunks_mut(PART)).collect();
            weight.chunks(PART * inputs.max(1)).map(move |weight| {
                (weight, of_rows.iter_mut().filter_map(Iterator::next).collect())
            })
        })
        .collect();
    tasks.into_par_iter().for_each(|(weight, found)| match &across {
        Some(x) => arch.dispatch(Columns { x, inputs, weight, found }),
        None => arch.dispatch(Dots { x, inputs, weight, found }),
    });
    found
}

/// Some rows of a matrix with each row of `x`; `found` has a stretch of every output row.
struct Dots<'a> {
    x: &'a [f32],
    inputs: usize,
    weight: &'a [f32],
    found: Vec<&'a mut [f32]>,
}

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Dots { x, inputs, weight, mut found } = self;
        for (output, w) in weight.chunks_exact(inputs).enumerate() {
            for (x, found) in x.chunks_exact(inputs).zip(&mut found) {
                found[output] = dot(simd, w, x);
            }
        }
    }
}

/// Turns `x` round: for each input the values of all rows, filled with zeros to whole vectors.
struct Across<'a> {
    x: &'a [f32],
    rows: usize,
    inputs: usize,
}

impl WithSimd for Across<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Vec<f32> {
        let width = self.rows.next_multiple_of(S::F32_LANES);
        let mut turned = vec![0.0; self.inputs * width];
        for (row, values) in self.x.chunks_exact(self.inputs).enumerate() {
            for (turned, value) in turned.chunks_exact_mut(width).zip(values) {
                turned[row] = *value;
            }
        }
        turned
    }
}

/// Some rows of a matrix with all rows of `x`, which [`Across`] has turned round.
struct Columns<'a> {
    x: &'a [f32],
    inputs: usize,
    weight: &'a [f32],
    found: Vec<&'a mut [f32]>,
}

impl WithSimd for Columns<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (x, _) = S::as_simd_f32s(self.x);
        let vectors = x.len() / self.inputs;
        for first in (0..vectors).step_by(2) {
            // Eight sums at once, in either case.
            match vectors - first {
                1 => self.pass::<S, 1, 8>(simd, x, first),
                _ => self.pass::<S, 2, 4>(simd, x, first),
            }
        }
    }
}

impl Columns<'_> {
    /// The outputs of the rows in `V` vectors from the `first` on, `R` outputs at a time.
    #[inline(always)]
    fn pass<S: Simd, const V: usize, const R: usize>(
        &mut self,
        simd: S,
        x: &[S::f32s],
        first: usize,
    ) {
        let blocks = self.weight.chunks_exact(R * self.inputs);
        let rest = blocks.remainder();
        let mut output = 0;
        for weight in blocks {
            self.block::<S, V, R>(simd, x, first, weight, output);
            output += R;
        }
        for weight in rest.chunks_exact(self.inputs) {
            self.block::<S, V, 1>(simd, x, first, weight, output);
            output += 1;
        }
    }

    #[inline(always)]
    fn block<S: Simd, const V: usize, const R: usize>(
        &mut self,
        simd: S,
        x: &[S::f32s],
        first: usize,
        weight: &[f32],
        output: usize,
    ) {
        let inputs = self.inputs;
        let vectors = x.len() / inputs;
        let weight: [&[f32]; R] = std::array::from_fn(|r| &weight[r * inputs..(r + 1) * inputs]);
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        for input in 0..inputs {
            let x = &x[input * vectors + first..][..V];
            for (sums, weight) in sums.iter_mut().zip(&weight) {
                let weight = simd.splat_f32s(weight[input]);
                for (sum, x) in sums.iter_mut().zip(x) {
                    *sum = simd.mul_add_f32s(weight, *x, *sum);
                }
            }
        }
        let mut values = [0.0; MOST];
        for (r, sums) in sums.into_iter().enumerate() {
            let (lanes, _) = S::as_mut_simd_f32s(&mut values);
            lanes[..V].copy_from_slice(&sums);
            let rows = self.found.iter_mut().skip(first * S::F32_LANES);
            for (found, value) in rows.zip(&values[..V * S::F32_LANES]) {
                found[output + r] = *value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn equals_the_definition(rows in 1usize..40, inputs in 1usize..150, outputs in 1usize..300) {
            let draw = |count: usize, seed: usize| -> Vec<f32> {
                (0..count).map(|i| ((i * 37 + seed * 11) % 23) as f32 / 8.0 - 1.25).collect()
            };
            let (x, w) = (draw(rows * inputs, 1), draw(outputs * inputs, 2));
            let [y, other] = project(&x, rows, [&w, &w[..inputs]]);
            for row in 0..rows {
                for output in 0..outputs {
                    let term = |i| x[row * inputs + i] * w[output * inputs + i];
                    let expected: f32 = (0..inputs).map(term).sum();
                    prop_assert!((y[row * outputs + output] - expected).abs() < 1e-3);
                }
                prop_assert!((other[row] - y[row * outputs]).abs() < 1e-4);
            }
        }
    }
}
