//! Products of a few rows with large matrices: bound by the memory that the matrices are read from,
//! so each of their rows is read once.

use super::gemm::{Matrix, MatrixMut, Write, parallel_product};
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// From so many rows on, packing the matrix as large products do pays.
const MANY: usize = 24;

/// Matrix rows of one parallel task. Every element is summed in one way, whoever computes it.
const PART: usize = 128;

/// `x W^T` of `x` of `[rows, inputs]` for each of several matrices `[outputs, inputs]`.
pub(crate) fn project<const N: usize>(
    x: &[f32],
    rows: usize,
    weights: [&[f32]; N],
) -> [Vec<f32>; N] {
    let inputs = x.len() / rows.max(1);
    if rows >= MANY {
        return weights.map(|weight| {
            let outputs = weight.len() / inputs;
            let mut y = vec![0.0; rows * outputs];
            parallel_product(
                Matrix::new(x, rows, inputs),
                Matrix::new(weight, outputs, inputs).t(),
                MatrixMut::new(&mut y, rows, outputs),
                Write::Replace,
            );
            y
        });
    }
    // Transposed at first, [outputs, rows], so that tasks write to stretches of their own.
    let mut found = weights.map(|weight| vec![0.0; weight.len() / inputs.max(1) * rows]);
    let tasks: Vec<(&[f32], &mut [f32])> = weights
        .iter()
        .zip(&mut found)
        .flat_map(|(weight, found)| weight.chunks(PART * inputs).zip(found.chunks_mut(PART * rows)))
        .collect();
    tasks.into_par_iter().for_each(|(weight, found)| {
        pulp::Arch::new().dispatch(Part { x, rows, inputs, weight, found });
    });
    match rows {
        1 => found,
        _ => found.map(|found| {
            let outputs = found.len() / rows;
            let mut y = vec![0.0; found.len()];
            for (row, y) in y.chunks_exact_mut(outputs).enumerate() {
                for (y, found) in y.iter_mut().zip(found[row..].iter().step_by(rows)) {
                    *y = *found;
                }
            }
            y
        }),
    }
}

/// Some rows of a matrix with all rows of `x`; `found` is `[matrix rows, rows]`.
struct Part<'a> {
    x: &'a [f32],
    rows: usize,
    inputs: usize,
    weight: &'a [f32],
    found: &'a mut [f32],
}

impl WithSimd for Part<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Part { x, rows, inputs, weight, found } = self;
        if rows == 1 {
            // Four sums at once hide how long each addition takes.
            for (four, found) in weight.chunks(4 * inputs).zip(found.chunks_mut(4)) {
                if let [a, b, c, d] = found {
                    let (first, second) = four.split_at(2 * inputs);
                    let ((w0, w1), (w2, w3)) = (first.split_at(inputs), second.split_at(inputs));
                    [[*a], [*b], [*c], [*d]] = dots(simd, [w0, w1, w2, w3], [x]);
                    continue;
                }
                for (w, found) in four.chunks(inputs).zip(found) {
                    [[*found]] = dots(simd, [w], [x]);
                }
            }
            return;
        }
        let row = |number: usize| &x[number * inputs..(number + 1) * inputs];
        let pairs = weight.chunks(2 * inputs).zip(found.chunks_mut(2 * rows));
        for (pair, found) in pairs {
            let (first, second) = pair.split_at(inputs);
            // The last may be alone.
            let w = if second.is_empty() { [first, first] } else { [first, second] };
            let mut number = 0;
            while number < rows {
                let count = if number + 4 <= rows { 4 } else { 1 };
                let values = match count {
                    4 => dots(simd, w, [0, 1, 2, 3].map(|i| row(number + i))),
                    _ => dots(simd, w, [row(number)]).map(|[value]| [value, 0.0, 0.0, 0.0]),
                };
                for (found, values) in found.chunks_exact_mut(rows).zip(values) {
                    found[number..number + count].copy_from_slice(&values[..count]);
                }
                number += count;
            }
        }
    }
}

/// The dot products of some vectors with some others.
#[inline(always)]
fn dots<S: Simd, const W: usize, const X: usize>(
    simd: S,
    w: [&[f32]; W],
    x: [&[f32]; X],
) -> [[f32; X]; W] {
    let of_w = w.map(S::as_simd_f32s);
    let of_x = x.map(S::as_simd_f32s);
    let mut sums = [[simd.splat_f32s(0.0); X]; W];
    for place in 0..of_w[0].0.len() {
        for i in 0..W {
            for j in 0..X {
                sums[i][j] = simd.mul_add_f32s(of_w[i].0[place], of_x[j].0[place], sums[i][j]);
            }
        }
    }
    let mut found = [[0.0; X]; W];
    for i in 0..W {
        for j in 0..X {
            let rest = of_w[i].1.iter().zip(of_x[j].1).map(|(w, x)| w * x);
            found[i][j] = simd.reduce_sum_f32s(sums[i][j]) + rest.sum::<f32>();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn equals_the_definition(rows in 1usize..30, inputs in 1usize..70, outputs in 1usize..300) {
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
                prop_assert_eq!(other[row], y[row * outputs]);
            }
        }
    }
}
