//! The smallest effect that a budget can show.
//!
//! A difference of two arms' mean scores has two sources of noise: which seeds were taken and which
//! examples. With standard deviation s over seeds of the difference, and e over a task's examples of
//! the difference's mean over seeds, its variance is s² / seeds + e² / (tasks · examples). An effect is
//! called detectable where a two-sided test at 5 % finds it four times in five: 1.96 + 0.84 standard
//! errors (Cohen 1988).

use super::analysis::Pairs;
use super::file::{Alone, Claim, Test};
use super::plan::ClaimPlan;
use super::results::{Marks, Results};
use ext5_eval::statistics::mean;

/// Standard errors at which a test at 5 % finds an effect in four of five studies.
const POWER: f64 = 0.8416;
const TWO_SIDED: f64 = 1.9600;

/// Standard deviations of a difference of two arms, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    /// Over seeds, of the mean over tasks.
    seeds: f64,
    /// Over the examples of a task, of the mean over seeds.
    examples: f64,
    /// From how many differences they were measured; none are assumed.
    measured: usize,
}

/// What differences on the world's probe tasks had in quickstarts: 1.2 over seeds, and 7 to 32 over
/// the examples of a task.
const ASSUMED: Spread = Spread { seeds: 1.2, examples: 21.0, measured: 0 };

impl Spread {
    /// From the differences that there are, where there are some.
    pub(super) fn of(results: &Results<'_>) -> Spread {
        let families = Pairs::of(results);
        let found: Vec<(f64, f64)> = match families.cells()[..] {
            [] => {
                let tasks = results.tasks();
                let baseline = results.study.baseline.as_deref().and_then(|name| results.arm(name));
                let baseline = baseline.unwrap_or(0);
                let others = (0..results.arms.len()).filter(|arm| *arm != baseline);
                others
                    .filter_map(|arm| {
                        let both = results.together(&[arm, baseline], &tasks)?;
                        spread(&both[0], &both[1])
                    })
                    .collect()
            }
            ref cells => cells
                .iter()
                .filter_map(|&(partner, of)| {
                    let arms = [families.pair(partner, of)?, families.alone(of, Alone::EqualData)?];
                    let both = results.together(&arms, &families.tasks[of])?;
                    spread(&both[0], &both[1])
                })
                .collect(),
        };
        let root = |of: fn(&(f64, f64)) -> f64| {
            mean(&found.iter().map(of).collect::<Vec<_>>()).unwrap_or(0.0).sqrt()
        };
        let (seeds, examples) = (root(|one| one.0), root(|one| one.1));
        // Where all scores are equal, as at the floor, nothing was measured.
        match found.len() {
            measured if seeds > 0.0 || examples > 0.0 => Spread { seeds, examples, measured },
            _ => ASSUMED,
        }
    }

    /// The standard error of a difference.
    fn error(&self, seeds: usize, tasks: usize, examples: usize) -> f64 {
        let (seeds, examples) = (seeds.max(1) as f64, (tasks * examples).max(1) as f64);
        (self.seeds.powi(2) / seeds + self.examples.powi(2) / examples).sqrt()
    }
}

/// The variances over seeds and over examples of the difference of two arms; nothing with fewer than
/// two seeds.
fn spread(one: &Marks, other: &Marks) -> Option<(f64, f64)> {
    let seeds = one.len();
    let score = |tasks: &Vec<Vec<f64>>| {
        mean(&tasks.iter().filter_map(|task| mean(task)).collect::<Vec<_>>())
    };
    let by_seed: Vec<f64> = one
        .iter()
        .zip(other)
        .map(|(one, other)| Some(score(one)? - score(other)?))
        .collect::<Option<_>>()?;
    let mut of_tasks = Vec::new();
    for task in 0..one.first()?.len() {
        let examples = one[0][task].len();
        let difference = |example: usize| {
            let at = |marks: &Marks| marks.iter().map(|seed| seed[task][example]).sum::<f64>();
            (at(one) - at(other)) / seeds as f64
        };
        of_tasks.push(variance(&(0..examples).map(difference).collect::<Vec<_>>())?);
    }
    Some((variance(&by_seed)?, mean(&of_tasks)?))
}

