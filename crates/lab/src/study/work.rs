//! Doing one node: training, then scoring.

use super::StudyError;
use super::graph::{Graph, Kind, Node, Training};
use super::place::{Done, Place, Scored};
use super::{weights, world};
use crate::error::LabError;
use crate::runs::{self, Watch};
use crate::world::train_vocabulary;
use ext5_train::Trained;
use ext5_world::Universe;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Does what is left of a node, which the caller has locked and whose needs are done.
///
/// # Errors
/// When it fails; [`LabError::Interrupted`] when `stop` was raised, and all is saved.
pub fn work(
    graph: &Graph,
    node: usize,
    place: &Place,
    stop: &AtomicBool,
    watch: Watch<'_>,
) -> Result<(), StudyError> {
    let node = &graph.nodes[node];
    if place.done(node).is_none() {
        let mut done = Done {
            key: node.key,
            stage: node.stage.clone(),
            code: ext5_core::CODE.to_owned(),
            seconds: 0.0,
            tokens: 0,
        };
        match &node.kind {
            Kind::Vocabulary(settings) => {
                let universe = Universe::new(settings.seed, settings.people);
                let path = place.folder(node).join(world::FILE);
                train_vocabulary(&universe, world::PIECES, &path)?;
            }
            Kind::Train(training) => {
                let Training { mut recipe, rates, .. } = training.as_ref().clone();
                if let Some(rates) = rates {
                    weights::set(&mut recipe, rates, graph, place, watch)?;
                }
                let position = runs::train(recipe, &place.folder(node), stop, watch)?;
                done.seconds = position.seconds;
                done.tokens = position.input_tokens + position.target_tokens;
            }
        }
        place.write_done(node, &done)?;
    }
    score(node, place, stop)
}

/// Makes the scores that are missing.
fn score(node: &Node, place: &Place, stop: &AtomicBool) -> Result<(), StudyError> {
    let missing = place.missing(node);
    if missing.is_empty() {
        return Ok(());
    }
    let trained = Trained::open(&place.folder(node), None).map_err(LabError::from)?;
    for score in missing {
        let start = Instant::now();
        let what = (score.task.as_str(), score.split.as_str(), score.examples);
        let result = runs::score(&trained, what, &place.scores(node, &score), stop)?;
        let seconds = start.elapsed().as_secs_f64();
        place.write_scored(node, &score, &Scored { seconds, examples: result.examples })?;
    }
    Ok(())
}
