//! `ext5 tasks list` and `show`

use crate::commands::print_json;
use crate::failure::Failure;
use crate::output::{FAINT, Output, STRONG, styled};
use crate::table::{Align, Table};
use ext5_task::{Metric, Provenance, Task};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// A task in a listing.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    family: &'a str,
    suites: &'a [String],
    metrics: &'a [Metric],
    prompts: usize,
    evaluation_only: bool,
    description: &'a str,
    licence: &'a str,
    url: &'a str,
    provenance: Option<Provenance>,
    reason: &'a str,
    sources: &'a [String],
    unverified: Option<&'a str>,
    built_in: bool,
    path: &'a Path,
}

impl<'a> Listed<'a> {
    fn new(task: &'a Task) -> Self {
        Listed {
            name: &task.name,
            family: &task.family,
            suites: &task.suites,
            metrics: &task.metrics,
            prompts: task.prompts(),
            evaluation_only: task.evaluation_only,
            description: &task.description,
            licence: &task.licence,
            url: &task.url,
            provenance: task.provenance,
            reason: &task.reason,
            sources: &task.sources,
            unverified: task.unverified.as_deref(),
            built_in: task.built_in,
            path: &task.path,
        }
    }
}

/// Lists tasks and where each is from.
pub fn list(tasks: &[&Task], json: bool, out: &mut Output) -> Result<(), Failure> {
    if json {
        let listed: Vec<_> = tasks.iter().map(|task| Listed::new(task)).collect();
        return print_json(&listed, out);
    }
    let mut table = Table::new(&[
        ("task", Align::Left),
        ("family", Align::Left),
        ("metrics", Align::Left),
        ("for", Align::Left),
        ("from", Align::Left),
        ("description", Align::Left),
    ]);
    for task in tasks {
        let metrics: Vec<&str> = task.metrics.iter().copied().map(Metric::name).collect();
        let uses = if task.evaluation_only { "evaluation" } else { "training" };
        let from = match task.built_in {
            true => "built in".to_owned(),
            false => match task.path.parent() {
                Some(folder) => folder.display().to_string(),
                None => task.path.display().to_string(),
            },
        };
        table.row([
            styled(STRONG, &task.name),
            task.family.clone(),
            metrics.join(", "),
            uses.into(),
            styled(FAINT, &from),
            task.description.clone(),
        ]);
    }
    table.fit(out.width(), &["description", "metrics", "from", "family"]);
    Ok(table.print(out)?)
}

/// Shows a task's definition.
pub fn show(task: &Task, json: bool, out: &mut Output) -> Result<(), Failure> {
    if json {
        return print_json(&Listed::new(task), out);
    }
    let from = match task.built_in {
        true => format!("# built in: {}", task.path.display()),
        false => format!("# {}", task.path.display()),
    };
    writeln!(out, "{}", styled(FAINT, &from))?;
    Ok(write!(out, "{}", task.text())?)
}
