//! What a study will do and cost, before it does it.

use super::StudyError;
use super::cost::{Cost, cost};
use super::detect::{Spread, detectable};
use super::file::Preset;
use super::graph::{Graph, Kind};
use super::place::Place;
use super::read::Opened;
use super::results::Results;
use super::speed::{Speed, TimedBy, shape};
use serde::Serialize;

/// Floating-point operations a second of the accelerator that days are stated for: an A100 in
/// bfloat16 does 312e12 by its data sheet, of which 40 % are what good training reaches.
const ACCELERATOR: f64 = 0.4 * 312e12;

/// What a study will do and cost.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The study.
    pub name: String,
    /// The preset.
    pub preset: String,
    /// Why the preset does so much.
    pub about: String,
    /// By stage, in order.
    pub stages: Vec<StagePlan>,
    /// All of it.
    pub total: StagePlan,
    /// Where times come from; nothing where the runs are too large to be timed here.
    pub timed_by: Vec<TimedBy>,
    /// Days that training takes on one A100 at 40 % of its peak.
    pub a100_days: f64,
    /// What can be seen of each claim.
    pub claims: Vec<ClaimPlan>,
    /// Every run.
    pub runs: Vec<RunPlan>,
}

/// What a stage will do and cost.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StagePlan {
    /// The stage.
    pub name: String,
    /// Its runs.
    pub runs: usize,
    /// How many of them are done and scored.
    pub done: usize,
    /// What all of them cost.
    pub cost: Cost,
    /// Seconds of all of them on this machine, one after the other.
    pub seconds: Option<f64>,
    /// Seconds of those that are not done.
    pub seconds_left: Option<f64>,
}

/// What can be seen of a claim.
#[derive(Clone, Debug, Serialize)]
pub struct ClaimPlan {
    /// The claim.
    pub text: String,
    /// The smallest effect that the budget can detect, in points; nothing where it is no difference
    /// of scores.
    pub detectable: Option<f64>,
    /// What that rests on.
    pub how: String,
}

/// A run of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct RunPlan {
    /// The name of its folder.
    pub name: String,
    /// Its key, for `--node`.
    pub key: String,
    /// Its stage.
    pub stage: String,
    /// Whether it is done and scored.
    pub done: bool,
    /// Seconds that it takes on this machine.
    pub seconds: Option<f64>,
    /// The names of the runs that it needs.
    pub needs: Vec<String>,
}

impl StagePlan {
    fn add(&mut self, cost: Cost, done: bool, seconds: Option<f64>) {
        self.runs += 1;
        self.done += usize::from(done);
        self.cost += cost;
        let Some(seconds) = seconds else { return };
        *self.seconds.get_or_insert(0.0) += seconds;
        *self.seconds_left.get_or_insert(0.0) += if done { 0.0 } else { seconds };
    }
}

impl Plan {
    /// What a graph will do and cost.
    ///
    /// # Errors
    /// When the shape of a model cannot be found, or a step not be timed.
    pub fn of(
        opened: &Opened,
        preset_name: &str,
        graph: &Graph,
        place: &Place,
    ) -> Result<Plan, StudyError> {
        let preset = opened.preset(preset_name)?;
        let costs: Vec<Cost> = graph
            .nodes
            .iter()
            .map(|node| Ok(cost(node, &shape(graph, node)?)))
            .collect::<Result<_, StudyError>>()?;
        let speed = Speed::measure(graph, place, &costs)?;
        let mut stages: Vec<StagePlan> = Vec::new();
        let mut total = StagePlan { name: "all".to_owned(), ..StagePlan::default() };
        let mut timed_by = Vec::new();
        let mut runs = Vec::new();
        for (node, &cost) in graph.nodes.iter().zip(&costs) {
            let done = place.is_complete(node);
            let seconds = speed.seconds(graph, node, &cost);
            timed_by.extend(seconds.map(|(_, by)| by));
            let seconds = match &node.kind {
                // Next to nothing.
                Kind::Vocabulary(_) => Some(0.0),
                Kind::Train(_) => seconds.map(|(seconds, _)| seconds),
            };
            let known = stages.iter().position(|stage| stage.name == node.stage);
            let index = known.unwrap_or_else(|| {
                stages.push(StagePlan { name: node.stage.clone(), ..StagePlan::default() });
                stages.len() - 1
            });
            stages[index].add(cost, done, seconds);
            total.add(cost, done, seconds);
            runs.push(RunPlan {
                name: node.name.clone(),
                key: node.key.to_string(),
                stage: node.stage.clone(),
                done,
                seconds,
                needs: node.needs.iter().map(|&need| graph.nodes[need].name.clone()).collect(),
            });
        }
        timed_by.sort();
        timed_by.dedup();
        Ok(Plan {
            name: opened.study.name.clone(),
            preset: preset_name.to_owned(),
            about: preset.about.trim().to_owned(),
            stages,
            a100_days: total.cost.flops / ACCELERATOR / 86_400.0,
            total,
            timed_by,
            claims: claims(opened, preset, graph, place),
            runs,
        })
    }
}

/// What can be seen of every claim, by the spreads that were measured where there are some.
fn claims(opened: &Opened, preset: &Preset, graph: &Graph, place: &Place) -> Vec<ClaimPlan> {
    let results = Results::read(opened, preset, graph, place);
    let spread = Spread::of(&results);
    opened.study.claims.iter().map(|claim| detectable(&results, &spread, claim)).collect()
}
