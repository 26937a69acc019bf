//! The scores that there are, arm by arm, and why others are missing.

use super::arms::Arm;
use super::file::{Preset, Study};
use super::graph::{Cell, Graph, Score};
use super::place::Place;
use super::read::Opened;
use crate::runs::{majority, marks, mean_metric};
use ext5_eval::ResultFile;
use std::collections::{BTreeMap, BTreeSet};

/// Every example's mark, by seed and task: what statistics are made of.
pub(super) type Marks = Vec<Vec<Vec<f64>>>;

/// The scores of a study's arms.
pub(super) struct Results<'a> {
    pub(super) study: &'a Study,
    pub(super) preset: &'a Preset,
    pub(super) graph: &'a Graph,
    pub(super) place: &'a Place,
    /// Of each arm.
    pub(super) arms: Vec<ArmResults<'a>>,
    /// The metric that each task is compared by, and what its most frequent train answer scores.
    pub(super) metrics: BTreeMap<String, (String, Option<f64>)>,
}

/// The scores of an arm.
pub(super) struct ArmResults<'a> {
    pub(super) arm: &'a Arm,
    /// The number of its variant, where it has some and could choose.
    pub(super) variant: Option<usize>,
    /// What is there, by seed and task.
    pub(super) cells: BTreeMap<(u64, String), Outcome>,
}

/// What is known of a cell.
pub(super) enum Outcome {
    /// The marks of its examples, and the node that made them.
    Marks(Vec<f64>, usize),
    /// Why there are none.
    Hole(String),
}

impl<'a> Results<'a> {
    pub(super) fn read(
        opened: &'a Opened,
        preset: &'a Preset,
        graph: &'a Graph,
        place: &'a Place,
    ) -> Self {
        let mut results = Results {
            study: &opened.study,
            preset,
            graph,
            place,
            arms: Vec::new(),
            metrics: BTreeMap::new(),
        };
        let mut read = Reader { graph, place, known: BTreeMap::new() };
        for (number, arm) in graph.arms.iter().enumerate() {
            let cells: Vec<&Cell> = graph.cells.iter().filter(|cell| cell.arm == number).collect();
            let variant = read.choose(&cells);
            let mut of_arm = BTreeMap::new();
            for cell in &cells {
                let key = (cell.seed, cell.score.task.clone());
                let outcome = match (cell.variant, &variant) {
                    (None, _) => read.outcome(cell.node, &cell.score),
                    (Some(own), Some(chosen)) if own == *chosen => {
                        read.outcome(cell.node, &cell.score)
                    }
                    (Some(_), Some(_)) => continue,
                    (Some(_), None) => {
                        let why = read.hole(cell.node);
                        Outcome::Hole(format!("no variant is chosen yet: {why}"))
                    }
                };
                of_arm.insert(key, outcome);
            }
            let variant = variant.filter(|_| cells.iter().any(|cell| cell.variant.is_some()));
            results.arms.push(ArmResults { arm, variant, cells: of_arm });
        }
        for ((_, score), found) in read.known {
            if let Ok((metric, majority, _)) = found
                && score.split == preset.split
            {
                results.metrics.entry(score.task).or_insert((metric, majority));
            }
        }
        results
    }

    /// The tasks that are scored, in order of name.
    pub(super) fn tasks(&self) -> Vec<String> {
        let all = self.graph.cells.iter().map(|cell| cell.score.task.clone());
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The tasks of a group; all tasks without one.
    pub(super) fn group(&self, name: Option<&str>) -> Vec<String> {
        let mut tasks = self.tasks();
        if let Some(name) = name {
            let list = self.study.groups.get(name).and_then(|list| self.graph.lists.get(list));
            tasks.retain(|task| list.is_some_and(|list| list.contains(task)));
        }
        tasks
    }

    /// The number of an arm by its name.
    pub(super) fn arm(&self, name: &str) -> Option<usize> {
        self.graph.arms.iter().position(|arm| arm.name == name)
    }

    /// The marks of several arms on some tasks, at the seeds for which all of them are there; nothing
    /// when there is no such seed.
    pub(super) fn together(&self, arms: &[usize], tasks: &[String]) -> Option<Vec<Marks>> {
        let mut all = vec![Marks::new(); arms.len()];
        for &seed in &self.preset.seeds {
            let of = |arm: &usize| -> Option<Vec<Vec<f64>>> {
                tasks.iter().map(|task| self.arms[*arm].marks(seed, task).cloned()).collect()
            };
            let Some(of_seed) = arms.iter().map(of).collect::<Option<Vec<_>>>() else { continue };
            for (arm, marks) in all.iter_mut().zip(of_seed) {
                arm.push(marks);
            }
        }
        let whole = !tasks.is_empty() && all.first().is_some_and(|marks| !marks.is_empty());
        whole.then_some(all)
    }
}

impl ArmResults<'_> {
    /// The marks of a cell.
    pub(super) fn marks(&self, seed: u64, task: &str) -> Option<&Vec<f64>> {
        match self.cells.get(&(seed, task.to_owned()))? {
            Outcome::Marks(marks, _) => Some(marks),
            Outcome::Hole(_) => None,
        }
    }

