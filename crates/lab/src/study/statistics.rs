//! Means over seeds, tasks and examples, with what other seeds and examples might have given.
//!
//! Values come by seed, task and example. A resample draws as many seeds with repetition, and for each
//! task as many examples; the examples are the same for all drawn seeds, as all models answered the
//! same ones. A difference of arms is one value for each seed and example, so that it is paired over
//! both. Of n seeds, resamples vary too little by √((n − 1) / n), which is much for few: what the drawn
//! seeds change is stretched by as much (Efron and Tibshirani 1993, chapter 6).

use super::report::Estimate;
use ext5_core::{Key, Rng};
use ext5_eval::statistics::{Bootstrap, mean};

/// Resamples of an interval.
const RESAMPLES: u64 = 1_000;
/// Resamples of a p-value: enough for it to stay below 5 % when it is multiplied by dozens.
const FINE: u64 = 10_000;

/// The mean over seeds, tasks and examples, all tasks weighing the same, with the 95 % percentile
/// interval of a bootstrap over seeds and examples. Nothing without values. With one seed the interval
/// is for other examples alone.
pub(super) fn estimate(values: &[Vec<Vec<f64>>], key: Key) -> Option<Estimate> {
    let whole = whole(values)?;
    let mut draws = draws(values, key, RESAMPLES);
    let bootstrap = Bootstrap { resamples: RESAMPLES as u32, ..Bootstrap::new(key) };
    // The draws are made here; what is left to do is to take their quantiles.
    let interval = bootstrap.interval(1, |_| draws.next().unwrap_or(whole));
    Some(Estimate { value: whole, interval: Some(interval) })
}

/// The two-sided p-value of a mean of 0, by the share of resamples on the other side of it.
pub(super) fn p_value(values: &[Vec<Vec<f64>>], key: Key) -> Option<f64> {
    whole(values)?;
    let (mut below, mut above) = (0u64, 0u64);
    for draw in draws(values, key, FINE) {
        below += u64::from(draw <= 0.0);
        above += u64::from(draw >= 0.0);
    }
    // The sample itself is one of them: no p-value is 0.
    Some((2.0 * (below.min(above) + 1) as f64 / (FINE + 1) as f64).min(1.0))
}

/// Holm's correction (1979): p-values that may be compared with 5 % however many there are. In their
/// own order.
pub(super) fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|one, other| p_values[*one].total_cmp(&p_values[*other]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least: f64 = 0.0;
    for (rank, index) in order.into_iter().enumerate() {
        least = least.max(((p_values.len() - rank) as f64 * p_values[index]).min(1.0));
        adjusted[index] = least;
    }
    adjusted
}

/// The mean over seeds, tasks and examples.
fn whole(values: &[Vec<Vec<f64>>]) -> Option<f64> {
    let score = |tasks: &Vec<Vec<f64>>| {
        mean(&tasks.iter().map(|task| mean(task)).collect::<Option<Vec<_>>>()?)
    };
    mean(&values.iter().map(score).collect::<Option<Vec<_>>>()?)
}

/// The means of resamples.
fn draws(values: &[Vec<Vec<f64>>], key: Key, resamples: u64) -> impl Iterator<Item = f64> {
    let tasks = values.first().map_or(0, Vec::len);
    let all = values.len() as f64;
    let stretch = if values.len() > 1 { (all / (all - 1.0)).sqrt() } else { 1.0 };
    // By task and example, over all seeds.
    let totals: Vec<Vec<f64>> = (0..tasks)
        .map(|task| {
            let examples = values[0][task].len();
            let total = |example: usize| values.iter().map(|seed| seed[task][example]).sum();
            (0..examples).map(total).collect()
        })
        .collect();
    (0..resamples).map(move |resample| {
        let mut rng = key.index(resample).rng();
        let seeds: Vec<&Vec<Vec<f64>>> =
            (0..values.len()).map(|_| &values[below(&mut rng, values.len())]).collect();
        let of_task = |task: usize, rng: &mut Rng| {
            let examples = values[0][task].len();
            let sum: f64 = (0..examples)
                .map(|_| {
                    let example = below(rng, examples);
                    let drawn = seeds.iter().map(|seed| seed[task][example]).sum::<f64>();
                    let whole = totals[task][example];
                    whole + stretch * (drawn - whole)
                })
                .sum();
            sum / (examples * seeds.len()) as f64
        };
        (0..tasks).map(|task| of_task(task, &mut rng)).sum::<f64>() / tasks as f64
    })
}

