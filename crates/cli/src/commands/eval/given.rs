//! `ext5 eval --predictions` and `ext5 eval --compare`: answers of files in place of a model's.

use super::{Data, print};
use crate::args::Eval;
use crate::failure::{Blame, Failure};
use anyhow::{Context, anyhow};
use ext5_core::Key;
use ext5_eval::{
    Comparison, EvalError, Given, GivenFile, Provenance, Settings, comparisons, score_given,
};
use ext5_task::{Registry, Task};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Scores the answers at `path`.
pub fn score(command: &Eval, path: &Path) -> Result<(), Failure> {
    let registry = Registry::with_built_in(&command.tasks.folders).request()?;
    let tasks = tasks(&registry, &command.patterns, &[path])?;
    let (data, settings) = (data(command), settings());
    let mut results = Vec::new();
    for task in tasks {
        let given = Given::find(path, task, &command.split).map_err(wrong)?;
        let (examples, majority) = (data.examples(task)?, data.majority(task)?);
        let split = &command.split;
        let result = score_given(task, split, &examples, &given, majority.as_ref(), &settings)
            .map_err(wrong)?;
        if let Some(out) = &command.out {
            result.write(out, &provenance(&given)).work()?;
        }
        results.push(result);
    }
    print(&results, command.out.as_deref(), command.json)
}

/// Compares the answers of two systems.
pub fn compare(command: &Eval, paths: &[PathBuf]) -> Result<(), Failure> {
    let [first, second] = paths else {
        return Err(Failure::Request(anyhow!("--compare takes two files or folders")));
    };
    let registry = Registry::with_built_in(&command.tasks.folders).request()?;
    let tasks = tasks(&registry, &command.patterns, &[first, second])?;
    let (data, settings) = (data(command), settings());
    let mut found = Vec::new();
    for task in tasks {
        let open = |path| Given::find(path, task, &command.split).map_err(wrong);
        let (first, second) = (open(first)?, open(second)?);
        let examples = data.examples(task)?;
        let files = [&first, &second];
        let comparison = Comparison::new(task, &command.split, &examples, files, &settings);
        found.push(comparison.map_err(wrong)?);
    }
    let mut stdout = io::stdout().lock();
    if command.json {
        serde_json::to_writer_pretty(&mut stdout, &found).work()?;
        return Ok(writeln!(stdout)?);
    }
    write!(stdout, "{}", comparisons(&found))?;
    let (first, second) = (first.display(), second.display());
    writeln!(stdout, "\nfirst: {first}, second: {second}; paired on the same examples")?;
    let tests: BTreeSet<&str> = found
        .iter()
        .flat_map(|comparison| &comparison.differences)
        .filter_map(|difference| difference.how.rsplit("; ").next())
        .collect();
    Ok(writeln!(stdout, "{}", Vec::from_iter(tests).join("\n"))?)
}

/// The tasks that were asked for, or those that all folders have answers for.
fn tasks<'a>(
    registry: &'a Registry,
    asked: &[String],
    paths: &[&Path],
) -> Result<Vec<&'a Task>, Failure> {
    if let Some(nothing) = paths.iter().find(|path| !path.exists()) {
        return Err(Failure::Request(anyhow!("{}: no such file or folder", nothing.display())));
    }
    let file = paths.iter().find(|path| !path.is_dir());
    if !asked.is_empty() {
        let tasks = registry.select(asked).request()?;
        return match file {
            Some(file) if tasks.len() > 1 => Err(Failure::Request(anyhow!(
                "{}: a file has the answers of one task, and {} were named",
                file.display(),
                tasks.len()
            ))),
            _ => Ok(tasks),
        };
    }
    if let Some(file) = file {
        return Err(Failure::Request(anyhow!(
            "{}: name the task that is answered with --task",
            file.display()
        )));
    }
    let of_folders: Vec<BTreeSet<String>> =
        paths.iter().map(|folder| answered(folder)).collect::<Result<_, _>>().request()?;
    let names: BTreeSet<String> = of_folders.iter().flatten().cloned().collect();
    for (folder, own) in paths.iter().zip(&of_folders) {
        let folder = folder.display();
        if own.is_empty() {
            return Err(Failure::Request(anyhow!(
                "{folder}: no TASK.jsonl in it, nor under its `predictions`"
            )));
        }
        if let Some(name) = names.difference(own).next() {
            return Err(Failure::Request(anyhow!(
                "{folder}: no answers for the task {name}, which the other folder has; name the \
                 tasks to compare with --task"
            )));
        }
    }
    registry.select(&Vec::from_iter(names)).request()
}

/// The tasks that a folder has answers for.
fn answered(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let inside = folder.join("predictions");
    let folder = if inside.is_dir() { inside.as_path() } else { folder };
    let mut names = BTreeSet::new();
    for entry in folder.read_dir().with_context(|| folder.display().to_string())? {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
        }
    }
    Ok(names)
}

fn data(command: &Eval) -> Data<'_> {
    Data {
        root: command.tasks.data_root.as_deref().unwrap_or(Path::new("data")),
        split: &command.split,
        limit: command.limit,
    }
}

fn settings() -> Settings {
    Settings::new(Key::new(0).name("eval"))
}

/// Answers that cannot be scored are the request's fault.
fn wrong(error: EvalError) -> Failure {
    Failure::Request(error.into())
}

fn provenance(given: &Given) -> Provenance {
    Provenance {
        recipe: None,
        data_lock: None,
        vocabulary: None,
        weights: None,
        predictions: Some(GivenFile { path: given.path.clone(), digest: given.digest }),
        step: None,
        seed: 0,
        code: ext5_core::CODE.to_owned(),
    }
}
