//! Nested mixtures: groups of tasks and of other groups, with a rate each.

use super::RateError;
use std::collections::BTreeMap;

/// Tasks and groups that are mixed together, as `seqio` nests mixtures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// For people, and errors.
    pub name: String,
    /// What its members' rates together come to in the group around it. Without one they count
    /// there as they are.
    pub rate: Option<f64>,
    /// Its tasks with their rates.
    pub tasks: Vec<(String, f64)>,
    /// The groups in it.
    pub groups: Vec<Group>,
}

impl Group {
    /// The rate of every task in the group and the groups below: the sum of its own rate and, for
    /// each group in this one, that group's rate · the task's rate in it / the total of rates in it.
    /// A task that several groups have comes once, with the sum.
    ///
    /// # Errors
    /// When a rate is impossible, or there is nothing to share a group's rate among.
    pub fn leaves(&self) -> Result<BTreeMap<&str, f64>, RateError> {
        let mut leaves = BTreeMap::new();
        for (task, rate) in &self.tasks {
            *leaves.entry(task.as_str()).or_default() += rate;
        }
        for group in &self.groups {
            let below = group.leaves()?;
            let factor = match group.rate {
                None => 1.0,
                Some(rate) => group.factor(rate, below.values().sum())?,
            };
            for (task, rate) in below {
                *leaves.entry(task).or_default() += rate * factor;
            }
        }
        Ok(leaves)
    }

    fn factor(&self, rate: f64, total: f64) -> Result<f64, RateError> {
        if !(rate.is_finite() && rate >= 0.0) {
            return Err(RateError::GroupRate { name: self.name.clone(), rate });
        }
        match (rate, total) {
            (0.0, _) => Ok(0.0),
            (_, 0.0) => Err(RateError::EmptyGroup(self.name.clone())),
            _ => Ok(rate / total),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, rate: Option<f64>, tasks: &[(&str, f64)], groups: Vec<Group>) -> Group {
        let tasks = tasks.iter().map(|&(task, rate)| (task.to_owned(), rate)).collect();
        Group { name: name.to_owned(), rate, tasks, groups }
    }

    #[test]
    fn rates_of_groups_are_shared_and_added() {
        let deep = group("deep", Some(4.0), &[("b", 1.0), ("c", 1.0)], Vec::new());
        let inner = group("inner", Some(9.0), &[("a", 2.0)], vec![deep]);
        let whole = group("", None, &[("a", 5.0), ("d", 0.0)], vec![inner]);
        // In `inner`: a 2, b 2, c 2, of 6 in all.
        let leaves: Vec<_> = whole.leaves().unwrap().into_iter().collect();
        assert_eq!(leaves, [("a", 8.0), ("b", 3.0), ("c", 3.0), ("d", 0.0)]);
    }

    #[test]
    fn without_a_rate_members_count_as_they_are() {
        let inner = group("inner", None, &[("a", 2.0), ("b", 3.0)], Vec::new());
        let whole = group("", None, &[("a", 5.0)], vec![inner]);
        assert_eq!(whole.leaves().unwrap().into_values().collect::<Vec<_>>(), [7.0, 3.0]);
    }

    #[test]
    fn impossible_groups_are_refused() {
        let of = |rate, member| {
            let inner = group("inner", Some(rate), &[("a", member)], Vec::new());
            group("", None, &[("b", 1.0)], vec![inner]).leaves().map(|leaves| leaves["a"])
        };
        assert_eq!(of(1.0, 0.0), Err(RateError::EmptyGroup("inner".to_owned())));
        assert!(matches!(of(-1.0, 1.0), Err(RateError::GroupRate { .. })));
        assert!(matches!(of(f64::INFINITY, 1.0), Err(RateError::GroupRate { .. })));
        assert_eq!(of(0.0, 0.0), Ok(0.0));
    }
}
