//! One run: made, gone on with, or found done; and its scores.

use crate::error::LabError;
use ext5_core::{Key, atomic};
use ext5_eval::{Evaluation, Majority, Settings, TaskResult};
use ext5_mix::Prepared;
use ext5_train::parallel::Alone;
use ext5_train::recipe::Recipe;
use ext5_train::{Outcome, Position, Run, Trained};
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a set of runs tells whoever watches it.
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
    /// The stage is done.
    Done,
}

/// Told what happens.
pub type Watch<'a> = &'a mut dyn FnMut(Event<'_>);

/// Trains a recipe in a run folder, or goes on with what is there. Gives where it then stands.
pub(crate) fn train(
    mut recipe: Recipe,
    path: &Path,
    stop: &AtomicBool,
    watch: Watch<'_>,
) -> Result<Position, LabError> {
    let run = Run::open(path, &mut recipe, &Alone)?;
    let prepared =
        Prepared::new(&recipe.stream(), &mut |name, rows| watch(Event::Caching(name, rows)))?;
    let mut trainer = run.start(&recipe, &prepared)?;
    watch(Event::Run { path, step: trainer.position().step, steps: recipe.train.steps });
    match trainer.run(stop, &mut |event| watch(Event::Training(event)))? {
        Outcome::Interrupted => Err(LabError::Interrupted),
        Outcome::Finished | Outcome::StoppedEarly => Ok(trainer.position().clone()),
    }
}

/// Scores a run's model on a sample of a task's split and writes the result into a folder.
pub(crate) fn score(
    trained: &Trained,
    (task, split, examples): (&str, &str, u64),
    out: &Path,
    stop: &AtomicBool,
) -> Result<TaskResult, LabError> {
    let recipe = match &trained.origin {
        Some(origin) => &origin.recipe,
        None => return Err(LabError::file(&trained.weights)(std::io::ErrorKind::NotFound.into())),
    };
    let registry = recipe.data.registry()?;
    let task = registry.get(task)?;
    let root = &recipe.data.root;
    let examples: Vec<_> = task.sample(root, split, examples)?.collect::<Result<_, _>>()?;
    let majority = Majority::of(task.examples(root, "train")?)?;
    // The same resamples for every run: they are compared.
    let mut settings = Settings::new(Key::new(0).name("eval"));
    settings.inputs_length = recipe.batch.inputs;
    settings.max_new = recipe.batch.targets;
    let (predictor, vocabulary) = (&trained.model, &trained.vocabulary);
    let evaluation = Evaluation { predictor, vocabulary, settings };
    let result = evaluation.task(task, split, &examples, majority.as_ref(), &mut |_| match stop
        .load(Ordering::Relaxed)
    {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    });
    if stop.load(Ordering::Relaxed) {
        return Err(LabError::Interrupted);
    }
    let result = result?;
    let provenance = trained.provenance().map_err(std::io::Error::other);
    result.write(out, &provenance.map_err(LabError::file(&trained.weights))?)?;
    Ok(result)
}

/// The first metric that every example has a mark of: one whose score is a mean over examples.
pub(crate) fn mean_metric(result: &TaskResult) -> Option<&str> {
    let marked = |name: &str| {
        result.predictions.iter().all(|p| p.marks.iter().any(|mark| mark.metric == name))
    };
    result.metrics.iter().map(|metric| metric.name.as_str()).find(|name| marked(name))
}

/// Every example's mark in a metric.
pub(crate) fn marks(result: &TaskResult, metric: &str) -> Vec<f64> {
    let marks = result.predictions.iter().flat_map(|prediction| &prediction.marks);
    marks.filter(|mark| mark.metric == metric).map(|mark| mark.value).collect()
}

/// What the most frequent train answer scores in a metric.
pub(crate) fn majority(result: &TaskResult, metric: &str) -> Option<f64> {
    let metrics = result.baseline.iter().flat_map(|baseline| &baseline.metrics);
    metrics.filter(|value| value.name == metric).map(|value| value.value).next()
}

/// Writes a file, whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), LabError> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| atomic::write_file(path, |file| file.write_all(bytes)))
        .map_err(LabError::file(path))
}
