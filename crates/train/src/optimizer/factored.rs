//! The second moments of Adafactor (Shazeer and Stern 2018), full or factored into rows and columns.

use super::sums::squares;
use super::{CHUNK, Part};
use rayon::prelude::*;

/// What is remembered of a parameter: one mean for each row and each column of a matrix that is
/// factored, else one for each element.
pub(super) fn parts(shape: &[usize], least: usize) -> Vec<(&'static str, usize)> {
    match *shape {
        [rows, columns] if rows.min(columns) >= least => vec![("row", rows), ("column", columns)],
        _ => vec![("full", shape.iter().product())],
    }
}

/// Moves the means of squared gradients, and fills `update` with the gradient over their root.
///
/// `keep` is the share of the old means that stays; `epsilon` is added to every square.
pub(super) fn precondition(
    parts: &mut [Part],
    gradient: &[f32],
    keep: f64,
    epsilon: f64,
    update: &mut Vec<f32>,
) {
    update.resize(gradient.len(), 0.0);
    match parts {
        [rows, columns] => {
            let (rows, columns) = (&mut rows.values, &mut columns.values);
            accumulate(rows, columns, gradient, keep, epsilon);
            divide(update, gradient, rows, columns);
        }
        [means] => {
            let chunks = update.par_chunks_mut(CHUNK).zip(gradient.par_chunks(CHUNK));
            chunks.zip(means.values.par_chunks_mut(CHUNK)).for_each(|((u, g), means)| {
                for ((u, &g), mean) in u.iter_mut().zip(g).zip(means) {
                    let g = f64::from(g);
                    *mean = moved(*mean, g * g + epsilon, keep);
                    *u = (g / f64::from(*mean).sqrt()) as f32;
                }
            });
        }
        _ => unreachable!("`parts` gives one or two"),
    }
}

/// A running mean after another value.
pub(super) fn moved(mean: f32, value: f64, keep: f64) -> f32 {
    (keep * f64::from(mean) + (1.0 - keep) * value) as f32
}

/// Moves the row and column means towards those of the squared gradient.
fn accumulate(rows: &mut [f32], columns: &mut [f32], gradient: &[f32], keep: f64, epsilon: f64) {
    let (height, width) = (rows.len() as f64, columns.len());
    let rows_in_chunk = (CHUNK / width).max(1);
    let partial: Vec<Vec<f64>> = gradient
        .par_chunks(rows_in_chunk * width)
        .zip(rows.par_chunks_mut(rows_in_chunk))
        .map(|(gradient, rows)| {
            let mut sums = vec![0.0; width];
            for (gradient, row) in gradient.chunks_exact(width).zip(rows) {
                *row = moved(*row, squares(gradient, epsilon) / width as f64, keep);
                for (&g, sum) in gradient.iter().zip(&mut sums) {
                    *sum += f64::from(g) * f64::from(g) + epsilon;
                }
            }
            sums
        })
        .collect();
    for (index, column) in columns.iter_mut().enumerate() {
        let sum: f64 = partial.iter().map(|sums| sums[index]).sum();
        *column = moved(*column, sum / height, keep);
    }
}

fn divide(update: &mut [f32], gradient: &[f32], rows: &[f32], columns: &[f32]) {
    let width = columns.len();
    let mean = rows.iter().map(|&r| f64::from(r)).sum::<f64>() / rows.len() as f64;
    let column_factors: Vec<f64> = columns.iter().map(|&c| f64::from(c).sqrt().recip()).collect();
    let rows_in_chunk = (CHUNK / width).max(1);
    update
        .par_chunks_mut(rows_in_chunk * width)
        .zip(gradient.par_chunks(rows_in_chunk * width))
        .zip(rows.par_chunks(rows_in_chunk))
        .for_each(|((update, gradient), rows)| {
            let lines = update.chunks_exact_mut(width).zip(gradient.chunks_exact(width));
            for ((update, gradient), &row) in lines.zip(rows) {
                let row_factor = (f64::from(row) / mean).sqrt().recip();
                for ((u, &g), c) in update.iter_mut().zip(gradient).zip(&column_factors) {
                    *u = (f64::from(g) * row_factor * c) as f32;
                }
            }
        });
}
