//! `ext5 eval`

mod given;

use super::model;
use crate::args::Eval;
use crate::failure::{Blame, Failure};
use crate::interrupt;
use anyhow::anyhow;
use ext5_core::{Key, atomic};
use ext5_eval::{Evaluation, Majority, Settings, TaskResult};
use ext5_task::{Example, Task};
use ext5_train::Origin;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Scores a model on tasks.
pub fn run(command: Eval) -> Result<(), Failure> {
    match (&command.model, &command.predictions, &command.compare) {
        (_, Some(path), _) => given::score(&command, path),
        (_, _, Some(paths)) => given::compare(&command, paths),
        (Some(model), ..) => score(&command, model),
        (None, None, None) => Err(Failure::Request(anyhow!("name a model, or give --predictions"))),
    }
}

fn score(command: &Eval, model: &Path) -> Result<(), Failure> {
    let opened = model::open(model, &command.tasks, command.device)?;
    let registry = opened.data.registry().request()?;
    let patterns = patterns(&command.patterns, opened.trained.origin.as_ref())?;
    let tasks = registry.select(&patterns).request()?;
    let out = match (&command.out, &opened.trained.origin) {
        (Some(out), _) => out.clone(),
        (None, Some(origin)) => origin.folder.clone(),
        (None, None) => {
            return Err(Failure::Request(anyhow!(
                "{}: no run, so there is no folder for the results: give --out",
                model.display()
            )));
        }
    };
    let stop = interrupt::flag()?;
    let provenance = opened.trained.provenance().work()?;
    let mut settings = Settings::new(Key::new(provenance.seed).name("eval"));
    settings.normalisation = command.normalisation;
    settings.inputs_length = opened.inputs;
    settings.max_new = command.max_targets.unwrap_or(opened.targets);
    let scoring = Scoring {
        evaluation: Evaluation {
            predictor: &opened.trained.model,
            vocabulary: &opened.trained.vocabulary,
            settings,
        },
        data: Data { root: &opened.data.root, split: &command.split, limit: command.limit },
        stop: &stop,
    };
    let mut results = Vec::new();
    for task in tasks {
        let result = scoring.task(task)?;
        result.write(&out, &provenance).work()?;
        results.push(result);
    }
    print(&results, Some(&out), command.json)
}

/// Where examples come from.
struct Data<'a> {
    root: &'a Path,
    split: &'a str,
    limit: Option<u64>,
}

impl Data<'_> {
    fn examples(&self, task: &Task) -> Result<Vec<Example>, Failure> {
        let examples = match self.limit {
            Some(limit) => task.sample(self.root, self.split, limit),
            None => task.examples(self.root, self.split),
        };
        examples.request()?.collect::<Result<_, _>>().work()
    }

    /// The most frequent training answer, where there are training rows.
    fn majority(&self, task: &Task) -> Result<Option<Majority>, Failure> {
        match task.has_split(self.root, "train") {
            true => Majority::of(task.examples(self.root, "train").work()?).work(),
            false => Ok(None),
        }
    }
}

/// What is the same for every task.
struct Scoring<'a> {
    evaluation: Evaluation<'a>,
    data: Data<'a>,
    stop: &'a AtomicBool,
}

impl Scoring<'_> {
    fn task(&self, task: &Task) -> Result<TaskResult, Failure> {
        let (examples, majority) = (self.data.examples(task)?, self.data.majority(task)?);
        let (split, bar) = (self.data.split, bar(&task.name));
        let result =
            self.evaluation.task(task, split, &examples, majority.as_ref(), &mut |progress| {
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

/// Prints the results, and writes the averages of suites beside them.
fn print(results: &[TaskResult], out: Option<&Path>, json: bool) -> Result<(), Failure> {
    let averages = ext5_eval::averages(results);
    if let Some(out) = out.filter(|_| !averages.is_empty()) {
        atomic::write_file(&out.join("suites.json"), |writer| {
            serde_json::to_writer_pretty(&mut *writer, &averages)?;
            writer.write_all(b"\n")
        })
        .work()?;
    }
    let mut stdout = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut stdout, results).work()?;
        return Ok(writeln!(stdout)?);
    }
    write!(stdout, "{}", ext5_eval::table(results))?;
    if !averages.is_empty() {
        write!(stdout, "\n{}", ext5_eval::suites(&averages))?;
    }
    let Some(out) = out else { return Ok(()) };
    let folder = |name: &str| -> PathBuf { out.join(name) };
    let (scores, predictions) = (folder("eval"), folder("predictions"));
    Ok(writeln!(
        stdout,
        "\nscores in {}, predictions in {}",
        scores.display(),
        predictions.display()
    )?)
}
