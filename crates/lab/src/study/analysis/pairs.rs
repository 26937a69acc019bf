//! Families trained in pairs, and alone.

use super::super::arms::ArmKind;
use super::super::file::Alone;
use super::super::report::Estimate;
use super::super::results::Results;
use super::scores::{Part, contrast};
use std::collections::BTreeMap;

/// Which arm is which.
pub(in crate::study) struct Pairs {
    pub(super) names: Vec<String>,
    /// The scored tasks of each family.
    pub(in crate::study) tasks: Vec<Vec<String>>,
    pairs: BTreeMap<(usize, usize), usize>,
    alone: BTreeMap<(usize, bool), usize>,
}

impl Pairs {
    pub(in crate::study) fn of(results: &Results<'_>) -> Self {
        let families = &results.preset.families;
        let scored = results.tasks();
        // Families are listed by name, as arms score them.
        let tasks = families.iter().map(|family| {
            let own = |task: &&String| family.tasks.contains(*task);
            scored.iter().filter(own).cloned().collect()
        });
        let mut pairs = Pairs {
            names: families.iter().map(|family| family.name.clone()).collect(),
            tasks: tasks.collect(),
            pairs: BTreeMap::new(),
            alone: BTreeMap::new(),
        };
        for (number, arm) in results.graph.arms.iter().enumerate() {
            match arm.kind {
                ArmKind::Pair { families: [first, second], .. } => {
                    pairs.pairs.insert((first, second), number);
                    pairs.pairs.insert((second, first), number);
                }
                ArmKind::Alone { family, given, .. } => {
                    pairs.alone.insert((family, given == Alone::EqualData), number);
                }
                _ => {}
            }
        }
        pairs
    }

    /// How many families there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The arm of two families.
    pub(in crate::study) fn pair(&self, one: usize, other: usize) -> Option<usize> {
        self.pairs.get(&(one, other)).copied()
    }

    /// The arm of a family alone.
    pub(in crate::study) fn alone(&self, family: usize, given: Alone) -> Option<usize> {
        self.alone.get(&(family, given == Alone::EqualData)).copied()
    }

    /// All ordered pairs of a partner and the family that is scored.
    pub(in crate::study) fn cells(&self) -> Vec<(usize, usize)> {
        let all = (0..self.len()).flat_map(|partner| (0..self.len()).map(move |of| (partner, of)));
        all.filter(|(partner, of)| partner != of).collect()
    }

    /// What a weight of a partner's effect on a family is made of: its score with the partner, less
    /// that alone.
    pub(super) fn effect(
        &self,
        (partner, of): (usize, usize),
        given: Alone,
        weight: f64,
    ) -> Option<[Part<'_>; 2]> {
        let tasks = &self.tasks[of];
        let (pair, alone) = (self.pair(partner, of)?, self.alone(of, given)?);
        Some([Part { weight, arm: pair, tasks }, Part { weight: -weight, arm: alone, tasks }])
    }

    /// The mean effect of a family on the others.
    pub(super) fn mean_effect(
        &self,
        results: &Results<'_>,
        partner: usize,
        given: Alone,
    ) -> Option<Estimate> {
        let others = self.cells().into_iter().filter(|cell| cell.0 == partner);
        let weight = 1.0 / (self.len().max(2) - 1) as f64;
        let parts =
            others.map(|cell| self.effect(cell, given, weight)).collect::<Option<Vec<_>>>()?;
        contrast(results, &parts.into_iter().flatten().collect::<Vec<_>>())
    }
}
