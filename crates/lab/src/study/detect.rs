//! The smallest effect that a budget can show.

use super::file::{Claim, Preset, Study, Test};
use super::graph::Graph;
use super::place::Place;
use super::plan::ClaimPlan;
use super::read::Opened;

/// What can be seen of every claim of a study.
pub(super) fn claims(
    opened: &Opened,
    preset: &Preset,
    graph: &Graph,
    place: &Place,
) -> Vec<ClaimPlan> {
    let study = &opened.study;
    study.claims.iter().map(|claim| of(study, preset, graph, place, claim)).collect()
}

/// What can be seen of a claim.
pub(super) fn of(
    study: &Study,
    preset: &Preset,
    graph: &Graph,
    place: &Place,
    claim: &Claim,
) -> ClaimPlan {
    let _ = (study, preset, graph, place);
    let _ = matches!(claim.test, Test::Opposed);
    ClaimPlan { text: claim.text.clone(), detectable: None, how: String::new() }
}