    /// The nodes that some of its tasks were scored by.
    pub(super) fn nodes(&self, tasks: &[String]) -> Vec<usize> {
        let of = |((_, task), outcome): (&(u64, String), &Outcome)| match outcome {
            Outcome::Marks(_, node) if tasks.contains(task) => Some(*node),
            _ => None,
        };
        let nodes: BTreeSet<usize> = self.cells.iter().filter_map(of).collect();
        nodes.into_iter().collect()
    }

    /// Why a score over some tasks is not there.
    pub(super) fn hole(&self, tasks: &[String]) -> String {
        let holes = self.cells.iter().filter_map(|((_, task), outcome)| match outcome {
            Outcome::Hole(why) if tasks.contains(task) => Some(why.clone()),
            _ => None,
        });
        holes.min().unwrap_or_else(|| "not scored".to_owned())
    }
}

/// The metric, what the most frequent train answer scores in it, and the marks of a score; or why there
/// are none.
type Read = Result<(String, Option<f64>, Vec<f64>), String>;

/// Reads results, each once.
struct Reader<'a> {
    graph: &'a Graph,
    place: &'a Place,
    known: BTreeMap<(usize, Score), Read>,
}

impl Reader<'_> {
    fn outcome(&mut self, node: usize, score: &Score) -> Outcome {
        match self.read(node, score) {
            Ok((.., marks)) => Outcome::Marks(marks, node),
            Err(why) => Outcome::Hole(why),
        }
    }

    fn read(&mut self, node: usize, score: &Score) -> Read {
        if let Some(known) = self.known.get(&(node, score.clone())) {
            return known.clone();
        }
        let folder = self.place.scores(&self.graph.nodes[node], score);
        let found = match ResultFile::read(&folder, &score.task) {
            Err(_) => Err(self.hole(node)),
            Ok(file) => match mean_metric(&file.result) {
                Some(metric) => {
                    let (result, metric) = (&file.result, metric.to_owned());
                    let (majority, marks) = (majority(result, &metric), marks(result, &metric));
                    Ok((metric, majority, marks))
                }
                None => Err("none of its metrics is a mean over examples".to_owned()),
            },
        };
        self.known.insert((node, score.clone()), found.clone());
        found
    }

    /// Why a node's scores are not there.
    fn hole(&self, number: usize) -> String {
        let node = &self.graph.nodes[number];
        if let Some(failed) = self.place.failed(node) {
            return format!("failed: {}", failed.error);
        }
        let blocker = node.needs.iter().map(|&need| &self.graph.nodes[need]);
        for need in blocker {
            if let Some(failed) = self.place.failed(need) {
                return format!("needs {}, which failed: {}", need.name, failed.error);
            }
        }
        match self.place.done(node) {
            Some(_) => "not scored yet".to_owned(),
            None => "not run yet".to_owned(),
        }
    }

    /// The variant with the best mean over seeds and tasks on validation examples, the first of
    /// equals; nothing while scores of one are missing. An arm without variants has the first.
    fn choose(&mut self, cells: &[&Cell]) -> Option<usize> {
        let mut sums: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
        for cell in cells {
            let (Some(variant), Some(score)) = (cell.variant, &cell.chosen_by) else {
                return Some(0);
            };
            let (.., marks) = self.read(cell.node, score).ok()?;
            let sum = sums.entry(variant).or_default();
            sum.0 += marks.iter().sum::<f64>() / marks.len().max(1) as f64;
            sum.1 += 1;
        }
        let means = sums.into_iter().map(|(variant, (sum, count))| (variant, sum / count as f64));
        let best = means.reduce(|best, other| if other.1 > best.1 { other } else { best });
        best.map(|(variant, _)| variant)
    }
}
