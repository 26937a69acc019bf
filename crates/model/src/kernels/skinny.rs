//! Products of a few rows with large matrices: bound by the memory that the matrices are read from,
//! so each of their rows is read once.

use super::gemm::{Matrix, MatrixMut, Write, parallel_product};
use super::vector::vectorized;
use rayon::prelude::*;

/// From so many rows on, packing the matrix as large products do pays.
const MANY: usize = 24;

/// Matrix rows of one parallel task. Every element is summed in one way, whoever computes it.
const PART: usize = 128;

/// Partial sums of a dot product: one wide vector.
const LANES: usize = 16;

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
        vectorized(
            #[inline(always)]
            || part(x, rows, inputs, weight, found),
        );
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

/// Some rows of a matrix with all rows of `x`: `found` is `[matrix rows, rows]`.
#[inline(always)]
fn part(x: &[f32], rows: usize, inputs: usize, weight: &[f32], found: &mut [f32]) {
    let row = |number: usize| &x[number * inputs..(number + 1) * inputs];
    let pairs = weight.chunks(2 * inputs).zip(found.chunks_mut(2 * rows));
    for (pair, found) in pairs {
        let (first, second) = pair.split_at(inputs);
        // The last may be alone.
        let alone = second.is_empty();
        let w = [first, if alone { first } else { second }];
        let mut write = |number: usize, values: [f32; 2]| {
            found[number] = values[0];
            if !alone {
                found[rows + number] = values[1];
            }
        };
        let mut number = 0;
        while number + 4 <= rows {
            let x = [row(number), row(number + 1), row(number + 2), row(number + 3)];
            let values = dots(w, x);
            (0..4).for_each(|i| write(number + i, [values[0][i], values[1][i]]));
            number += 4;
        }
        while number < rows {
            let values = dots(w, [row(number)]);
            write(number, [values[0][0], values[1][0]]);
            number += 1;
        }
    }
}

/// All dot products of some vectors with some others.
#[inline(always)]
fn dots<const W: usize, const X: usize>(w: [&[f32]; W], x: [&[f32]; X]) -> [[f32; X]; W] {
    let len = w[0].len();
    let mut sums = [[[0.0f32; LANES]; X]; W];
    let whole = len / LANES * LANES;
    let mut start = 0;
    while start < whole {
        let of_w: [&[f32; LANES]; W] = w.map(|w| lanes(w, start));
        let of_x: [&[f32; LANES]; X] = x.map(|x| lanes(x, start));
        for (sums, w) in sums.iter_mut().zip(of_w) {
            for (sums, x) in sums.iter_mut().zip(of_x) {
                for lane in 0..LANES {
                    sums[lane] += w[lane] * x[lane];
                }
            }
        }
        start += LANES;
    }
    let mut found = [[0.0; X]; W];
    for (i, found) in found.iter_mut().enumerate() {
        for (j, found) in found.iter_mut().enumerate() {
            let rest = (whole..len).map(|k| w[i][k] * x[j][k]);
            *found = rest.fold(sums[i][j].iter().sum(), |sum, product| sum + product);
        }
    }
    found
}

#[inline(always)]
fn lanes(values: &[f32], start: usize) -> &[f32; LANES] {
    match values[start..].first_chunk() {
        Some(lanes) => lanes,
        None => unreachable!("a whole chunk starts there"),
    }
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
