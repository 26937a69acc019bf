//! Adafactor (Shazeer and Stern 2018) in the form of `t5x/adafactor.py`: the learning rate comes
//! from the schedule, updates are scaled by the parameter's RMS, and there is no momentum.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Elements handled by one parallel task. Fixed, so that sums do not depend on the thread count.
const CHUNK: usize = 1 << 14;

/// Settings of [`Adafactor`]; the defaults are T5X's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdafactorOptions {
    /// Exponent of the second moments' decay: β = 1 − (step + 1)^−decay_rate.
    pub decay_rate: f64,
    /// Updates whose RMS is above this are scaled down to it.
    pub clipping_threshold: f64,
    /// A matrix is factored when both its dimensions have at least this size.
    pub min_dim_size_to_factor: usize,
    /// Added to squared gradients.
    pub epsilon1: f64,
    /// The least scale of a parameter.
    pub epsilon2: f64,
    /// Whether the step is proportional to the parameter's RMS.
    pub multiply_by_parameter_scale: bool,
}

impl Default for AdafactorOptions {
    fn default() -> Self {
        AdafactorOptions {
            decay_rate: 0.8,
            clipping_threshold: 1.0,
            min_dim_size_to_factor: 128,
            epsilon1: 1e-30,
            epsilon2: 1e-3,
            multiply_by_parameter_scale: true,
        }
    }
}

/// Running means of one tensor's squared gradients.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Moments {
    /// One mean for each row and one for each column of a matrix.
    Factored { rows: Vec<f32>, columns: Vec<f32> },
    /// One mean for each element.
    Full(Vec<f32>),
}

/// The optimiser: options and the moments of every tensor that it has updated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adafactor {
    options: AdafactorOptions,
    pub(super) moments: BTreeMap<String, Moments>,
}

impl Adafactor {
    /// An optimiser that has seen nothing yet.
    pub fn new(options: AdafactorOptions) -> Self {
        Adafactor { options, moments: BTreeMap::new() }
    }

    /// Updates one tensor in place.
    ///
    /// `step` is the 0-based number of the update and `rate` its learning rate; `shape` is that of
    /// `values` and `gradient`, both row-major.
    pub fn update(
        &mut self,
        step: u64,
        rate: f64,
        (name, shape): (&str, &[usize]),
        values: &mut [f32],
        gradient: &[f32],
    ) {
        if values.is_empty() {
            return;
        }
        let options = self.options;
        let beta = (1.0 - (step as f64 + 1.0).powf(-options.decay_rate)) as f32;
        let epsilon = options.epsilon1 as f32;
        if !self.moments.contains_key(name) {
            let moments = Moments::zeros(shape, options.min_dim_size_to_factor);
            self.moments.insert(name.to_owned(), moments);
        }
        let mut update = vec![0.0; values.len()];
        match self.moments.get_mut(name) {
            Some(Moments::Factored { rows, columns }) => {
                accumulate_factored(rows, columns, gradient, beta, epsilon);
                precondition_factored(&mut update, gradient, rows, columns);
            }
            Some(Moments::Full(means)) => {
                precondition_full(&mut update, gradient, means, beta, epsilon);
            }
            None => unreachable!("inserted above"),
        }
        let clip = 1.0_f64.max(rms(&update) / options.clipping_threshold);
        let scale = match options.multiply_by_parameter_scale {
            true => rms(values).max(options.epsilon2),
            false => 1.0,
        };
        let factor = (rate * scale / clip) as f32;
        values.par_chunks_mut(CHUNK).zip(update.par_chunks(CHUNK)).for_each(|(values, update)| {
            for (value, update) in values.iter_mut().zip(update) {
                *value -= factor * update;
            }
        });
    }
}

impl Moments {
    fn zeros(shape: &[usize], threshold: usize) -> Self {
        match *shape {
            [rows, columns] if rows.min(columns) >= threshold => {
                Moments::Factored { rows: vec![0.0; rows], columns: vec![0.0; columns] }
            }
            _ => Moments::Full(vec![0.0; shape.iter().product()]),
        }
    }
}

/// Moves the row and column means towards those of the squared gradient.
fn accumulate_factored(
    rows: &mut [f32],
    columns: &mut [f32],
    gradient: &[f32],
    beta: f32,
    epsilon: f32,
) {
    let width = columns.len();
    let height = rows.len();
    let rows_in_chunk = (CHUNK / width).max(1);
    let partial: Vec<Vec<f32>> = gradient
        .par_chunks(rows_in_chunk * width)
        .zip(rows.par_chunks_mut(rows_in_chunk))
        .map(|(gradient, rows)| {
            let mut sums = vec![0.0; width];
            for (gradient, row) in gradient.chunks_exact(width).zip(rows) {
                let mut sum = 0.0;
                for (g, column) in gradient.iter().zip(&mut sums) {
                    let square = g * g + epsilon;
                    sum += square;
                    *column += square;
                }
                *row = beta * *row + (1.0 - beta) * sum / width as f32;
            }
            sums
        })
        .collect();
    for (index, column) in columns.iter_mut().enumerate() {
        let sum: f32 = partial.iter().map(|sums| sums[index]).sum();
        *column = beta * *column + (1.0 - beta) * sum / height as f32;
    }
}

