//! A small T5 and a small ExT5, pre-trained on the world for the same number of steps and tokens,
//! fine-tuned on tasks that neither has seen, and compared.

mod findings;
mod folder;
mod size;

pub use findings::{Findings, ProbeFinding};
pub use size::Size;

use crate::error::LabError;
use crate::runs::{self, Event, Watch};
use crate::world;
use ext5_eval::{ResultFile, TaskResult};
use ext5_train::Trained;
use ext5_train::recipe::Recipe;
use ext5_world::{TASKS, Universe};
use folder::Folder;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// The two models, the one that the other is compared with first.
pub const MODELS: [&str; 2] = ["t5", "ext5"];

/// What fine-tunings are scored on.
const SPLIT: &str = "test";

/// What to do, and where.
#[derive(Clone, Debug)]
pub struct Quickstart {
    /// The folder that all goes into.
    pub out: PathBuf,
    /// The seed of the world and of everything random in pre-training.
    pub seed: u64,
    /// How much.
    pub size: Size,
}

impl Quickstart {
    /// The probe tasks, in order.
    pub fn probes(&self) -> Vec<&'static str> {
        let probes = TASKS.iter().filter(|task| task.probe).map(|task| task.name);
        probes.take(self.size.probes).collect()
    }

    /// The stages: the vocabulary, two pre-trainings, and the fine-tunings with their scores.
    pub fn stages(&self) -> usize {
        1 + MODELS.len() * (1 + self.probes().len() * self.size.seeds as usize)
    }

    /// Does what is not done yet, and compares.
    ///
    /// # Errors
    /// When a stage fails, or [`LabError::Interrupted`] when `stop` was raised: it has saved then.
    pub fn run(&self, stop: &AtomicBool, watch: Watch<'_>) -> Result<Findings, LabError> {
        let folder = Folder::open(self)?;
        let mut number = 0;
        let mut stage = |what: String, watch: Watch<'_>| {
            number += 1;
            watch(Event::Stage { number, of: self.stages(), what });
        };
        stage("a vocabulary from the world's texts".to_owned(), watch);
        let universe = Universe::new(self.seed, self.size.people);
        world::train_vocabulary(&universe, &folder.vocabulary())?;
        for model in MODELS {
            stage(format!("pre-train {model}"), watch);
            runs::train(folder.pretraining(self, model)?, &folder.run(model), stop, watch)?;
        }
        let mut results = Vec::new();
        for task in self.probes() {
            for model in MODELS {
                for seed in 1..=self.size.seeds {
                    stage(format!("fine-tune {model} on {task}, seed {seed}"), watch);
                    let run = folder.run(&format!("{model}-{task}-{seed}"));
                    let recipe = folder.finetuning(self, model, task, seed)?;
                    results.push(self.tuned(recipe, &run, task, stop, watch)?);
                }
            }
        }
        Findings::of(self, &folder, &results)
    }

    /// The scores of a fine-tuning on the first test rows of its task. Where they are not there yet,
    /// the run is made first.
    fn tuned(
        &self,
        recipe: Recipe,
        path: &Path,
        task: &str,
        stop: &AtomicBool,
        watch: Watch<'_>,
    ) -> Result<TaskResult, LabError> {
        if let Ok(done) = ResultFile::read(path, task) {
            return Ok(done.result);
        }
        runs::train(recipe, path, stop, watch)?;
        let trained = Trained::open(path, None)?;
        runs::score(&trained, (task, SPLIT, self.size.scored), path, stop)
    }
}
