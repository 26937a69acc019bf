//! Building the graph: the recipe of every run, and its key.

use super::StudyError;
use super::arms::{Arm, ArmKind};
use super::data::Catalogue;
use super::file::{Alone, Preset, Stage, Variant, Weights, WorldSettings};
use super::graph::{Cell, DataOptions, Graph, Kind, Node, Rates, Score, Training};
use super::place::Place;
use super::read::Opened;
use super::world;
use ext5_core::{Digest, Key};
use ext5_mix::recipe::{Data, Group, TaskRate};
use ext5_train::RunFolder;
use ext5_train::recipe::{Checkpoints, Evaluation, Model, Recipe};
use std::collections::{BTreeMap, BTreeSet};

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
struct Wanted<'a> {
    task: Option<&'a str>,
    variant: Option<&'a Variant>,
    parent: Option<(usize, Option<u64>)>,
}

/// Makes nodes, each once.
pub(super) struct Builder<'a> {
    opened: &'a Opened,
    preset: &'a Preset,
    place: &'a Place,
    data: &'a DataOptions,
    catalogue: Catalogue,
    known: BTreeMap<Digest, usize>,
    vocabularies: BTreeMap<String, Digest>,
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
        let variants: Vec<_> = match spot.stage.choose.is_empty() {
            true => vec![None],
            false => spot.stage.choose.iter().enumerate().map(Some).collect(),
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

    /// The number of the node of a run.
    fn run(
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
    fn recipe(
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

    /// The number of the vocabulary's node.
    fn vocabulary(&mut self, graph: &mut Graph, world: WorldSettings) -> usize {
        let key = world::key(world);
        *self.known.entry(key).or_insert_with(|| {
            graph.nodes.push(Node {
                key,
                name: folder("vocabulary", key),
                stage: "vocabulary".to_owned(),
                kind: Kind::Vocabulary(world),
                needs: Vec::new(),
                scores: BTreeSet::new(),
            });
            graph.nodes.len() - 1
        })
    }

    /// The number of the node of a training. `listens` says that its held-out losses are what counts.
    fn node(
        &mut self,
        graph: &mut Graph,
        stage: &str,
        training: Training,
        listens: bool,
    ) -> Result<usize, StudyError> {
        let recipe = &training.recipe;
        let vocabulary = self.preset.world.map(|world| self.vocabulary(graph, world));
        let of_vocabulary = match vocabulary {
            Some(node) => graph.nodes[node].key,
            None => self.vocabulary_digest(&recipe.vocabulary, &recipe.data)?,
        };
        let data = self.catalogue.digest(recipe)?;
        let key_of = |node: usize| graph.nodes[node].key.to_string();
        let from = training.from.map(|(node, step)| format!("{} {step:?}", key_of(node)));
        let rates = training.rates.map(|rates| match rates {
            Rates::Unimax { epochs } => format!("unimax {epochs}"),
            Rates::Excess { even, own } => format!("excess {} {}", key_of(even), key_of(own)),
        });
        let text = essence(recipe, listens).to_toml().map_err(std::io::Error::other);
        let text = text.map_err(StudyError::file(&self.opened.path))?;
        let key = Digest::of_parts([
            ("recipe", text.as_bytes()),
            ("vocabulary", of_vocabulary.as_bytes()),
            ("data", data.as_bytes()),
            ("from", from.unwrap_or_default().as_bytes()),
            ("rates", rates.unwrap_or_default().as_bytes()),
            ("code", env!("CARGO_PKG_VERSION").as_bytes()),
        ]);
        if let Some(&known) = self.known.get(&key) {
            return Ok(known);
        }
        let mut needs: Vec<usize> = vocabulary.into_iter().collect();
        needs.extend(training.from.map(|(node, _)| node));
        if let Some(Rates::Excess { even, own }) = training.rates {
            needs.extend([even, own]);
        }
        graph.nodes.push(Node {
            key,
            name: folder(&recipe.name, key),
            stage: stage.to_owned(),
            kind: Kind::Train(Box::new(training)),
            needs,
            scores: BTreeSet::new(),
        });
        self.known.insert(key, graph.nodes.len() - 1);
        Ok(graph.nodes.len() - 1)
    }

    /// The digest of a vocabulary's file; of its name where it is not there yet.
    fn vocabulary_digest(&mut self, name: &str, data: &Data) -> Result<Digest, StudyError> {
        if let Some(known) = self.vocabularies.get(name) {
            return Ok(*known);
        }
        let path = data.root.join(name);
        let digest = match path.is_file() {
            true => Digest::of_file(&path).map_err(StudyError::file(&path))?,
            false => Digest::of(name.as_bytes()),
        };
        self.vocabularies.insert(name.to_owned(), digest);
        Ok(digest)
    }
}

/// The name of a node's folder.
fn folder(name: &str, key: Digest) -> String {
    format!("{name}-{}", &key.short()[..8])
}

/// What of a recipe can change weights. Where its data lies cannot, nor how often it logs and saves;
/// `every_steps` stays where all is kept, as others may begin from it.
fn essence(recipe: &Recipe, listens: bool) -> Recipe {
    let mut essence = recipe.clone();
    let saved = recipe.train.steps.checked_div(recipe.checkpoints.every_steps);
    let all_kept = saved.is_some_and(|saved| saved as usize <= recipe.checkpoints.keep);
    essence.vocabulary = String::new();
    essence.data = Data { generators: recipe.data.generators.clone(), ..Data::default() };
    essence.mixture.rates = None;
    essence.model.from = None;
    essence.train.log_every = 0;
    essence.checkpoints = Checkpoints {
        every_steps: if all_kept { recipe.checkpoints.every_steps } else { 0 },
        best: recipe.checkpoints.best.clone(),
        ..Checkpoints::default()
    };
    if !listens && recipe.checkpoints.best.is_empty() {
        essence.evaluation = Evaluation::default();
    }
    essence
}
