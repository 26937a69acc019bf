//! What is made of the scores: one file for each kind of analysis.

mod affinity;
mod arms;
mod claims;
mod correlation;
mod curve;
mod figures;
mod matrix;
mod pairs;
mod scores;

pub(super) use pairs::Pairs;

use super::StudyError;
use super::file::AnalysisName;
use super::graph::{Graph, Kind};
use super::place::Place;
use super::read::Opened;
use super::report::{Hole, Report, RunLink};
use super::results::{Outcome, Results};
use std::collections::{BTreeMap, BTreeSet};

impl Report {
    /// The report of a study from what is done; what is missing is marked.
    ///
    /// # Errors
    /// When the study has no such preset.
    pub fn of(
        opened: &Opened,
        preset_name: &str,
        graph: &Graph,
        place: &Place,
    ) -> Result<Report, StudyError> {
        let preset = opened.preset(preset_name)?;
        let results = Results::read(opened, preset, graph, place);
        let study = &opened.study;
        let mut report = Report {
            name: study.name.clone(),
            title: study.title.clone(),
            question: study.question.clone(),
            preset: preset_name.to_owned(),
            code: ext5_core::CODE.to_owned(),
            summary: Vec::new(),
            claims: Vec::new(),
            tables: Vec::new(),
            figures: Vec::new(),
            runs: runs(&results),
            holes: holes(&results),
            notes: vec![preset.about.split_whitespace().collect::<Vec<_>>().join(" ")],
        };
        match study.analysis {
            AnalysisName::Arms => arms::fill(&results, &mut report),
            AnalysisName::Curve => curve::fill(&results, &mut report),
            AnalysisName::Matrix => matrix::fill(&results, &mut report),
            AnalysisName::Correlation => correlation::fill(&results, &mut report),
            AnalysisName::Affinity => affinity::fill(&results, &mut report),
        }
        claims::judge(&results, &mut report);
        Ok(report)
    }
}

/// Every run that is finished.
fn runs(results: &Results<'_>) -> Vec<RunLink> {
    let (graph, place) = (results.graph, results.place);
    let link = |node: &super::graph::Node| {
        let folder = format!("../../runs/{}", node.name);
        RunLink {
            id: node.key.short(),
            name: node.name.clone(),
            recipe: format!("{folder}/recipe.toml"),
            folder,
        }
    };
    let done = graph.nodes.iter().filter(|node| place.done(node).is_some());
    done.filter(|node| matches!(node.kind, Kind::Train(_))).map(link).collect()
}

/// What is missing, and why: arms that lack scores for the same reason together.
fn holes(results: &Results<'_>) -> Vec<Hole> {
    let mut missing: BTreeMap<(usize, String), (BTreeSet<u64>, usize)> = BTreeMap::new();
    for (number, arm) in results.arms.iter().enumerate() {
        for ((seed, _), outcome) in &arm.cells {
            if let Outcome::Hole(why) = outcome {
                let entry = missing.entry((number, why.clone())).or_default();
                entry.0.insert(*seed);
                entry.1 += 1;
            }
        }
    }
    let hole = |((arm, why), (seeds, scores)): ((usize, String), (BTreeSet<u64>, usize))| Hole {
        what: format!("{}: {scores} scores at {} seeds", results.arms[arm].arm.name, seeds.len()),
        why,
    };
    missing.into_iter().map(hole).collect()
}
