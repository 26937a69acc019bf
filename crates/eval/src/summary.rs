//! From marks to numbers with their intervals.

use crate::metrics::{BleuTokens, Marks};
use crate::result::{Difference, MetricValue};
use crate::statistics::{Bootstrap, mcnemar, randomisation, sign_flip};
use ext5_task::Metric;

/// Permutations that a sign-flip test draws.
const PERMUTATIONS: u32 = 10_000;

/// Exchanges that a randomisation test draws.
const EXCHANGES: u32 = 1_000;

/// The value of a metric with its interval. `by` says how the answers came about.
pub(crate) fn value(metric: Metric, marks: &Marks, by: &str, bootstrap: &Bootstrap) -> MetricValue {
    let n = marks.len();
    let interval = bootstrap.interval(n, |sample| marks.over(sample));
    let over = match metric {
        Metric::Bleu13a => format!("over all texts at once; {}", BleuTokens::V13a.signature()),
        Metric::BleuIntl => format!("over all texts at once; {}", BleuTokens::Intl.signature()),
        _ if marks.each().is_some() => format!("mean over {}", marks.units()),
        _ => "over all examples at once".to_owned(),
    };
    MetricValue {
        name: metric.name().to_owned(),
        value: marks.value(),
        low: interval.low,
        high: interval.high,
        n,
        how: format!("{by}; {over}; {}", bootstrap.describe(marks.units())),
    }
}

/// How much better the first system is than the second, on the same examples in the same order.
pub(crate) fn difference(
    metric: Metric,
    first: &Marks,
    second: &Marks,
    bootstrap: &Bootstrap,
) -> Difference {
    let interval =
        bootstrap.interval(first.len(), |sample| first.over(sample) - second.over(sample));
    let test = match first.each().zip(second.each()) {
        Some(pair) => Some(test(pair, bootstrap)),
        None => first.joined(second).map(|both| (exchange(&both, bootstrap), EXCHANGED)),
    };
    let described = test.map_or("no test: the systems were not marked alike", |(_, name)| name);
    Difference {
        name: metric.name().to_owned(),
        value: first.value() - second.value(),
        low: interval.low,
        high: interval.high,
        p: test.map(|(p, _)| p),
        how: format!("same resamples for both, {}; {described}", bootstrap.describe(first.units())),
    }
}

const EXCHANGED: &str = "paired randomisation test, two-sided, 1000 random exchanges";

/// The p-value of the difference between two systems in a metric that is no mean, of their marks one
/// after the other.
fn exchange(both: &Marks, bootstrap: &Bootstrap) -> f64 {
    let difference = |first: &[usize], second: &[usize]| both.over(first) - both.over(second);
    randomisation(both.len() / 2, EXCHANGES, bootstrap.key.name("randomisation"), difference)
}

/// The p-value of a paired test that suits the values, and its name.
fn test((first, second): (&[f64], &[f64]), bootstrap: &Bootstrap) -> (f64, &'static str) {
    let outcomes = first.iter().chain(second).all(|&value| value == 0.0 || value == 100.0);
    if outcomes {
        let pairs = first.iter().zip(second).map(|(&a, &b)| (a > 0.0, b > 0.0));
        return (mcnemar(pairs).p, "exact McNemar test, two-sided");
    }
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let found = sign_flip(&differences, PERMUTATIONS, bootstrap.key.name("sign flip"));
    let name = match found.exact {
        true => "paired sign-flip test, two-sided, all flips",
        false => "paired sign-flip test, two-sided, 10000 random flips",
    };
    (found.p, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ext5_core::Key;

    #[test]
    fn a_constant_metric_has_no_width() {
        let bootstrap = Bootstrap::new(Key::new(1));
        let found = value(Metric::Accuracy, &Marks::Each(vec![100.0; 9]), "test", &bootstrap);
        assert_eq!((found.value, found.low, found.high, found.n), (100.0, 100.0, 100.0, 9));
        assert_eq!(
            found.how,
            "test; mean over examples; 95 % percentile bootstrap over examples, 1000 resamples"
        );
    }

    #[test]
    fn the_test_suits_the_values() {
        let bootstrap = Bootstrap::new(Key::new(1));
        let zeros = Marks::Each(vec![0.0; 30]);
        let found = |marks: &Marks| difference(Metric::RougeL, marks, &zeros, &bootstrap);
        let outcomes = found(&Marks::Each(vec![100.0; 30]));
        assert!(outcomes.how.contains("McNemar") && outcomes.p.unwrap() < 1e-8);
        assert_eq!((outcomes.value, outcomes.low, outcomes.high), (100.0, 100.0, 100.0));
        let reals = found(&Marks::Each((0..30).map(f64::from).collect()));
        assert!(reals.how.contains("10000 random flips") && reals.p.unwrap() < 0.001);
        let group = |value| Marks::Groups { first: vec![0, 7], values: vec![value; 2] };
        let groups = difference(Metric::AllMatch, &group(100.0), &group(0.0), &bootstrap);
        assert!(groups.how.contains("bootstrap over groups of examples"), "{}", groups.how);
        let other = found(&Marks::Pearson(vec![(1.0, 1.0); 30]));
        assert!(other.p.is_none() && other.how.contains("no test"));
        let truths = || (0..30).map(|i| f64::from(i * 7 % 30));
        let marks =
            |other: fn(f64) -> f64| Marks::Pearson(truths().map(|t| (t, other(t))).collect());
        let right = marks(|t| t);
        let against =
            |other: &Marks| difference(Metric::Pearson, &right, other, &bootstrap).p.unwrap();
        assert!(against(&marks(|t| (t * 11.0) % 7.0)) < 0.01);
        assert_eq!(against(&right), 1.0);
    }
}