fn precondition_factored(update: &mut [f32], gradient: &[f32], rows: &[f32], columns: &[f32]) {
    let width = columns.len();
    let mean = (rows.iter().map(|&r| f64::from(r)).sum::<f64>() / rows.len() as f64) as f32;
    let column_factors: Vec<f32> = columns.iter().map(|c| c.sqrt().recip()).collect();
    let rows_in_chunk = (CHUNK / width).max(1);
    update
        .par_chunks_mut(rows_in_chunk * width)
        .zip(gradient.par_chunks(rows_in_chunk * width))
        .zip(rows.par_chunks(rows_in_chunk))
        .for_each(|((update, gradient), rows)| {
            let lines = update.chunks_exact_mut(width).zip(gradient.chunks_exact(width));
            for ((update, gradient), row) in lines.zip(rows) {
                let row_factor = (row / mean).sqrt().recip();
                for ((u, g), c) in update.iter_mut().zip(gradient).zip(&column_factors) {
                    *u = g * row_factor * c;
                }
            }
        });
}

fn precondition_full(
    update: &mut [f32],
    gradient: &[f32],
    means: &mut [f32],
    beta: f32,
    epsilon: f32,
) {
    for ((u, g), mean) in update.iter_mut().zip(gradient).zip(means) {
        *mean = beta * *mean + (1.0 - beta) * (g * g + epsilon);
        *u = g * mean.sqrt().recip();
    }
}

/// Root of the mean square; the partial sums have fixed borders and are added in order.
fn rms(values: &[f32]) -> f64 {
    let square_sum = |chunk: &[f32]| chunk.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
    let partial: Vec<f64> = values.par_chunks(CHUNK).map(square_sum).collect();
    (partial.iter().sum::<f64>() / values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: &[f32], want: &[f64]) {
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(want) {
            assert!((f64::from(*got) - want).abs() < 2e-7, "{got} is not {want}");
        }
    }

    /// Two steps of a factored matrix, worked out in exact arithmetic.
    #[test]
    fn factored_golden() {
        let options = AdafactorOptions { min_dim_size_to_factor: 2, ..Default::default() };
        let mut optimizer = Adafactor::new(options);
        let mut values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
        let gradient = [0.1, -0.2, 0.3, 0.05, 0.4, -0.6];
        optimizer.update(0, 0.01, ("w", &[2, 3]), &mut values, &gradient);
        close(&values, &[0.0934217, 0.2032892, 0.2967108, 0.3982974, 0.4965949, 0.6034051]);
        optimizer.update(1, 0.01, ("w", &[2, 3]), &mut values, &gradient);
        close(&values, &[0.0868527, 0.2065737, 0.2934263, 0.3965973, 0.4931945, 0.6068055]);
    }

    /// Two steps of a vector, worked out in exact arithmetic.
    #[test]
    fn full_golden() {
        let mut optimizer = Adafactor::default();
        let mut values = [1.0, -0.5, 0.25];
        optimizer.update(0, 0.01, ("v", &[3]), &mut values, &[0.1, -0.2, 0.3]);
        close(&values, &[0.9933856, -0.4933856, 0.2433856]);
        optimizer.update(1, 0.01, ("v", &[3]), &mut values, &[0.4, 0.1, -0.3]);
        close(&values, &[0.9850702, -0.4976576, 0.2498318]);
    }

    /// Which axis is called the row does not change a factored update.
    #[test]
    fn transposed_matrices_get_transposed_updates() {
        let (height, width) = (128, 160);
        let value = |i: usize, j: usize| ((i * 7 + j * 3) % 11) as f32 / 11.0 - 0.4;
        let gradient = |i: usize, j: usize| ((i * 5 + j * 13) % 17) as f32 / 17.0 - 0.45;
        let fill = |f: &dyn Fn(usize, usize) -> f32, transposed: bool| -> Vec<f32> {
            let (rows, columns) = if transposed { (width, height) } else { (height, width) };
            let at = |i, j| if transposed { f(j, i) } else { f(i, j) };
            (0..rows * columns).map(|k| at(k / columns, k % columns)).collect()
        };
        let mut optimizer = Adafactor::default();
        let mut plain = fill(&value, false);
        let mut transposed = fill(&value, true);
        for step in 0..3 {
            let shape = [height, width];
            optimizer.update(step, 0.1, ("a", &shape), &mut plain, &fill(&gradient, false));
            let shape = [width, height];
            optimizer.update(step, 0.1, ("b", &shape), &mut transposed, &fill(&gradient, true));
        }
        for i in 0..height {
            for j in 0..width {
                let (a, b) = (plain[i * width + j], transposed[j * height + i]);
                assert!((a - b).abs() < 1e-6, "{a} {b} at {i}, {j}");
            }
        }
    }

    /// A row or a tensor without gradient must not become NaN.
    #[test]
    fn zero_gradients_change_nothing() {
        let mut optimizer = Adafactor::default();
        let mut values = vec![0.5; 128 * 128];
        optimizer.update(0, 0.01, ("w", &[128, 128]), &mut values, &vec![0.0; 128 * 128]);
        assert!(values.iter().all(|&v| v == 0.5));
    }
}
