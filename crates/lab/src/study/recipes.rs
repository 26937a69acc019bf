//! The recipe of every run.

use super::StudyError;
use super::arms::ArmKind;
use super::build::{Builder, Spot, Wanted};
use super::file::{Alone, Weights};
use super::graph::{Graph, Rates, Training};
use ext5_core::Key;
use ext5_mix::recipe::{Group, TaskRate};
use ext5_train::RunFolder;
use ext5_train::recipe::{Evaluation, Model, Recipe};
use std::collections::BTreeSet;

impl Builder<'_> {
    /// The number of the node of a run.
    pub(super) fn run(
        &mut self,
        graph: &mut Graph,
        spot: &Spot<'_>,
        wanted: &Wanted<'_>,
        first: bool,
    ) -> Result<usize, StudyError> {
        let mut recipe = self.recipe(graph, spot, wanted)?;
        self.draw(spot, &mut recipe)?;
        let weights = spot.arm.weights.filter(|_| first);
        if weights.is_some() && !recipe.mixture.group.is_empty() {
            let what = format!("{}: rates of groups are not weighed", spot.arm.name);
            return Err(self.opened.wrong("arms.weights", what));
        }
        let rates = match weights {
            None => None,
            Some(Weights::Unimax { epochs }) => Some(Rates::Unimax { epochs }),
            Some(Weights::Excess { steps }) => {
                let mut own = recipe.clone();
                own.train.steps = steps;
                own.evaluation = Evaluation { every: steps, ..recipe.evaluation };
                own.checkpoints.every_steps = 0;
                let mut even = own.clone();
                even.mixture.temperature = f64::INFINITY;
                let mut short = |recipe| {
                    let training = Training { recipe, from: wanted.parent, rates: None };
                    self.node(graph, "short", training, true)
                };
                Some(Rates::Excess { even: short(even)?, own: short(own)? })
            }
        };
        let listens = matches!(spot.arm.kind, ArmKind::Steps { stage, .. } if stage == spot.index);
        let training = Training { recipe, from: wanted.parent, rates };
        self.node(graph, &spot.stage.name, training, listens)
    }

    /// The recipe of a run, but for what is drawn.
    pub(super) fn recipe(
        &mut self,
        graph: &mut Graph,
        spot: &Spot<'_>,
        wanted: &Wanted<'_>,
    ) -> Result<Recipe, StudyError> {
        let text = self.opened.recipe(self.preset, spot.stage)?;
        let name = &spot.stage.name;
        let lists = [Some(&spot.stage.set), self.preset.set.get(name), spot.arm.set.get(name)];
        let variant = wanted.variant.map(|variant| &variant.set);
        let overrides: Vec<String> =
            lists.into_iter().chain([variant]).flatten().flatten().cloned().collect();
        let from = wanted.parent.map(|(node, step)| {
            let folder = self.place.folder(&graph.nodes[node]);
            step.map_or(folder.clone(), |step| RunFolder::follow(&folder).checkpoint(step))
        });
        let world = self.preset.world;
        let root = world.map(|world| {
            let node = self.vocabulary(graph, world);
            self.place.folder(&graph.nodes[node])
        });
        let families = &self.preset.families;
        let tasks = spot.stage.tasks.as_ref().and_then(|list| self.preset.lists.get(list));
        let change = |recipe: &mut Recipe| {
            recipe.seed = spot.stage.seed.unwrap_or(spot.seed);
            if let Some(task) = wanted.task {
                recipe.name = format!("{}-{task}", recipe.name);
                recipe.mixture.tasks = vec![task.to_owned()];
            } else if let Some(tasks) = tasks {
                recipe.mixture.tasks.clone_from(tasks);
            }
            match &spot.arm.kind {
                ArmKind::Pair { families: both, stage } if *stage == spot.index => {
                    recipe.mixture.tasks.clear();
                    let group = |&family: &usize| Group {
                        name: families[family].name.clone(),
                        rate: Some(1.0),
                        tasks: families[family].tasks.clone(),
                        ..Group::default()
                    };
                    recipe.mixture.group = both.iter().map(group).collect();
                }
                ArmKind::Alone { family, given, stage } if *stage == spot.index => {
                    recipe.mixture.tasks.clone_from(&families[*family].tasks);
                    if *given == Alone::EqualData {
                        recipe.train.steps = recipe.train.steps.div_ceil(2);
                    }
                }
                ArmKind::Steps { stage, .. } if *stage == spot.index => {
                    let all = families.iter().flat_map(|family| family.tasks.iter().cloned());
                    recipe.mixture.tasks = all.collect();
                    recipe.evaluation.every = recipe.train.steps;
                }
                _ => {}
            }
            if let Some(from) = from {
                recipe.model = Model { from: Some(from), ..Model::default() };
            }
            if let Some(world) = world {
                let settings = recipe.data.generators.entry("world".to_owned()).or_default();
                settings.insert("seed".to_owned(), world.seed);
                settings.insert("people".to_owned(), world.people);
            }
            if let Some(root) = root.as_ref().or(self.data.root.as_ref()) {
                recipe.data.root.clone_from(root);
            }
            if !self.data.tasks.is_empty() {
                recipe.data.tasks.clone_from(&self.data.tasks);
            }
            recipe.data.cache = self.place.cache();
            // Another study may begin from any that this one passes by.
            let is_last = spot.arm.stages.last() == Some(&spot.index);
            let saved = recipe.train.steps.checked_div(recipe.checkpoints.every_steps);
            if let Some(saved) = saved.filter(|_| !is_last) {
                recipe.checkpoints.keep = recipe.checkpoints.keep.max(saved as usize + 2);
            }
        };
        Recipe::parse_and(&text.text, &text.path, &overrides, change).map_err(|source| {
            StudyError::Recipe {
                arm: spot.arm.name.clone(),
                stage: spot.stage.name.clone(),
                source: Box::new(source),
            }
        })
    }

    /// What of a recipe follows from the tasks that there are.
    fn draw(&mut self, spot: &Spot<'_>, recipe: &mut Recipe) -> Result<(), StudyError> {
        match &spot.arm.kind {
            ArmKind::Subset { size, stage } if *stage == spot.index => {
                let Some(subsets) = &self.preset.subsets else { return Ok(()) };
                let mut names = self.catalogue.select(&recipe.data, &subsets.of)?;
                if *size > names.len() {
                    let what = format!("{size} tasks cannot be drawn from {}", names.len());
                    return Err(self.opened.wrong("presets.subsets.sizes", what));
                }
                // Larger draws of a seed hold the smaller ones.
                Key::new(spot.seed).name("subset").rng().shuffle(&mut names);
                names.truncate(*size);
                names.sort();
                recipe.mixture.tasks = names;
            }
            ArmKind::Steps { family, stage } if *stage == spot.index => {
                let own = &self.preset.families[*family].tasks;
                let own: BTreeSet<_> =
                    self.catalogue.select(&recipe.data, own)?.into_iter().collect();
                let tasks = recipe.mixture.tasks.clone();
                for task in self.catalogue.select(&recipe.data, &tasks)? {
                    if !own.contains(&task) {
                        let none = TaskRate { rate: Some(0.0), ..TaskRate::default() };
                        recipe.mixture.task.insert(task, none);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}
