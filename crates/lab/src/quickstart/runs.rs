//! One run: made, gone on with, or found done.

use super::{Event, Watch};
use crate::error::LabError;
use ext5_core::Key;
use ext5_eval::{Evaluation, Majority, Provenance, ResultFile, Settings, TaskResult};
use ext5_mix::Prepared;
use ext5_train::parallel::Alone;
use ext5_train::recipe::Recipe;
use ext5_train::{Outcome, Run, Trained};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

const SPLIT: &str = "test";

/// Trains a recipe in a run folder, or goes on with what is there.
pub(super) fn train(
    mut recipe: Recipe,
    path: &Path,
    stop: &AtomicBool,
    watch: Watch<'_>,
) -> Result<(), LabError> {
    let run = Run::open(path, &mut recipe, &Alone)?;
    let prepared =
        Prepared::new(&recipe.stream(), &mut |name, rows| watch(Event::Caching(name, rows)))?;
    let mut trainer = run.start(&recipe, &prepared)?;
    watch(Event::Run { path, step: trainer.position().step, steps: recipe.train.steps });
    match trainer.run(stop, &mut |event| watch(Event::Training(event)))? {
        Outcome::Interrupted => Err(LabError::Interrupted),
        Outcome::Finished | Outcome::StoppedEarly => Ok(()),
    }
}

/// The scores of a fine-tuning on the first test rows of its task. Where they are not there yet, the
/// run is made first.
pub(super) fn tuned(
    recipe: Recipe,
    path: &Path,
    task: &str,
    scored: usize,
    stop: &AtomicBool,
    watch: Watch<'_>,
) -> Result<TaskResult, LabError> {
    if let Ok(done) = ResultFile::read(path, task) {
        return Ok(done.result);
    }
    train(recipe, path, stop, watch)?;
    score(path, task, scored, stop)
}

/// Scores the newest checkpoint of a run and writes the result into its folder.
fn score(
    path: &Path,
    task: &str,
    scored: usize,
    stop: &AtomicBool,
) -> Result<TaskResult, LabError> {
    let trained = Trained::open(path, None)?;
    let recipe = match &trained.origin {
        Some(origin) => &origin.recipe,
        None => return Err(LabError::file(path)(std::io::ErrorKind::NotFound.into())),
    };
    let registry = recipe.data.registry()?;
    let task = registry.get(task)?;
    let root = &recipe.data.root;
    let examples: Vec<_> = task.examples(root, SPLIT)?.take(scored).collect::<Result<_, _>>()?;
    let majority = Majority::of(task.examples(root, "train")?)?;
    // The same resamples for every run: they are compared.
    let mut settings = Settings::new(Key::new(0).name("eval"));
    settings.inputs_length = recipe.batch.inputs;
    settings.max_new = recipe.batch.targets;
    let (predictor, vocabulary) = (&trained.model, &trained.vocabulary);
    let evaluation = Evaluation { predictor, vocabulary, settings };
    let result = evaluation.task(task, SPLIT, &examples, majority.as_ref(), &mut |_| match stop
        .load(Ordering::Relaxed)
    {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    });
    if stop.load(Ordering::Relaxed) {
        return Err(LabError::Interrupted);
    }
    let result = result?;
    result.write(path, &provenance(&trained)?)?;
    Ok(result)
}

fn provenance(trained: &Trained) -> Result<Provenance, LabError> {
    let origin = trained.origin.as_ref();
    let recipe = origin.map(|origin| origin.recipe.digest()).transpose();
    let recipe = recipe.map_err(std::io::Error::other).map_err(LabError::file(&trained.weights))?;
    Ok(Provenance {
        recipe,
        data_lock: origin.map(|origin| origin.data_lock.digest()),
        vocabulary: Some(trained.vocabulary.digest()),
        weights: Some(trained.weights.clone()),
        predictions: None,
        step: origin.map(|origin| origin.position.step),
        seed: origin.map_or(0, |origin| origin.recipe.seed),
        code: format!("ext5 {}", env!("CARGO_PKG_VERSION")),
    })
}
