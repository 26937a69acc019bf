//! `ext5 tasks`

mod check;
mod list;
mod sample;

use crate::args::{TaskOptions, Tasks};
use crate::failure::{Blame, Failure};
use crate::output::Output;
use anyhow::anyhow;
use ext5_task::{Registry, Task};

/// Lists, shows, samples or checks tasks.
pub fn run(command: Tasks) -> Result<(), Failure> {
    let mut out = Output::new();
    match command {
        Tasks::List { tasks, patterns, json } => {
            let registry = open(&tasks)?;
            list::list(&select(&registry, &patterns)?, json, &mut out)
        }
        Tasks::Show { tasks, name, json } => {
            let registry = open(&tasks)?;
            list::show(registry.get(&name).request()?, json, &mut out)
        }
        Tasks::Sample { tasks, root, name, options, json } => {
            let registry = open(&tasks)?;
            let task = registry.get(&name).request()?;
            sample::run(task, &root.data_root, &options, json, &mut out)
        }
        Tasks::Check { tasks, root, patterns, all, json } => {
            let registry = open(&tasks)?;
            let patterns = if patterns.is_empty() { vec!["*".to_owned()] } else { patterns };
            check::run(&select(&registry, &patterns)?, &root.data_root, all, json, &mut out)
        }
    }
}

/// The built-in tasks and those of the folders.
fn open(tasks: &TaskOptions) -> Result<Registry, Failure> {
    Registry::with_built_in(&tasks.folders).request()
}

fn select<'a>(registry: &'a Registry, patterns: &[String]) -> Result<Vec<&'a Task>, Failure> {
    if !patterns.is_empty() {
        return registry.select(patterns).request();
    }
    let all: Vec<&Task> = registry.iter().collect();
    if all.is_empty() {
        return Err(Failure::Request(anyhow!(
            "there are no tasks; name a folder with --tasks DIR"
        )));
    }
    Ok(all)
}
