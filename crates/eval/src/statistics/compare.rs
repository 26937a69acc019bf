//! Two systems on the same examples, each with one seed or several.

use super::{Bootstrap, Interval, SignFlip, mean, sign_flip};

/// How much better one system is than another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The first system's mean less the second's.
    pub difference: f64,
    /// Where the difference may lie for other examples.
    pub interval: Interval,
    /// The paired sign-flip test of the difference.
    pub test: SignFlip,
}

/// Compares two systems by one value for each example and run: `first` and `second` have one list
/// for each seed, all over the same examples in the same order. A baseline that does not depend on
/// a seed is a system with one run. None if the lists' lengths differ or there are no examples.
///
/// The examples' means over the seeds are compared, so that an example counts once however many
/// seeds saw it. Two other ways are often seen and wrong: McNemar's test on the outcomes of all
/// seeds in one heap takes an example that three seeds saw for three examples, and Fisher's
/// combination of one p-value a seed takes the seeds for independent studies though they share
/// the examples; both claim more than the data say. What is found here holds for new examples and
/// these seeds; how much seeds vary, [`mean_interval`](super::mean_interval) over their scores
/// says.
pub fn compare(
    first: &[Vec<f64>],
    second: &[Vec<f64>],
    permutations: u32,
    bootstrap: &Bootstrap,
) -> Option<Comparison> {
    let (first, second) = (over_seeds(first)?, over_seeds(second)?);
    if first.len() != second.len() {
        return None;
    }
    let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a - b).collect();
    Some(Comparison {
        difference: mean(&differences)?,
        interval: bootstrap.interval(differences.len(), |sample| {
            sample.iter().map(|&i| differences[i]).sum::<f64>() / sample.len() as f64
        }),
        test: sign_flip(&differences, permutations, bootstrap.key.name("sign flip")),
    })
}

/// Each example's mean over seeds; none if there are no runs or their lengths differ.
fn over_seeds(runs: &[Vec<f64>]) -> Option<Vec<f64>> {
    let examples = runs.first()?.len();
    let mean =
        |example| runs.iter().map(|run: &Vec<f64>| run[example]).sum::<f64>() / runs.len() as f64;
    let same = runs.iter().all(|run| run.len() == examples);
    same.then(|| (0..examples).map(mean).collect())
}

#[cfg(test)]
mod tests {
    use super::super::mcnemar;
    use super::*;
    use ext5_core::Key;

    #[test]
    fn averages_examples() {
        assert_eq!(over_seeds(&[vec![1.0, 0.0], vec![0.0, 0.0]]), Some(vec![0.5, 0.0]));
        assert_eq!(over_seeds(&[vec![1.0, 0.0], vec![0.0]]), None);
        assert_eq!(over_seeds(&[]), None);
    }

    /// Seeds that agree on every example add no evidence; one heap of outcomes says they do.
    #[test]
    fn equal_seeds_are_not_more_examples() {
        let run: Vec<f64> = (0..14).map(|i| f64::from(u8::from(i < 10))).collect();
        let baseline = [run.iter().map(|right| 1.0 - right).collect()];
        let bootstrap = Bootstrap::new(Key::new(1));
        let one = compare(std::slice::from_ref(&run), &baseline, 0, &bootstrap).unwrap();
        let three = compare(&[run.clone(), run.clone(), run.clone()], &baseline, 0, &bootstrap);
        assert_eq!(three.map(|three| three.test), Some(one.test));
        assert!((one.difference - 6.0 / 14.0).abs() < 1e-12);
        assert!(one.interval.low < one.difference && one.difference < one.interval.high);
        let heap = run.iter().zip(&baseline[0]).cycle().take(3 * run.len());
        assert!(mcnemar(heap.map(|(&a, &b)| (a > 0.5, b > 0.5))).p < one.test.p / 5.0);
    }

    #[test]
    fn other_examples_cannot_be_compared() {
        let bootstrap = Bootstrap::new(Key::new(1));
        let none = |first: &[Vec<f64>], second: &[Vec<f64>]| {
            compare(first, second, 0, &bootstrap).is_none()
        };
        assert!(none(&[vec![1.0]], &[vec![1.0, 0.0]]));
        assert!(none(&[vec![1.0], vec![]], &[vec![1.0]]));
        assert!(none(&[vec![]], &[vec![]]));
        assert!(none(&[], &[]));
    }
}
