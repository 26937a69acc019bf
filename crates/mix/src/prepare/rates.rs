//! Which tasks a recipe mixes, and the rates that follow from their sizes.

use super::PrepareError;
use crate::rate::{self, RateError, Rule, Size};
use crate::recipe::{Group, Mixture, RateKeys, TaskRate};
use ext5_core::config::nearest;
use ext5_task::{Registry, Task};
use std::collections::BTreeMap;

/// The tasks of a recipe's mixture, group by group.
pub(super) struct Selection<'a> {
    name: &'a str,
    rate: Option<f64>,
    tasks: Vec<(&'a Task, Rate)>,
    groups: Vec<Selection<'a>>,
}

/// How a task's rate in a group is found.
#[derive(Clone, Copy)]
enum Rate {
    Constant(f64),
    BySize(Rule),
}

/// The keys of single tasks, from the outermost group to the innermost.
type Own<'a> = Vec<&'a BTreeMap<String, TaskRate>>;

impl<'a> Selection<'a> {
    /// The tasks that `mixture` names.
    pub(super) fn new(mixture: &'a Mixture, registry: &'a Registry) -> Result<Self, PrepareError> {
        let Mixture { tasks, task, group, .. } = mixture;
        Selection::level(("", None), tasks, mixture.rule(), vec![task], group, registry)
    }

    fn level(
        (name, rate): (&'a str, Option<f64>),
        patterns: &[String],
        rule: Rule,
        own: Own<'a>,
        groups: &'a [Group],
        registry: &'a Registry,
    ) -> Result<Self, PrepareError> {
        let selected = if patterns.is_empty() { Vec::new() } else { registry.select(patterns)? };
        let rate_of = |task: &Task| match own.iter().rev().find_map(|tasks| tasks.get(&task.name)) {
            Some(TaskRate { rate: Some(rate), .. }) => Rate::Constant(*rate),
            Some(keys) => Rate::BySize(keys.rule(rule)),
            None => Rate::BySize(rule),
        };
        let tasks = selected.into_iter().map(|task| (task, rate_of(task))).collect();
        let below = |group: &'a Group| {
            let mut own = own.clone();
            own.push(&group.task);
            let about = (group.name.as_str(), group.rate);
            Selection::level(about, &group.tasks, group.rule(rule), own, &group.group, registry)
        };
        let groups = groups.iter().map(below).collect::<Result<_, _>>()?;
        let selection = Selection { name, rate, tasks, groups };
        selection.check(own.last().copied())?;
        Ok(selection)
    }

    /// Refuses keys for tasks that are not there.
    fn check(&self, own: Option<&BTreeMap<String, TaskRate>>) -> Result<(), PrepareError> {
        let known = self.all();
        for name in own.into_iter().flat_map(BTreeMap::keys) {
            if !known.contains_key(name.as_str()) {
                return Err(PrepareError::NotMixed {
                    name: name.clone(),
                    nearest: nearest(name, known.keys().copied()).map(str::to_owned),
                });
            }
        }
        Ok(())
    }

    /// Every task once, by name.
    pub(super) fn all(&self) -> BTreeMap<&'a str, &'a Task> {
        let own = self.tasks.iter().map(|&(task, _)| (task.name.as_str(), task));
        own.chain(self.groups.iter().flat_map(Selection::all)).collect()
    }

    /// The rate of every task, given their sizes.
    pub(super) fn rates(
        &self,
        size: &dyn Fn(&str) -> Size,
    ) -> Result<BTreeMap<String, f64>, RateError> {
        let whole = self.group(size)?;
        let leaves = whole.leaves()?;
        Ok(leaves.into_iter().map(|(task, rate)| (task.to_owned(), rate)).collect())
    }

    fn group(&self, size: &dyn Fn(&str) -> Size) -> Result<rate::Group, RateError> {
        let rate = |&(task, rate): &(&Task, Rate)| {
            let rate = match rate {
                Rate::Constant(rate) => rate,
                Rate::BySize(rule) => rule.rate(size(&task.name))?,
            };
            Ok((task.name.clone(), rate))
        };
        Ok(rate::Group {
            name: self.name.to_owned(),
            rate: self.rate,
            tasks: self.tasks.iter().map(rate).collect::<Result<_, _>>()?,
            groups: self.groups.iter().map(|group| group.group(size)).collect::<Result<_, _>>()?,
        })
    }

    /// The cap that a task's rate follows from, where it follows from a single one.
    pub(super) fn cap(&self, task: &str) -> Option<f64> {
        let mut rates = Vec::new();
        self.collect(task, &mut rates);
        match rates[..] {
            [Rate::BySize(rule)] => Some(rule.cap).filter(|cap| cap.is_finite()),
            _ => None,
        }
    }

    fn collect(&self, task: &str, rates: &mut Vec<Rate>) {
        rates.extend(self.tasks.iter().filter(|(of, _)| of.name == task).map(|&(_, rate)| rate));
        for group in &self.groups {
            group.collect(task, rates);
        }
    }
}