fn below(rng: &mut Rng, count: usize) -> usize {
    rng.below(count as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values with a spread over seeds and one over examples: the interval must know of both.
    fn sample(
        seeds: usize,
        examples: usize,
        of_seeds: f64,
        of_examples: f64,
    ) -> Vec<Vec<Vec<f64>>> {
        let mut rng = Key::new(7).rng();
        let noise: Vec<f64> = (0..examples).map(|_| of_examples * rng.normal()).collect();
        let mut seed = || {
            let shift = of_seeds * rng.normal();
            vec![noise.iter().map(|noise| 10.0 + shift + noise).collect()]
        };
        (0..seeds).map(|_| seed()).collect()
    }

    fn width(values: &[Vec<Vec<f64>>]) -> f64 {
        let interval = estimate(values, Key::new(1)).unwrap().interval.unwrap();
        interval.high - interval.low
    }

    #[test]
    fn intervals_are_those_of_theory() {
        // 2 · 1.96 · e / √n, 1,000 examples and no difference between seeds.
        let examples = width(&sample(20, 1_000, 0.0, 5.0));
        assert!((examples / (2.0 * 1.96 * 5.0 / 1_000f64.sqrt()) - 1.0).abs() < 0.12, "{examples}");
        // The same for 50 seeds and no difference between examples.
        let seeds = width(&sample(50, 10, 5.0, 0.0));
        assert!((seeds / (2.0 * 1.96 * 5.0 / 50f64.sqrt()) - 1.0).abs() < 0.2, "{seeds}");
        // Of three seeds 0, 3, 6 the standard error is √3; the bootstrap's alone would be √2.
        let three: Vec<_> = [0.0, 3.0, 6.0].map(|value| vec![vec![value]]).to_vec();
        let all: Vec<f64> = draws(&three, Key::new(1), 4_000).collect();
        let error = (all.iter().map(|draw| (draw - 3.0).powi(2)).sum::<f64>() / 4_000.0).sqrt();
        assert!((error - 3f64.sqrt()).abs() < 0.05, "{error}");
        // Together they add up as squares.
        let both = width(&sample(50, 1_000, 5.0, 0.0)).hypot(examples);
        assert!(width(&sample(50, 1_000, 5.0, 5.0)) / both < 1.2);
    }

    #[test]
    fn tasks_weigh_the_same_whatever_their_size() {
        let values = vec![vec![vec![0.0; 10], vec![6.0; 2]]];
        let found = estimate(&values, Key::new(1)).unwrap();
        assert_eq!((found.value, found.interval.unwrap().low), (3.0, 3.0));
        assert_eq!(estimate(&[], Key::new(1)), None);
        assert_eq!(estimate(&[vec![vec![]]], Key::new(1)), None);
    }

    #[test]
    fn p_values_fall_with_the_effect() {
        let shifted = |by: f64| {
            let mut values = sample(6, 200, 0.5, 20.0);
            values.iter_mut().flatten().flatten().for_each(|value| *value += by - 10.0);
            p_value(&values, Key::new(3)).unwrap()
        };
        assert!(shifted(0.0) > 0.05 && shifted(12.0) < 0.001, "{} {}", shifted(0.0), shifted(12.0));
        assert!(shifted(12.0) * 56.0 < 0.05, "fine enough for a matrix");
    }

    #[test]
    fn holm_by_hand() {
        assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
        assert_eq!(holm(&[0.9, 0.9]), [1.0, 1.0]);
        assert_eq!(holm(&[]), [0.0; 0]);
    }
}
