//! What came out: scores of both models on the probe tasks, paired.

use super::folder::Folder;
use super::{MODELS, Quickstart, Size};
use crate::error::LabError;
use crate::runs::{majority, marks, mean_metric, write};
use ext5_core::{Digest, Key};
use ext5_eval::TaskResult;
use ext5_eval::statistics::{Bootstrap, Interval, compare, mean, mean_interval};
use ext5_mix::Prepared;
use ext5_mix::report::Report;
use ext5_train::log::{self, Line};
use serde::Serialize;

/// Most sign flips of a test.
const PERMUTATIONS: u32 = 10_000;

/// What came out of a quickstart.
#[derive(Debug, Serialize)]
pub struct Findings {
    /// The seed of the world and of pre-training.
    pub seed: u64,
    /// How much was done.
    pub size: Size,
    /// Version of the code.
    pub code: String,
    /// The digests of both pre-training recipes.
    pub recipes: [Digest; 2],
    /// One for each probe task.
    pub probes: Vec<ProbeFinding>,
    /// Over all probe tasks, each weighing the same.
    pub overall: ProbeFinding,
    /// The logs of both pre-trainings.
    #[serde(skip)]
    pub logs: [Vec<Line>; 2],
    /// The mixture of the second model, over the examples that it saw.
    #[serde(skip)]
    pub mixture: Report,
}

/// The scores of both models on one probe task, times 100.
#[derive(Clone, Debug, Serialize)]
pub struct ProbeFinding {
    /// The task.
    pub name: String,
    /// The metric: the first of the task's that is a mean over examples.
    pub metric: String,
    /// Test examples.
    pub examples: usize,
    /// What the most frequent train answer scores.
    pub majority: f64,
    /// The scores of each seed, by model.
    pub scores: [Vec<f64>; 2],
    /// The mean score of each model.
    pub means: [f64; 2],
    /// The second model's mean less the first's.
    pub difference: f64,
    /// Where the difference may lie for other examples: 95 % bootstrap.
    pub interval: Interval,
    /// Where the difference may lie for other seeds of fine-tuning: Student's, paired by seed.
    pub seeds_interval: Option<Interval>,
    /// Two-sided p-value of the paired sign-flip test over examples.
    pub p: f64,
}

/// Marks of the examples for each seed of each model.
type Marks = [Vec<Vec<f64>>; 2];

impl Findings {
    /// From results in the order in which they were made: by task, model and seed.
    pub(super) fn of(
        quickstart: &Quickstart,
        folder: &Folder,
        results: &[TaskResult],
    ) -> Result<Self, LabError> {
        let seeds = (quickstart.size.seeds as usize).max(1);
        let mut probes = Vec::new();
        let mut all: Vec<(Marks, f64)> = Vec::new();
        for of_task in results.chunks(MODELS.len() * seeds) {
            let Some(first) = of_task.first() else { continue };
            let unlike = || LabError::Unlike { task: first.task.clone(), path: folder.runs() };
            let metric = mean_metric(first).ok_or_else(unlike)?;
            let marks = |result: &TaskResult| marks(result, metric);
            let of_model = |model: usize| {
                of_task.iter().skip(model * seeds).take(seeds).map(marks).collect::<Vec<_>>()
            };
            let marks = [of_model(0), of_model(1)];
            let majority = majority(first, metric).unwrap_or(0.0);
            let finding = finding(&first.task, metric, &marks, majority).ok_or_else(unlike)?;
            probes.push(finding);
            all.push((marks, majority));
        }
        let names = || LabError::Unlike { task: "all probes".to_owned(), path: folder.runs() };
        let majority = mean(&all.iter().map(|(_, majority)| *majority).collect::<Vec<_>>());
        let marks = over_tasks(&all, seeds);
        let overall =
            finding("mean of all", "", &marks, majority.unwrap_or(0.0)).ok_or_else(names)?;

        let recipes = [0, 1].map(|model| folder.pretraining(quickstart, MODELS[model]));
        let [first, second] = recipes;
        let (first, second) = (first?, second?);
        let digest = |recipe: &ext5_train::recipe::Recipe| {
            recipe.digest().map_err(std::io::Error::other).map_err(LabError::file(&folder.runs()))
        };
        let log = |model: &str| {
            let run = folder.run(model);
            log::read(&run).map_err(LabError::file(&run))
        };
        let prepared = Prepared::new(&second.stream(), &mut |_, _| ())?;
        let budget = prepared.expected_examples(second.train.steps)?;
        let findings = Findings {
            seed: quickstart.seed,
            size: quickstart.size,
            code: ext5_core::CODE.to_owned(),
            recipes: [digest(&first)?, digest(&second)?],
            probes,
            overall,
            logs: [log(MODELS[0])?, log(MODELS[1])?],
            mixture: prepared.mixture.report(budget)?,
        };
        let path = quickstart.out.join("findings.json");
        let text = serde_json::to_vec_pretty(&findings).map_err(std::io::Error::other);
        write(&path, &text.map_err(LabError::file(&path))?)?;
        Ok(findings)
    }
}

/// The mean over tasks of the marks of their first, second, … example. Examples of different tasks
/// have nothing to do with each other, so that the mean's spread is what it should be.
fn over_tasks(all: &[(Marks, f64)], seeds: usize) -> Marks {
    let examples = all.iter().flat_map(|(marks, _)| &marks[0]).map(Vec::len).min().unwrap_or(0);
    [0, 1].map(|model| {
        let of_seed = |seed: usize| {
            let mean = |example: usize| {
                let marks =
                    all.iter().filter_map(|(marks, _)| marks[model].get(seed)?.get(example));
                marks.sum::<f64>() / all.len() as f64
            };
            (0..examples).map(mean).collect()
        };
        (0..seeds).map(of_seed).collect()
    })
}

fn finding(name: &str, metric: &str, marks: &Marks, majority: f64) -> Option<ProbeFinding> {
    let scores = [0, 1].map(|model: usize| {
        marks[model].iter().filter_map(|marks| mean(marks)).collect::<Vec<_>>()
    });
    let bootstrap = Bootstrap::new(Key::new(0).name("quickstart").name(name));
    let comparison = compare(&marks[1], &marks[0], PERMUTATIONS, &bootstrap)?;
    let by_seed: Vec<f64> = scores[1].iter().zip(&scores[0]).map(|(a, b)| a - b).collect();
    Some(ProbeFinding {
        name: name.to_owned(),
        metric: metric.to_owned(),
        examples: marks[0].first()?.len(),
        majority,
        means: [mean(&scores[0])?, mean(&scores[1])?],
        scores,
        difference: comparison.difference,
        interval: comparison.interval,
        seeds_interval: mean_interval(&by_seed, 0.95),
        p: comparison.test.p,
    })
}
