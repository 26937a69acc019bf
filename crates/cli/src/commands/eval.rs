//! `ext5 eval`

use super::model;
use crate::args::{Eval, OptionScore};
use crate::failure::{Blame, Failure};
use crate::interrupt;
use anyhow::anyhow;
use ext5_core::Key;
use ext5_eval::metrics::Normalisation;
use ext5_eval::{Evaluation, Majority, Provenance, Settings, TaskResult};
use ext5_task::{Example, Task};
use ext5_train::{Origin, Trained};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Scores a model on tasks.
pub fn run(command: Eval) -> Result<(), Failure> {
    let opened = model::open(&command.model, &command.tasks, command.device)?;
    let registry = opened.data.registry().request()?;
    let patterns = patterns(&command.patterns, opened.trained.origin.as_ref())?;
    let tasks = registry.select(&patterns).request()?;
    let out = match (command.out, &opened.trained.origin) {
        (Some(out), _) => out,
        (None, Some(origin)) => origin.folder.clone(),
        (None, None) => {
            return Err(Failure::Request(anyhow!(
                "{}: no run, so there is no folder for the results: give --out",
                command.model.display()
            )));
        }
    };
    let stop = interrupt::flag()?;
    let provenance = provenance(&opened.trained).work()?;
    let mut settings = Settings::new(Key::new(provenance.seed).name("eval"));
    settings.normalisation = match command.normalisation {
        OptionScore::Sum => Normalisation::Sum,
        OptionScore::PerToken => Normalisation::PerToken,
        OptionScore::PerCharacter => Normalisation::PerCharacter,
        OptionScore::PerByte => Normalisation::PerByte,
    };
    settings.inputs_length = opened.inputs;
    settings.max_new = command.max_targets.unwrap_or(opened.targets);
    let scoring = Scoring {
        evaluation: Evaluation {
            predictor: &opened.trained.model,
            vocabulary: &opened.trained.vocabulary,
            settings,
        },
        data_root: &opened.data.root,
        split: &command.split,
        limit: command.limit.unwrap_or(usize::MAX),
        stop: &stop,
    };
    let mut results = Vec::new();
    for task in tasks {
        let result = scoring.task(task)?;
        result.write(&out, &provenance).work()?;
        results.push(result);
    }
    print(&results, &out, command.json)
}

/// What is the same for every task.
struct Scoring<'a> {
    evaluation: Evaluation<'a>,
    data_root: &'a Path,
    split: &'a str,
    limit: usize,
    stop: &'a AtomicBool,
}

impl Scoring<'_> {
    fn task(&self, task: &Task) -> Result<TaskResult, Failure> {
        let examples = task.examples(self.data_root, self.split).request()?;
        let examples: Vec<Example> = examples.take(self.limit).collect::<Result<_, _>>().work()?;
        let majority = match task.has_split(self.data_root, "train") {
            true => Majority::of(task.examples(self.data_root, "train").work()?).work()?,
            false => None,
        };
        let bar = bar(&task.name);
        let result =
            self.evaluation.task(task, self.split, &examples, majority.as_ref(), &mut |progress| {
                bar.set_length(progress.total as u64);
                bar.set_position(progress.done as u64);
                match self.stop.load(Ordering::Relaxed) {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            });
        let hidden = bar.is_hidden();
        bar.finish_and_clear();
        if self.stop.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
        if hidden {
            eprintln!("scored {}: {} examples", task.name, examples.len());
        }
        result.work()
    }
}

fn bar(task: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:24} {bar:30} {pos}/{len} {eta} left") {
        bar.set_style(style);
    }
    bar.set_message(task.to_owned());
    bar
}

/// The tasks that were asked for, or those of the run.
fn patterns(asked: &[String], origin: Option<&Origin>) -> Result<Vec<String>, Failure> {
    match (asked, origin) {
        ([], Some(origin)) => Ok(origin.recipe.mixture.tasks.clone()),
        ([], None) => Err(Failure::Request(anyhow!(
            "this model is no run, so no tasks are known of it: name them with --task"
        ))),
        (asked, _) => Ok(asked.to_vec()),
    }
}

fn provenance(trained: &Trained) -> anyhow::Result<Provenance> {
    let origin = trained.origin.as_ref();
    Ok(Provenance {
        recipe: origin.map(|origin| origin.recipe.digest()).transpose()?,
        data_lock: origin.map(|origin| origin.data_lock.digest()),
        vocabulary: trained.vocabulary.digest(),
        weights: trained.weights.clone(),
        step: origin.map(|origin| origin.position.step),
        seed: origin.map_or(0, |origin| origin.recipe.seed),
        code: format!("ext5 {}", env!("CARGO_PKG_VERSION")),
    })
}

fn print(results: &[TaskResult], out: &Path, json: bool) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut stdout, results).work()?;
        return Ok(writeln!(stdout)?);
    }
    write!(stdout, "{}", ext5_eval::table(results))?;
    let folder = |name: &str| -> PathBuf { out.join(name) };
    let (scores, predictions) = (folder("eval"), folder("predictions"));
    Ok(writeln!(
        stdout,
        "\nscores in {}, predictions in {}",
        scores.display(),
        predictions.display()
    )?)
}
