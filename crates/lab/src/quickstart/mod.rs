//! A small T5 and a small ExT5, pre-trained on the world for the same number of steps and tokens,
//! fine-tuned on tasks that neither has seen, and compared.

mod findings;
mod folder;
mod runs;
mod size;
mod vocabulary;

pub use findings::{Findings, ProbeFinding};
pub use size::Size;

use crate::error::LabError;
use ext5_world::TASKS;
use folder::Folder;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// The two models, the one that the other is compared with first.
pub const MODELS: [&str; 2] = ["t5", "ext5"];

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

/// What a quickstart tells whoever watches it.
#[derive(Debug)]
pub enum Event<'a> {
    /// A stage begins.
    Stage {
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// What is done.
        what: String,
    },
    /// The run of this stage is ready.
    Run {
        /// Its folder.
        path: &'a Path,
        /// The step that it stands at.
        step: u64,
        /// Its steps.
        steps: u64,
    },
    /// Rows of a token store are done.
    Caching(&'a str, u64),
    /// What the run of this stage tells.
    Training(ext5_train::Event<'a>),
}

/// Told what happens.
pub type Watch<'a> = &'a mut dyn FnMut(Event<'_>);

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
        vocabulary::train(self, &folder)?;
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
                    results.push(runs::tuned(recipe, &run, task, self.size.scored, stop, watch)?);
                }
            }
        }
        Findings::of(self, &folder, &results)
    }
}
