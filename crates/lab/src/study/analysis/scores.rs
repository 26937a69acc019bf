//! Means and differences of arms, as values of a report.

use super::super::report::{Estimate, Value};
use super::super::results::{Marks, Results};
use super::super::statistics;
use ext5_core::Key;
use std::collections::{BTreeMap, BTreeSet};

/// An arm's mean score on some tasks, with its weight in a sum.
pub(super) struct Part<'a> {
    pub(super) weight: f64,
    pub(super) arm: usize,
    pub(super) tasks: &'a [String],
}

/// The draws of everything that a study resamples: the same ones in every report.
pub(super) fn key(results: &Results<'_>) -> Key {
    Key::new(0).name("study").name(&results.study.name)
}

/// What each example at each seed adds to a weighted sum of mean scores, times the number of tasks,
/// so that the mean over seeds, tasks and examples is the sum. At the seeds that all parts have;
/// nothing when there is none, or when the parts were not scored on the same examples.
pub(super) fn summed(results: &Results<'_>, parts: &[Part<'_>]) -> Option<Marks> {
    let tasks: BTreeSet<&String> = parts.iter().flat_map(|part| part.tasks).collect();
    let mut all = Marks::new();
    'seeds: for &seed in &results.preset.seeds {
        let mut sums: BTreeMap<&String, Vec<f64>> = BTreeMap::new();
        for Part { weight, arm, tasks: of } in parts {
            let weight = weight * tasks.len() as f64 / of.len() as f64;
            for task in *of {
                let Some(marks) = results.arms[*arm].marks(seed, task) else { continue 'seeds };
                let sum = sums.entry(task).or_insert_with(|| vec![0.0; marks.len()]);
                if sum.len() != marks.len() {
                    return None;
                }
                sum.iter_mut().zip(marks).for_each(|(sum, mark)| *sum += weight * mark);
            }
        }
        all.push(sums.into_values().collect());
    }
    (!all.is_empty() && !tasks.is_empty()).then_some(all)
}

/// A weighted sum of mean scores, with an interval for other examples and other seeds.
pub(super) fn contrast(results: &Results<'_>, parts: &[Part<'_>]) -> Option<Estimate> {
    statistics::estimate(&summed(results, parts)?, key(results))
}

/// The mean score of an arm.
pub(super) fn mean(results: &Results<'_>, arm: usize, tasks: &[String]) -> Option<Estimate> {
    contrast(results, &[Part { weight: 1.0, arm, tasks }])
}

/// By how much the first arm's mean score is above the second's.
pub(super) fn difference(
    results: &Results<'_>,
    arm: usize,
    than: usize,
    tasks: &[String],
) -> Option<Estimate> {
    let part = |arm, weight| Part { weight, arm, tasks };
    contrast(results, &[part(arm, 1.0), part(than, -1.0)])
}

/// A score in a table, linked to its runs; a hole where it is not there.
pub(super) fn score(results: &Results<'_>, arm: usize, tasks: &[String]) -> Value {
    match mean(results, arm, tasks) {
        Some(estimate) => number(results, estimate, false, &[arm], tasks),
        None => Value::Hole(results.arms[arm].hole(tasks)),
    }
}

/// A difference in a table.
pub(super) fn gain(results: &Results<'_>, arm: usize, than: usize, tasks: &[String]) -> Value {
    match difference(results, arm, than, tasks) {
        Some(estimate) => number(results, estimate, true, &[arm, than], tasks),
        None => Value::Hole(lacking(results, &[arm, than], tasks)),
    }
}

/// Why arms cannot be compared.
pub(super) fn lacking(results: &Results<'_>, arms: &[usize], tasks: &[String]) -> String {
    let lacking = arms.iter().find(|arm| mean(results, **arm, tasks).is_none());
    match lacking {
        Some(arm) => results.arms[*arm].hole(tasks),
        None => "no seed has all of them".to_owned(),
    }
}

/// An estimate in a table, linked to the runs that some arms scored on some tasks.
pub(super) fn number(
    results: &Results<'_>,
    estimate: Estimate,
    signed: bool,
    arms: &[usize],
    tasks: &[String],
) -> Value {
    let nodes = arms.iter().flat_map(|&arm| results.arms[arm].nodes(tasks));
    Value::Number {
        value: estimate.value,
        decimals: 1,
        signed,
        interval: estimate.interval,
        runs: nodes.map(|node| results.graph.nodes[node].key.short()).collect(),
    }
}

/// Groups of tasks with their names: those of the study, then all.
pub(super) fn groups(results: &Results<'_>) -> Vec<(String, Vec<String>)> {
    let names = results.study.groups.keys();
    let groups = names.map(|name| (name.clone(), results.group(Some(name))));
    groups.chain([("all tasks".to_owned(), results.tasks())]).collect()
}
