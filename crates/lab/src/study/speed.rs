//! How long runs take on this machine.

use super::StudyError;
use super::cost::Cost;
use super::graph::{Graph, Kind, Node};
use super::place::Place;
use crate::error::LabError;
use ext5_core::{Batch, Key};
use ext5_model::{Init, LossOptions, T5, T5Config};
use ext5_train::recipe::Recipe;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Instant;

/// Larger steps are not timed: this machine would be at it for minutes.
const MOST_FLOPS: f64 = 3e12;

/// Where times come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimedBy {
    /// Finished runs of the same shape in the folder.
    FinishedRuns,
    /// A training step of the same shape, timed now.
    TimedStep,
}

/// Seconds for each unit of work, by the shape of model and batch.
pub(super) struct Speed {
    shapes: BTreeMap<String, Rate>,
    /// Seconds for each scored example, where some have been.
    scoring: Option<f64>,
}

#[derive(Clone, Copy)]
struct Rate {
    seconds_a_flop: f64,
    by: TimedBy,
}

impl Speed {
    /// From finished runs where there are some, else from a timed step.
    pub(super) fn measure(
        graph: &Graph,
        place: &Place,
        costs: &[Cost],
    ) -> Result<Self, StudyError> {
        let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        let (mut seconds, mut examples) = (0.0, 0);
        for (node, cost) in graph.nodes.iter().zip(costs) {
            for took in node.scores.iter().filter_map(|score| place.scored(node, score)) {
                seconds += took.seconds;
                examples += took.examples;
            }
            let Kind::Train(training) = &node.kind else { continue };
            if let Some(done) = place.done(node) {
                let sum = sums.entry(name(graph, node, &training.recipe)).or_default();
                sum.0 += done.seconds;
                sum.1 += cost.flops;
            }
        }
        let mut shapes: BTreeMap<String, Rate> = sums
            .into_iter()
            .filter(|(_, (_, flops))| *flops > 0.0)
            .map(|(name, (seconds, flops))| {
                (name, Rate { seconds_a_flop: seconds / flops, by: TimedBy::FinishedRuns })
            })
            .collect();
        for (node, cost) in graph.nodes.iter().zip(costs) {
            let Kind::Train(training) = &node.kind else { continue };
            let recipe = &training.recipe;
            let name = name(graph, node, recipe);
            let step = cost.flops / recipe.train.steps.max(1) as f64;
            let micro = recipe.batch.micro_rows().min(recipe.batch.rows);
            let part = step * micro as f64 / recipe.batch.rows as f64;
            if shapes.contains_key(&name) || part > MOST_FLOPS {
                continue;
            }
            let seconds =
                time_step(shape(graph, node)?, recipe, micro).map_err(StudyError::from)?;
            let rate = Rate { seconds_a_flop: seconds / part, by: TimedBy::TimedStep };
            shapes.insert(name, rate);
        }
        Ok(Speed { shapes, scoring: (examples > 0).then(|| seconds / examples as f64) })
    }

    /// Seconds of a node, training and scoring, and where they are from; nothing where it is too
    /// large to be timed here.
    pub(super) fn seconds(
        &self,
        graph: &Graph,
        node: &Node,
        cost: &Cost,
    ) -> Option<(f64, TimedBy)> {
        let Kind::Train(training) = &node.kind else { return None };
        let rate = self.shapes.get(&name(graph, node, &training.recipe))?;
        let rows =
            (training.recipe.train.steps.max(1) as usize * training.recipe.batch.rows) as f64;
        // While none has been scored: about what training takes for a row.
        let scoring = self.scoring.unwrap_or(cost.flops / rows * rate.seconds_a_flop);
        Some((cost.flops * rate.seconds_a_flop + cost.scored * scoring, rate.by))
    }
}

/// The shape of a node's model: its recipe's, or that of the run that it starts from.
pub(super) fn shape(graph: &Graph, node: &Node) -> Result<T5Config, StudyError> {
    let Kind::Train(training) = &node.kind else { return Ok(T5Config::default()) };
    let model = &training.recipe.model;
    match (&model.config, &model.size, training.from) {
        (Some(config), ..) => Ok(config.clone()),
        (_, Some(size), _) => Ok(T5Config::named(size).map_err(LabError::from)?),
        (.., Some((parent, _))) => shape(graph, &graph.nodes[parent]),
        // Weights from elsewhere.
        _ => match &model.from {
            Some(from) => {
                let folder = ext5_train::checkpoint::find_weights(from).map_err(LabError::from)?;
                Ok(T5::load(&folder).map_err(LabError::from)?.config().clone())
            }
            None => Ok(T5Config::default()),
        },
    }
}

/// What runs must have in common to be equally fast.
fn name(graph: &Graph, node: &Node, recipe: &Recipe) -> String {
    let shape = shape(graph, node).map(|shape| format!("{shape:?}")).unwrap_or_default();
    let (batch, train) = (&recipe.batch, &recipe.train);
    format!("{shape} {} {} {:?} {}", batch.inputs, batch.targets, train.threads, train.device)
}

/// Seconds of forward and backward on full rows, the better of two.
fn time_step(shape: T5Config, recipe: &Recipe, rows: usize) -> Result<f64, LabError> {
    let ids = shape.vocab_size as u64;
    let model = T5::init(shape, Init::T5x, Key::new(0))?.to_device(recipe.train.device)?;
    let batch = full(rows, recipe.batch.inputs, recipe.batch.targets, ids);
    let mut best = f64::INFINITY;
    // The first is not counted: it makes buffers.
    for round in 0..3 {
        let start = Instant::now();
        model.backward(&batch, &LossOptions::default())?;
        if round > 0 {
            best = best.min(start.elapsed().as_secs_f64());
        }
    }
    Ok(best)
}

/// Rows without padding, of one segment each.
fn full(rows: usize, inputs: usize, targets: usize, ids: u64) -> Batch {
    let mut rng = Key::new(1).rng();
    let mut batch = Batch::empty(rows, inputs, targets);
    batch.encoder_ids.fill_with(|| 1 + rng.below(ids - 1) as u32);
    batch.decoder_targets.fill_with(|| 1 + rng.below(ids - 1) as u32);
    batch.encoder_segments.fill(1);
    batch.decoder_segments.fill(1);
    batch.loss_weights.fill(1.0);
    batch
}
