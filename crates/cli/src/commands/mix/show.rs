//! `ext5 mix show`, and the tables that `pretrain` prints.

use super::published;
use crate::args::RecipeOptions;
use crate::commands::{print_json, recipe};
use crate::failure::{Blame, Failure};
use crate::figure;
use crate::output::{FAINT, Output, styled};
use crate::table::{Align, Table};
use anyhow::anyhow;
use ext5_core::number::count;
use ext5_mix::figure::TaskSize;
use ext5_mix::prepare;
use ext5_mix::report::{EntryReport, Report};
use ext5_mix::{Cursor, MixtureRecipe, Prepared};
use ext5_train::Position;
use std::io::Write;
use std::path::Path;

/// Examples that a mixture is described over when its recipe trains nothing.
const DEFAULT_BUDGET: u64 = 1_000_000;
/// Rows of packed batches that the fill is measured over, about.
const MEASURED_ROWS: usize = 512;

/// Shows a mixture, and draws its figure.
pub fn run(recipe: RecipeOptions, figure: Option<&Path>, json: bool) -> Result<(), Failure> {
    figure.map_or(Ok(()), figure::check_name)?;
    let recipe = recipe::read_stream(recipe)?;
    let mut out = Output::new();
    if let Some(entries) = prepare::published(&recipe).map_err(recipe::blame)? {
        let sizes = entries.iter().filter_map(|entry| {
            let (name, family) = (entry.name.as_str(), entry.family.as_deref()?);
            Some(TaskSize { name, family, examples: entry.examples?, cap: entry.cap })
        });
        draw(&sizes.collect::<Vec<_>>(), figure)?;
        if json {
            return print_json(&entries, &mut out);
        }
        published::print(&entries, &recipe, &mut out)?;
        return drawn(figure, &mut out);
    }
    let prepared = recipe::prepare(&recipe)?;
    let report = report(&prepared, &recipe)?;
    draw(&report.task_sizes(), figure)?;
    if json {
        return print_json(&report.entries, &mut out);
    }
    print(&report, &recipe, &mut out)?;
    let fill = Fill::measure(&prepared, &recipe)?;
    writeln!(
        out,
        "packing fills {:.1} % of the encoder and {:.1} % of the decoder, {:.1} examples a row",
        fill.inputs * 100.0,
        fill.targets * 100.0,
        fill.examples
    )?;
    drawn(figure, &mut out)
}

/// Says where the figure is.
fn drawn(figure: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    match figure {
        Some(path) => Ok(writeln!(out, "wrote {}", path.display())?),
        None => Ok(()),
    }
}

