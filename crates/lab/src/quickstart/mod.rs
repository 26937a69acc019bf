//! A small T5 and a small ExT5, pre-trained on the world for the same number of steps and tokens,
//! fine-tuned on tasks that neither has seen, and compared.

mod findings;
mod folder;
mod size;

pub use findings::{Findings, ProbeFinding};
pub use size::Size;

use crate::error::LabError;
use crate::lanes::side_by_side;
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
        1 + MODELS.len() + self.tunings().len()
    }

    /// Does what is not done yet, as many runs at a time as there are threads, and compares. `watch` is
    /// told what happens in which stage, from many threads.
    ///
    /// # Errors
    /// When a stage fails, or [`LabError::Interrupted`] when `stop` was raised: it has saved then. What
    /// fails raises `stop`, too.
    pub fn run(
        &self,
        stop: &AtomicBool,
        watch: &(dyn Fn(usize, Event<'_>) + Sync),
    ) -> Result<Findings, LabError> {
        let folder = Folder::open(self)?;
        let stages = Stages { of: self.stages(), watch };
        stages.go(1, "a vocabulary from the world's texts".to_owned(), |_| {
            let universe = Universe::new(self.seed, self.size.people);
            world::train_vocabulary(&universe, self.size.pieces, &folder.vocabulary())
        })?;
        let pretrainings: Vec<_> = (2..).zip(MODELS).collect();
        side_by_side(&pretrainings, stop, |&(number, model)| {
            stages.go(number, format!("pre-train {model}"), |watch| {
                runs::train(folder.pretraining(self, model)?, &folder.run(model), stop, watch)
            })
        })?;
        let tunings: Vec<_> = (2 + MODELS.len()..).zip(self.tunings()).collect();
        let results = side_by_side(&tunings, stop, |&(number, (task, model, seed))| {
            stages.go(number, format!("fine-tune {model} on {task}, seed {seed}"), |watch| {
                let run = folder.run(&format!("{model}-{task}-{seed}"));
                let recipe = folder.finetuning(self, model, task, seed)?;
                self.tuned(recipe, &run, task, stop, watch)
            })
        })?;
        Findings::of(self, &folder, &results)
    }

    /// Every fine-tuning: its task, model and seed.
    fn tunings(&self) -> Vec<(&'static str, &'static str, u64)> {
        let of_task = |task| MODELS.into_iter().map(move |model| (task, model));
        let all = self.probes().into_iter().flat_map(of_task);
        all.flat_map(|(task, model)| (1..=self.size.seeds).map(move |seed| (task, model, seed)))
            .collect()
    }

    /// The scores of a fine-tuning on test rows of its task. Where they are not there yet, the run is
    /// made first.
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

/// Says of what happens which stage it is of.
struct Stages<'a> {
    of: usize,
    watch: &'a (dyn Fn(usize, Event<'_>) + Sync),
}

impl Stages<'_> {
    /// Does a stage.
    fn go<T>(
        &self,
        number: usize,
        what: String,
        work: impl FnOnce(Watch<'_>) -> Result<T, LabError>,
    ) -> Result<T, LabError> {
        let watch = self.watch;
        watch(number, Event::Stage { number, of: self.of, what });
        let made = work(&mut |event| watch(number, event));
        watch(number, Event::Done);
        made
    }
}