/// The variance of a sample, with divisor n − 1.
fn variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| squares / (values.len() - 1) as f64)
}

/// What can be seen of a claim.
pub(super) fn detectable(results: &Results<'_>, spread: &Spread, claim: &Claim) -> ClaimPlan {
    let preset = results.preset;
    let (seeds, examples) = (preset.seeds.len(), preset.scored as usize);
    let none = |how: &str| (None, how.to_owned());
    let of = |tasks: usize, terms: f64, errors: f64| {
        // Twice as many arms make twice the variance.
        let effect = errors * spread.error(seeds, tasks, examples) * terms.sqrt();
        let source = match spread.measured {
            0 => "assumed".to_owned(),
            1 => "measured on one difference".to_owned(),
            n => format!("measured on {n} differences"),
        };
        let how = format!(
            "{tasks} tasks of {examples} examples, {seeds} seeds; standard deviations {:.1} over \
             seeds and {:.0} over examples, {source}",
            spread.seeds, spread.examples
        );
        (Some(effect), how)
    };
    let tasks = results.tasks().len();
    let family = preset.families.first().map_or(1, |family| family.tasks.len());
    let others = preset.families.len().saturating_sub(1);
    let (detectable, how) = match &claim.test {
        Test::Better { on, .. } => {
            let tasks = results.group(on.as_deref()).len();
            of(tasks, 1.0, TWO_SIDED + POWER)
        }
        Test::Above { .. } | Test::Rises { .. } => of(tasks, 1.0, TWO_SIDED + POWER),
        Test::Steeper { .. } => of(tasks, 2.0, TWO_SIDED + POWER),
        Test::Helps { .. } | Test::Hurts { .. } => of(others * family, 1.0, TWO_SIDED + POWER),
        Test::Loses { at: Alone::EqualData | Alone::EqualCompute } => {
            let cells = (others + 1) * others;
            let (effect, how) =
                of(family, 1.0, normal_quantile(0.025 / cells.max(1) as f64) + POWER);
            (effect, format!("of one cell among {cells}, Holm's first step; {how}"))
        }
        Test::Opposed => none("signs of correlations are counted"),
        Test::Foretells => none("a rank correlation over pairs, of which few leave it wide"),
    };
    ClaimPlan { text: claim.text.clone(), detectable, how }
}

/// The value that a standard normal exceeds with this probability, below a half (Abramowitz and Stegun
/// 1964, 26.2.23: off by at most 4.5e-4).
fn normal_quantile(tail: f64) -> f64 {
    let t = (-2.0 * tail.max(f64::MIN_POSITIVE).ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_tables() {
        for (tail, expected) in [(0.025, 1.96), (0.2, 0.8416), (0.025 / 56.0, 3.3217)] {
            assert!((normal_quantile(tail) - expected).abs() < 1e-3, "{tail}");
        }
    }

    #[test]
    fn more_seeds_and_examples_show_smaller_effects() {
        let error = |seeds, examples| ASSUMED.error(seeds, 4, examples);
        assert!((error(4, 100) - (1.44f64 / 4.0 + 441.0 / 400.0).sqrt()).abs() < 1e-12);
        assert!(error(8, 100) < error(4, 100) && error(4, 400) < error(4, 100));
    }

    #[test]
    fn spreads_by_hand() {
        // Two seeds, one task, two examples: the differences are 1, 3 and 5, 7.
        let one = vec![vec![vec![1.0, 3.0]], vec![vec![5.0, 7.0]]];
        let zero = vec![vec![vec![0.0, 0.0]], vec![vec![0.0, 0.0]]];
        // Over seeds 2 and 6: variance 8. Over examples 3 and 5: variance 2.
        assert_eq!(spread(&one, &zero), Some((8.0, 2.0)));
        assert_eq!(spread(&one[..1].to_vec(), &zero[..1].to_vec()), None);
    }
}
