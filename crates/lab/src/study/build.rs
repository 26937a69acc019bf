//! Building the graph: the runs of every stage, and what they are scored on.

use super::StudyError;
use super::arms::{Arm, ArmKind};
use super::data::Catalogue;
use super::file::{Preset, Stage, Variant};
use super::graph::{Cell, DataOptions, Graph, Kind, Score};
use super::place::Place;
use super::read::Opened;
use ext5_core::Digest;
use std::collections::BTreeMap;

/// The split that variants are chosen by.
const VALIDATION: &str = "validation";

/// What a run is made for: a stage of an arm at a seed.
pub(super) struct Spot<'a> {
    pub(super) arm: &'a Arm,
    /// The arm's number.
    pub(super) number: usize,
    pub(super) stage: &'a Stage,
    /// The stage's number.
    pub(super) index: usize,
    pub(super) seed: u64,
}

/// A run that is about to become a node.
pub(super) struct Wanted<'a> {
    /// The one task that it is for.
    pub(super) task: Option<&'a str>,
    pub(super) variant: Option<&'a Variant>,
    /// What it begins from: a node, and the step of it where that is not its end.
    pub(super) parent: Option<(usize, Option<u64>)>,
}

/// Makes nodes, each once.
pub(super) struct Builder<'a> {
    pub(super) opened: &'a Opened,
    pub(super) preset: &'a Preset,
    pub(super) place: &'a Place,
    pub(super) data: &'a DataOptions,
    pub(super) catalogue: Catalogue,
    /// Nodes by their keys.
    pub(super) known: BTreeMap<Digest, usize>,
    /// Digests of vocabularies' files, by name.
    pub(super) vocabularies: BTreeMap<String, Digest>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        opened: &'a Opened,
        preset: &'a Preset,
        place: &'a Place,
        data: &'a DataOptions,
    ) -> Self {
        Builder {
            opened,
            preset,
            place,
            data,
            catalogue: Catalogue::default(),
            known: BTreeMap::new(),
            vocabularies: BTreeMap::new(),
        }
    }

    /// The runs of a stage and what they are scored on. Gives the run that the next stage begins
    /// from.
    pub(super) fn stage(
        &mut self,
        graph: &mut Graph,
        spot: &Spot<'_>,
        (parent, at): (Option<usize>, Option<f64>),
        first: bool,
    ) -> Result<Option<usize>, StudyError> {
        let parent = match parent {
            Some(node) => Some((node, self.step(graph, spot, node, at)?)),
            None => None,
        };
        let each = match &spot.stage.each {
            Some(list) => {
                let names = self.list(graph, spot, list, parent)?;
                names.into_iter().map(Some).collect()
            }
            None => vec![None],
        };
        let variants: Vec<_> = match self.preset.variants(spot.stage) {
            [] => vec![None],
            variants => variants.iter().enumerate().map(Some).collect(),
        };
        let mut made = None;
        for task in &each {
            for variant in &variants {
                let wanted = Wanted {
                    task: task.as_deref(),
                    variant: variant.map(|(_, variant)| variant),
                    parent,
                };
                let node = self.run(graph, spot, &wanted, first)?;
                made = Some(node);
                let scored = match task {
                    Some(task) => vec![task.clone()],
                    None => self.scored(graph, spot, node)?,
                };
                if scored.is_empty() && matches!(spot.arm.kind, ArmKind::Steps { .. }) {
                    graph.unscored.push((spot.number, spot.seed, node));
                }
                for task in scored {
                    let variant = variant.map(|(number, _)| number);
                    self.cell(graph, spot, (node, variant), task);
                }
            }
        }
        Ok(made)
    }

    /// The step of a parent at which a stage begins, where that is not its end.
    fn step(
        &self,
        graph: &Graph,
        spot: &Spot<'_>,
        parent: usize,
        at: Option<f64>,
    ) -> Result<Option<u64>, StudyError> {
        let (Some(at), Kind::Train(training)) = (at, &graph.nodes[parent].kind) else {
            return Ok(None);
        };
        let steps = training.recipe.train.steps;
        let step = (steps as f64 * at).round() as u64;
        let every = training.recipe.checkpoints.every_steps;
        if step == steps {
            return Ok(None);
        }
        if every == 0 || !step.is_multiple_of(every) {
            let what = format!(
                "{}: there is no checkpoint at {step} of {steps} updates: the recipe needs a \
                 `checkpoints.every_steps` that divides it",
                spot.arm.name
            );
            return Err(self.opened.wrong("arms.at", what));
        }
        Ok(Some(step))
    }

    /// Adds a cell, and what its run is scored on.
    fn cell(
        &self,
        graph: &mut Graph,
        spot: &Spot<'_>,
        (node, variant): (usize, Option<usize>),
        task: String,
    ) {
        let examples = self.preset.scored;
        let score = Score { task, split: self.preset.split.clone(), examples };
        let chosen_by = variant.map(|_| Score { split: VALIDATION.to_owned(), ..score.clone() });
        graph.nodes[node]
            .scores
            .extend([Some(score.clone()), chosen_by.clone()].into_iter().flatten());
        let (arm, seed) = (spot.number, spot.seed);
        graph.cells.push(Cell { arm, seed, variant, node, score, chosen_by });
    }

    /// Tasks that a run which is not for one task alone is scored on.
    fn scored(
        &mut self,
        graph: &Graph,
        spot: &Spot<'_>,
        node: usize,
    ) -> Result<Vec<String>, StudyError> {
        let families = &self.preset.families;
        let of = |numbers: &[usize]| {
            numbers.iter().flat_map(|&family| families[family].tasks.iter().cloned()).collect()
        };
        let patterns: Vec<String> = match &spot.arm.kind {
            ArmKind::Pair { families, stage } if *stage == spot.index => of(families),
            // What a family alone does to the others' tasks is not asked.
            ArmKind::Alone { family, stage, .. } if *stage == spot.index => of(&[*family]),
            _ => match &spot.stage.scored {
                Some(list) => self.preset.lists.get(list).cloned().unwrap_or_default(),
                None => return Ok(Vec::new()),
            },
        };
        let Kind::Train(training) = &graph.nodes[node].kind else { return Ok(Vec::new()) };
        self.catalogue.select(&training.recipe.data, &patterns)
    }

    /// The names in a list of the preset.
    fn list(
        &mut self,
        graph: &mut Graph,
        spot: &Spot<'_>,
        list: &str,
        parent: Option<(usize, Option<u64>)>,
    ) -> Result<Vec<String>, StudyError> {
        let patterns = self.preset.lists.get(list).cloned().unwrap_or_default();
        // Any task of them makes a recipe whole, which then says where tasks are.
        let wanted = Wanted { task: Some("any"), variant: None, parent };
        let recipe = self.recipe(graph, spot, &wanted)?;
        self.catalogue.select(&recipe.data, &patterns)
    }

    /// The names in a list of the preset, by the tasks that a node knows.
    pub(super) fn names(
        &mut self,
        graph: &Graph,
        node: usize,
        list: &str,
    ) -> Result<Vec<String>, StudyError> {
        let patterns = self.preset.lists.get(list).cloned().unwrap_or_default();
        let Kind::Train(training) = &graph.nodes[node].kind else { return Ok(Vec::new()) };
        self.catalogue.select(&training.recipe.data, &patterns)
    }
}
