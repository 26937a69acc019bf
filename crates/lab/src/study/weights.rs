//! Rates of tasks by other rules than a recipe's.

use super::StudyError;
use super::graph::{Graph, Rates};
use super::place::Place;
use crate::error::LabError;
use crate::runs::{Event, Watch};
use ext5_mix::Prepared;
use ext5_mix::mixture::{Entry, EntryKind};
use ext5_train::log::{self, Line, Tallies, Tally};
use ext5_train::recipe::Recipe;
use std::collections::BTreeMap;

/// Gives every task of a recipe its rate.
pub(super) fn set(
    recipe: &mut Recipe,
    rates: Rates,
    graph: &Graph,
    place: &Place,
    watch: Watch<'_>,
) -> Result<(), StudyError> {
    let prepared =
        Prepared::new(&recipe.stream(), &mut |name, rows| watch(Event::Caching(name, rows)))?;
    let size = |entry: &Entry| match &entry.kind {
        EntryKind::Supervised { store, .. } => Some((entry.name.clone(), store.examples())),
        EntryKind::Denoising { .. } => None,
    };
    let sizes: BTreeMap<String, u64> = prepared.mixture.entries().iter().filter_map(size).collect();
    let found = match rates {
        Rates::Unimax { epochs } => {
            let examples =
                prepared.expected_examples(recipe.train.steps).map_err(LabError::from)?;
            let supervised = examples as f64 / (1.0 + recipe.mixture.r);
            unimax(&sizes, supervised, epochs)
        }
        Rates::Excess { even, own } => {
            let losses = |node: usize| held_out(&place.folder(&graph.nodes[node]));
            let (even, own) = (losses(even)?, losses(own)?);
            let loss = |of: &Tallies, task: &String| {
                of.get(task).map(Tally::loss).filter(|loss| loss.is_finite())
            };
            let rate = |task: &String| {
                let excess = loss(&even, task).zip(loss(&own, task)).map(|(even, own)| even - own);
                // Clipped at 0, as DoReMi's.
                excess.unwrap_or(0.0).max(0.0).exp()
            };
            sizes.keys().map(|task| (task.clone(), rate(task))).collect()
        }
    };
    for (task, rate) in found {
        recipe.mixture.task.entry(task).or_default().rate = Some(rate);
    }
    Ok(())
}

/// UniMax (Chung et al. 2023): the budget is shared evenly, but nothing gets more than so many epochs
/// of it; what the small ones leave goes to the larger ones. `sizes` are in examples, as the budget.
fn unimax(sizes: &BTreeMap<String, u64>, budget: f64, epochs: f64) -> BTreeMap<String, f64> {
    let mut by_size: Vec<(&String, u64)> = sizes.iter().map(|(task, &size)| (task, size)).collect();
    by_size.sort_by_key(|&(_, size)| size);
    let mut left = budget;
    let mut shares = BTreeMap::new();
    for (index, (task, size)) in by_size.iter().enumerate() {
        let even = left / (by_size.len() - index) as f64;
        let share = even.min(*size as f64 * epochs);
        left -= share;
        shares.insert((*task).clone(), share);
    }
    shares
}

/// The last held-out losses of a run.
fn held_out(run: &std::path::Path) -> Result<Tallies, StudyError> {
    let lines = log::read(run).map_err(StudyError::file(run))?;
    let last = lines.into_iter().rev().find_map(|line| match line {
        Line::Evaluation { entries, .. } => Some(entries),
        _ => None,
    });
    last.ok_or_else(|| {
        StudyError::file(run)(std::io::Error::other("no held-out losses in the log"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(sizes: &[u64], budget: f64, epochs: f64) -> Vec<f64> {
        let named = sizes.iter().enumerate().map(|(i, &size)| (i.to_string(), size)).collect();
        unimax(&named, budget, epochs).into_values().collect()
    }

    #[test]
    fn small_tasks_leave_their_share_to_the_large() {
        // Even is 100 each: the first may have 2 · 10, the second 2 · 40, the third the rest.
        assert_eq!(shares(&[10, 40, 5_000], 300.0, 2.0), [20.0, 80.0, 200.0]);
        assert_eq!(shares(&[10, 40, 50], 30.0, 2.0), [10.0, 10.0, 10.0]);
    }

    #[test]
    fn a_budget_that_nothing_can_take_is_left() {
        assert_eq!(shares(&[10, 20], 1_000.0, 1.0), [10.0, 20.0]);
    }
}
