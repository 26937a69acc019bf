//! The runs of a study: each once, however many cells need it.

use super::StudyError;
use super::arms::{Arm, arms};
use super::build::{Builder, Spot};
use super::file::{Preset, WorldSettings};
use super::place::Place;
use super::read::Opened;
use ext5_core::Digest;
use ext5_train::recipe::Recipe;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Where tasks and data are, in place of what recipes say.
#[derive(Clone, Debug, Default)]
pub struct DataOptions {
    /// The folder that holds data and vocabulary.
    pub root: Option<PathBuf>,
    /// Folders of task files.
    pub tasks: Vec<PathBuf>,
}

/// The runs of a study at a preset, and what they are for.
#[derive(Clone, Debug)]
pub struct Graph {
    /// What is compared.
    pub arms: Vec<Arm>,
    /// The runs; each stands behind those that it needs.
    pub nodes: Vec<Node>,
    /// What is scored.
    pub cells: Vec<Cell>,
    /// The tasks in each list that a group names.
    pub lists: BTreeMap<String, Vec<String>>,
    /// The last stages' run of each arm and seed that is scored on nothing: its log is what counts.
    pub unscored: Vec<(usize, u64, usize)>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Node {
    /// The digest of all that can change its weights.
    pub key: Digest,
    /// The name of its folder.
    pub name: String,
    /// The stage that it belongs to.
    pub stage: String,
    /// What is done.
    pub kind: Kind,
    /// The numbers of the nodes that it needs.
    pub needs: Vec<usize>,
    /// What it is scored on.
    pub scores: BTreeSet<Score>,
}

/// What a run does.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Trains the vocabulary of a world.
    Vocabulary(WorldSettings),
    /// Trains a model.
    Train(Box<Training>),
}

/// The training of a model.
#[derive(Clone, Debug)]
pub struct Training {
    /// The recipe, but for rates that follow from other runs.
    pub recipe: Recipe,
    /// The node that it starts from, and the step of it, where that is not its end.
    pub from: Option<(usize, Option<u64>)>,
    /// How the rates of its tasks are found, where it is not as the recipe says.
    pub rates: Option<Rates>,
}

/// Rates that are found when the run begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rates {
    /// UniMax with so many epochs.
    Unimax {
        /// Epochs of a task, at most.
        epochs: f64,
    },
    /// From the held-out losses of two short runs, by their nodes.
    Excess {
        /// On even rates.
        even: usize,
        /// On the recipe's own.
        own: usize,
    },
}

/// What a run is scored on: a sample of a split.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score {
    /// The task.
    pub task: String,
    /// The split.
    pub split: String,
    /// How many examples, at most.
    pub examples: u64,
}

/// One score of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The arm's number.
    pub arm: usize,
    /// The seed.
    pub seed: u64,
    /// The number of the variant, where the stage has some.
    pub variant: Option<usize>,
    /// The run.
    pub node: usize,
    /// What is scored.
    pub score: Score,
    /// What variants are chosen by.
    pub chosen_by: Option<Score>,
}

impl Graph {
    /// The runs of a preset. Nothing is written, and no data but its digests is read.
    ///
    /// # Errors
    /// When the study or one of its recipes is wrong, or data that is there cannot be read.
    pub fn of(
        opened: &Opened,
        preset: &Preset,
        place: &Place,
        data: &DataOptions,
    ) -> Result<Graph, StudyError> {
        let study = &opened.study;
        let mut builder = Builder::new(opened, preset, place, data);
        let arms = arms(opened, preset)?;
        let mut graph = Graph {
            arms: Vec::new(),
            nodes: Vec::new(),
            cells: Vec::new(),
            lists: BTreeMap::new(),
            unscored: Vec::new(),
        };
        for (number, arm) in arms.iter().enumerate() {
            for &seed in &preset.seeds {
                let mut parent: Option<usize> = None;
                for (position, &stage) in arm.stages.iter().enumerate() {
                    let last = position + 1 == arm.stages.len();
                    let of = Spot { arm, number, stage: &study.stages[stage], index: stage, seed };
                    let at = arm.at.filter(|_| position == 1);
                    let ends = of.stage.each.is_some() || !preset.variants(of.stage).is_empty();
                    if !last && ends {
                        let what = format!(
                            "stage {}: `each` and `choose` are for the last stage of an arm",
                            of.stage.name
                        );
                        return Err(opened.wrong("stages", what));
                    }
                    parent = builder.stage(&mut graph, &of, (parent, at), position == 0)?;
                }
            }
        }
        graph.arms = arms;
        for list in study.groups.values() {
            if let Some(cell) = graph.cells.first() {
                let node = cell.node;
                let names = builder.names(&graph, node, list)?;
                graph.lists.insert(list.clone(), names);
            }
        }
        Ok(graph)
    }

    /// The number of the node with a key that begins so.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, key: &str) -> Result<usize, StudyError> {
        let found = self.nodes.iter().position(|node| node.key.to_string().starts_with(key));
        found.filter(|_| key.len() >= 8).ok_or_else(|| StudyError::NoNode(key.to_owned()))
    }
}
