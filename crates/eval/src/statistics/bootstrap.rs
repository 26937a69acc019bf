//! Percentile intervals by resampling examples.

use super::Interval;
use ext5_core::Key;

/// The percentile bootstrap over examples (Efron 1979): it serves any statistic of a sample, also
/// those that are no means. The same key draws the same resamples, so that intervals can be made
/// again, and two systems on the same examples can be compared by bootstrapping their difference.
#[derive(Clone, Copy, Debug)]
pub struct Bootstrap {
    /// Number of resamples.
    pub resamples: u32,
    /// The interval's nominal coverage, between 0 and 1.
    pub confidence: f64,
    /// Names the random draws.
    pub key: Key,
}

impl Bootstrap {
    /// 1,000 resamples, 95 %.
    pub fn new(key: Key) -> Self {
        Bootstrap { resamples: 1000, confidence: 0.95, key }
    }

    /// The interval of a statistic of `n` examples. `statistic` gets the numbers of the examples
    /// of one resample, `n` of `0..n` with repetition. The ends are interpolated linearly between
    /// the resamples' values, as NumPy does by default.
    pub fn interval(&self, n: usize, mut statistic: impl FnMut(&[usize]) -> f64) -> Interval {
        let mut sample = vec![0; n];
        let mut values: Vec<f64> = (0..u64::from(self.resamples.max(1)))
            .map(|resample| {
                let mut rng = self.key.index(resample).rng();
                sample.fill_with(|| rng.below(n as u64) as usize);
                statistic(&sample)
            })
            .collect();
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - self.confidence.clamp(0.0, 1.0)) / 2.0;
        Interval { low: quantile(&values, tail), high: quantile(&values, 1.0 - tail) }
    }

    /// What an interval over such units is, in words for a report.
    pub fn describe(&self, units: &str) -> String {
        format!(
            "{} % percentile bootstrap over {units}, {} resamples",
            100.0 * self.confidence,
            self.resamples
        )
    }
}

/// The quantile of sorted values, at least one, between the two nearest of them.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let (below, above) = (position.floor() as usize, position.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::super::mean_interval;
    use super::*;

    /// For the mean of many values the bootstrap must agree with theory, up to its own noise.
    #[test]
    fn agrees_with_theory_for_means() {
        let mut rng = Key::new(1).rng();
        let values: Vec<f64> = (0..400).map(|_| rng.normal()).collect();
        let theory = mean_interval(&values, 0.95).unwrap();
        let bootstrap = Bootstrap { resamples: 4000, ..Bootstrap::new(Key::new(2)) };
        let found = bootstrap.interval(values.len(), |sample| {
            sample.iter().map(|&i| values[i]).sum::<f64>() / sample.len() as f64
        });
        assert!((found.low - theory.low).abs() < 0.01, "{found:?} {theory:?}");
        assert!((found.high - theory.high).abs() < 0.01, "{found:?} {theory:?}");
    }

    #[test]
    fn is_a_function_of_the_key() {
        let interval = |seed| {
            Bootstrap::new(Key::new(seed))
                .interval(50, |sample| sample.iter().map(|&i| i as f64).sum())
        };
        assert_eq!(interval(1), interval(1));
        assert_ne!(interval(1), interval(2));
    }

    #[test]
    fn quantiles_are_interpolated() {
        assert_eq!(quantile(&[0.0, 1.0, 2.0, 10.0], 0.5), 1.5);
        assert_eq!(quantile(&[3.0], 0.975), 3.0);
    }
}
