//! `ext5 tasks check`

use crate::commands::print_json;
use crate::failure::Failure;
use crate::output::{BAD, DOUBTFUL, FAINT, GOOD, Output, styled};
use crate::table::{Align, Table};
use anyhow::anyhow;
use ext5_core::number::count;
use ext5_task::Task;
use ext5_task::check::{Checked, Extent, Report, State, check_all};
use std::io::Write;
use std::path::Path;

/// Problems of a task that are printed.
const SHOWN: usize = 5;

/// Tries tasks on their data; fails when one cannot be used.
pub fn run(
    tasks: &[&Task],
    root: &Path,
    all: bool,
    json: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    let extent = if all { Extent::All } else { Extent::default() };
    let checked = check_all(tasks, root, extent);
    if json {
        print_json(&checked, out)?;
    } else {
        print(&checked, root, out)?;
    }
    let failed = checked.iter().filter(|checked| checked.state == State::Unusable).count();
    if failed > 0 {
        let of = tasks.len();
        return Err(Failure::Work(anyhow!("{failed} of {of} tasks cannot be used as they are")));
    }
    Ok(())
}

/// What is wrong with a task, for people.
fn problems(checked: &Checked) -> Vec<String> {
    let mut problems: Vec<String> = checked.error.iter().cloned().collect();
    let Some(report) = &checked.report else { return problems };
    for split in &report.splits {
        let name = &split.split;
        problems.extend(split.first_malformed.iter().map(|row| format!("{name}: {row}")));
        problems.extend(split.warnings.iter().map(|warning| format!("{name}: {warning}")));
    }
    if report.validation_in_train > 0 {
        let overlap = count(report.validation_in_train);
        problems.push(format!("{overlap} validation examples have inputs that are also in train"));
    }
    problems
}

fn print(checked: &[Checked], root: &Path, out: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("task", Align::Left),
        ("state", Align::Left),
        ("splits", Align::Left),
        ("rows read", Align::Right),
        ("examples", Align::Right),
        ("malformed", Align::Right),
        ("filtered", Align::Right),
        ("inputs", Align::Right),
        ("targets", Align::Right),
    ]);
    let (mut usable, mut warned, mut failed, mut absent) = (0, 0, 0, 0);
    for checked in checked {
        let state = match checked.state {
            // Nobody has the data of all built-in tasks; a line for each would hide the others.
            State::NoData => {
                absent += 1;
                continue;
            }
            State::Unusable => {
                failed += 1;
                styled(BAD, "failed")
            }
            State::Usable if problems(checked).is_empty() => {
                usable += 1;
                styled(GOOD, "ok")
            }
            State::Usable => {
                warned += 1;
                styled(DOUBTFUL, "warnings")
            }
        };
        let row = checked.report.as_ref().map(numbers).unwrap_or_default();
        let [splits, rows, examples, malformed, filtered, inputs, targets] = row;
        table.row([
            checked.name.clone(),
            state,
            splits,
            rows,
            examples,
            malformed,
            filtered,
            inputs,
            targets,
        ]);
    }
    if usable + warned + failed > 0 {
        table.fit(out.width(), &["filtered", "targets", "inputs", "splits", "rows read"]);
        table.print(out)?;
        writeln!(out, "{}", styled(FAINT, "inputs, targets: mean lengths in characters"))?;
    }
    for checked in checked {
        let problems = problems(checked);
        if !problems.is_empty() {
            writeln!(out)?;
        }
        for problem in problems.iter().take(SHOWN) {
            writeln!(out, "{}: {problem}", checked.name)?;
        }
        if problems.len() > SHOWN {
            let more = problems.len() - SHOWN;
            writeln!(out, "{}: {more} more; --json tells all", checked.name)?;
        }
    }
    let absent = match absent {
        0 => String::new(),
        absent => format!(", {absent} built-in without data under {}", root.display()),
    };
    writeln!(out, "\n{usable} ok, {warned} with warnings, {failed} failed{absent}")?;
    Ok(())
}

/// Splits, rows, examples, malformed, filtered, mean lengths.
fn numbers(report: &Report) -> [String; 7] {
    let splits = &report.splits;
    let names: Vec<&str> = splits.iter().map(|split| split.split.as_str()).collect();
    let examples: u64 = splits.iter().map(|split| split.examples).sum();
    let sum = |of: &dyn Fn(&ext5_task::check::SplitReport) -> u64| -> String {
        count(splits.iter().map(of).sum())
    };
    let mean = |of: &dyn Fn(&ext5_task::check::SplitReport) -> f64| {
        let total: f64 = splits.iter().map(|split| of(split) * split.examples as f64).sum();
        format!("{:.0}", total / examples.max(1) as f64)
    };
    [
        names.join(", "),
        sum(&|split| split.rows),
        count(examples),
        sum(&|split| split.malformed),
        sum(&|split| split.filtered),
        mean(&|split| split.inputs.mean),
        mean(&|split| split.targets.mean),
    ]
}
