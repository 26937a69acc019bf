//! Means over seeds, tasks and examples.

use super::report::Estimate;
use ext5_core::Key;
use ext5_eval::statistics::{Bootstrap, mean};

/// The mean over seeds, tasks and examples, with a bootstrap over seeds and examples.
pub(super) fn estimate(marks: &[Vec<Vec<f64>>], key: Key) -> Option<Estimate> {
    let whole = value(marks)?;
    let draws = draws(marks, key);
    let mut draws = draws.into_iter();
    let interval = Bootstrap::new(key).interval(1, |_| draws.next().unwrap_or(whole));
    Some(Estimate { value: whole, interval: Some(interval) })
}

fn value(marks: &[Vec<Vec<f64>>]) -> Option<f64> {
    let seeds: Option<Vec<f64>> = marks
        .iter()
        .map(|tasks| mean(&tasks.iter().filter_map(|task| mean(task)).collect::<Vec<_>>()))
        .collect();
    mean(&seeds?)
}

fn draws(marks: &[Vec<Vec<f64>>], key: Key) -> Vec<f64> {
    let tasks = marks.first().map_or(0, Vec::len);
    (0..1000)
        .map(|resample| {
            let mut rng = key.index(resample).rng();
            let seeds: Vec<usize> =
                marks.iter().map(|_| rng.below(marks.len() as u64) as usize).collect();
            let mut sum = 0.0;
            for task in 0..tasks {
                let n = marks[0][task].len();
                let examples: Vec<usize> = (0..n).map(|_| rng.below(n as u64) as usize).collect();
                for &seed in &seeds {
                    sum += examples.iter().map(|&e| marks[seed][task][e]).sum::<f64>() / n as f64;
                }
            }
            sum / (tasks * seeds.len()) as f64
        })
        .collect()
}

/// Two-sided p-value.
pub(super) fn p_value(marks: &[Vec<Vec<f64>>], key: Key) -> Option<f64> {
    value(marks)?;
    let draws = draws(marks, key);
    let below = draws.iter().filter(|d| **d <= 0.0).count() as f64 / draws.len() as f64;
    Some((2.0 * below.min(1.0 - below)).min(1.0))
}

/// Holm's correction.
pub(super) fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least: f64 = 0.0;
    for (rank, index) in order.into_iter().enumerate() {
        least = least.max(((p_values.len() - rank) as f64 * p_values[index]).min(1.0));
        adjusted[index] = least;
    }
    adjusted
}