/// Draws the figure of task sizes, where one is wanted.
fn draw(sizes: &[TaskSize<'_>], figure: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = figure else { return Ok(()) };
    let svg = ext5_mix::figure::task_sizes(sizes);
    let none = || anyhow!("the mixture has no tasks, so there is no figure of their sizes");
    figure::write(&svg.ok_or_else(none).request()?, path)
}

/// Prints every entry's numbers before the first step.
pub fn print_report(
    prepared: &Prepared,
    recipe: &MixtureRecipe,
    out: &mut Output,
) -> Result<(), Failure> {
    print(&report(prepared, recipe)?, recipe, out)?;
    Ok(writeln!(out)?)
}

/// The report over the examples that the run's budget will see, as far as one window tells.
fn report(prepared: &Prepared, recipe: &MixtureRecipe) -> Result<Report, Failure> {
    let budget = match recipe.steps {
        Some(steps) => prepared.expected_examples(steps).work()?,
        None => DEFAULT_BUDGET,
    };
    prepared.mixture.report(budget).work()
}

fn print(report: &Report, recipe: &MixtureRecipe, out: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("entry", Align::Left),
        ("family", Align::Left),
        ("examples", Align::Right),
        ("cap", Align::Right),
        ("rate", Align::Right),
        ("share %", Align::Right),
        ("input %", Align::Right),
        ("target %", Align::Right),
        ("draws", Align::Right),
        ("epochs", Align::Right),
        ("inputs", Align::Right),
        ("targets", Align::Right),
        ("cut %", Align::Right),
    ]);
    let cap = |entry: &EntryReport| entry.cap.map_or("-".into(), |cap| count(cap as u64));
    let percent = |share: f64, digits: usize| format!("{:.digits$}", share * 100.0);
    for entry in &report.entries {
        table.row([
            entry.name.clone(),
            entry.family.clone().unwrap_or_else(|| "(denoising)".into()),
            count(entry.examples),
            cap(entry),
            count(entry.rate.into()),
            percent(entry.share, 3),
            percent(entry.inputs_share, 2),
            percent(entry.targets_share, 2),
            count(entry.realised),
            format!("{:.2}", entry.epochs),
            format!("{:.0}", entry.inputs_mean),
            format!("{:.0}", entry.targets_mean),
            percent(entry.inputs_trimmed.max(entry.targets_trimmed), 1),
        ]);
    }
    let last = ["cap", "family", "rate", "input %", "target %", "draws", "targets", "inputs"];
    let left_out = table.fit(out.width(), &last);
    table.print(out)?;
    if !left_out.is_empty() {
        let text = format!("columns left out at this width: {}", left_out.join(", "));
        writeln!(out, "{}", styled(FAINT, &text))?;
    }
    let left_out: u64 = report.entries.iter().map(|entry| entry.malformed).sum();
    if left_out > 0 {
        writeln!(out, "{} malformed rows are left out; --json says whose", count(left_out))?;
    }
    let (rows, budget) = (recipe.batch.rows, count(report.budget));
    match recipe.steps {
        Some(steps) => {
            writeln!(out, "{} steps of {rows} rows: about {budget} examples", count(steps))?;
        }
        None => writeln!(out, "draws and epochs over {budget} examples of the stream")?,
    }
    Ok(())
}

/// How full packed rows are.
struct Fill {
    /// Share of encoder positions that hold a token.
    inputs: f64,
    /// Share of decoder positions that hold a token.
    targets: f64,
    /// Examples of a row.
    examples: f64,
}

impl Fill {
    /// Of the first batches.
    fn measure(prepared: &Prepared, recipe: &MixtureRecipe) -> Result<Fill, Failure> {
        let batches = prepared.batches(Cursor::default(), (0, 1)).request()?;
        let (mut rows, mut examples, mut inputs, mut targets) = (0, 0, 0, 0);
        for batch in batches.take(MEASURED_ROWS.div_ceil(recipe.batch.rows)) {
            let batch = batch.work()?;
            rows += batch.segments.len();
            examples += batch.segments.iter().map(Vec::len).sum::<usize>();
            let filled =
                |segments: &[u32]| segments.iter().filter(|&&segment| segment != 0).count();
            inputs += filled(&batch.batch.encoder_segments);
            targets += filled(&batch.batch.decoder_segments);
        }
        let share = |tokens: usize, length: usize| tokens as f64 / (rows * length) as f64;
        Ok(Fill {
            inputs: share(inputs, recipe.batch.inputs),
            targets: share(targets, recipe.batch.targets),
            examples: examples as f64 / rows as f64,
        })
    }
}

/// Prints what each entry has really supplied.
pub fn print_realised(
    prepared: &Prepared,
    position: &Position,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let total: u64 = position.examples.values().sum();
    let report = prepared.mixture.report(total).work()?;
    let mut table = Table::new(&[
        ("entry", Align::Left),
        ("examples seen", Align::Right),
        ("share %", Align::Right),
        ("intended %", Align::Right),
        ("epochs", Align::Right),
    ]);
    for entry in &report.entries {
        let seen = position.examples.get(&entry.name).copied().unwrap_or(0);
        table.row([
            entry.name.clone(),
            count(seen),
            format!("{:.3}", seen as f64 / total as f64 * 100.0),
            format!("{:.3}", entry.share * 100.0),
            format!("{:.2}", seen as f64 / entry.examples as f64),
        ]);
    }
    Ok(table.print(out)?)
}
