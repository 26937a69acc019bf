//! `ext5 tasks`

use crate::args::{TaskOptions, Tasks};
use crate::failure::{Blame, Failure};
use crate::table::{Align, Table, count};
use anyhow::anyhow;
use ext5_core::{Key, Permutation};
use ext5_task::{Example, Metric, Registry, Report, Task};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

/// Lists, shows, samples or checks tasks.
pub fn run(command: Tasks) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match command {
        Tasks::List { tasks, patterns, json } => {
            let registry = open(&tasks)?;
            let listed: Vec<Listed<'_>> =
                select(&registry, &patterns)?.into_iter().map(Listed::new).collect();
            if json { print_json(&listed, &mut out) } else { print_list(&listed, &mut out) }
        }
        Tasks::Show { tasks, name, json } => {
            let registry = open(&tasks)?;
            let task = registry.get(&name).request()?;
            if json {
                return print_json(&Listed::new(task), &mut out);
            }
            let definition = std::fs::read_to_string(&task.path).work()?;
            writeln!(out, "# {}", task.path.display())?;
            Ok(write!(out, "{definition}")?)
        }
        Tasks::Sample { tasks, root, name, split, count, seed, json } => {
            let registry = open(&tasks)?;
            let task = registry.get(&name).request()?;
            let examples = sample(task, &root.data_root, &split, count, seed)?;
            if json { print_json(&examples, &mut out) } else { print_examples(&examples, &mut out) }
        }
        Tasks::Check { tasks, root, patterns, json } => {
            let registry = open(&tasks)?;
            check(&select(&registry, &patterns)?, &root.data_root, json, &mut out)
        }
    }
}

fn open(tasks: &TaskOptions) -> Result<Registry, Failure> {
    Registry::open(&tasks.folders).request()
}

fn select<'a>(registry: &'a Registry, patterns: &[String]) -> Result<Vec<&'a Task>, Failure> {
    if patterns.is_empty() {
        return Ok(registry.iter().collect());
    }
    registry.select(patterns).request()
}

/// A task in a listing.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    family: &'a str,
    suites: &'a [String],
    metrics: &'a [Metric],
    description: &'a str,
    licence: &'a str,
    path: &'a Path,
}

impl<'a> Listed<'a> {
    fn new(task: &'a Task) -> Self {
        Listed {
            name: &task.name,
            family: &task.family,
            suites: &task.suites,
            metrics: &task.metrics,
            description: &task.description,
            licence: &task.licence,
            path: &task.path,
        }
    }
}

fn print_list(listed: &[Listed<'_>], out: &mut impl Write) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("task", Align::Left),
        ("family", Align::Left),
        ("metrics", Align::Left),
        ("description", Align::Left),
    ]);
    for task in listed {
        let metrics: Vec<&str> = task.metrics.iter().map(|metric| metric.name()).collect();
        table.row([
            task.name.into(),
            task.family.into(),
            metrics.join(", "),
            task.description.into(),
        ]);
    }
    Ok(table.print(out)?)
}

fn print_json(value: &impl Serialize, out: &mut impl Write) -> Result<(), Failure> {
    serde_json::to_writer_pretty(&mut *out, value).work()?;
    Ok(writeln!(out)?)
}

/// A random sample of a split, the same for the same seed.
fn sample(
    task: &Task,
    root: &Path,
    split: &str,
    count: usize,
    seed: u64,
) -> Result<Vec<Example>, Failure> {
    let examples: Vec<Example> =
        task.examples(root, split).request()?.collect::<Result<_, _>>().work()?;
    let order = Permutation::new(Key::new(seed).name("sample"), examples.len() as u64);
    let picked = (0..examples.len().min(count) as u64).map(|index| order.apply(index) as usize);
    Ok(picked.map(|index| examples[index].clone()).collect())
}

fn print_examples(examples: &[Example], out: &mut impl Write) -> Result<(), Failure> {
    for example in examples {
        writeln!(out, "{}", example.origin)?;
        writeln!(out, "  inputs      {}", example.inputs)?;
        writeln!(out, "  targets     {}", example.targets)?;
        if example.references != [example.targets.as_str()] {
            writeln!(out, "  references  {}", example.references.join(" | "))?;
        }
        if !example.options.is_empty() {
            writeln!(out, "  options     {}", example.options.join(" | "))?;
        }
    }
    Ok(())
}

fn check(tasks: &[&Task], root: &Path, json: bool, out: &mut impl Write) -> Result<(), Failure> {
    let mut reports = Vec::new();
    let mut failed = 0;
    for task in tasks {
        match task.check(root) {
            Ok(report) => {
                failed += usize::from(!report.usable);
                reports.push(report);
            }
            Err(error) => {
                failed += 1;
                eprintln!("error: {error}");
            }
        }
    }
    if json {
        print_json(&reports, out)?;
    } else {
        print_reports(&reports, out)?;
    }
    if failed > 0 {
        let all = tasks.len();
        return Err(Failure::Work(anyhow!("{failed} of {all} tasks cannot be used as they are")));
    }
    Ok(())
}

fn print_reports(reports: &[Report], out: &mut impl Write) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("task", Align::Left),
        ("split", Align::Left),
        ("rows", Align::Right),
        ("examples", Align::Right),
        ("malformed", Align::Right),
        ("filtered", Align::Right),
        ("inputs: mean", Align::Right),
        ("max", Align::Right),
        ("targets: mean", Align::Right),
        ("max", Align::Right),
    ]);
    for report in reports {
        for split in &report.splits {
            table.row([
                report.name.clone(),
                split.split.clone(),
                count(split.rows),
                count(split.examples),
                count(split.malformed),
                count(split.filtered),
                format!("{:.0}", split.inputs.mean),
                count(split.inputs.max),
                format!("{:.0}", split.targets.mean),
                count(split.targets.max),
            ]);
        }
    }
    table.print(out)?;
    for report in reports {
        if report.validation_in_train > 0 {
            let overlap = count(report.validation_in_train);
            writeln!(
                out,
                "{}: {overlap} validation examples have inputs that are also in train",
                report.name
            )?;
        }
        for split in &report.splits {
            for malformed in &split.first_malformed {
                writeln!(out, "{} {}: {malformed}", report.name, split.split)?;
            }
            for warning in &split.warnings {
                writeln!(out, "{} {}: {warning}", report.name, split.split)?;
            }
        }
    }
    Ok(())
}
