//! `ext5 mix`

use super::recipe;
use crate::args::Mix;
use crate::failure::{Blame, Failure};
use crate::table::{Align, Table, count};
use ext5_mix::report::{EntryReport, Report};
use ext5_train::Position;
use ext5_train::prepare::Prepared;
use ext5_train::recipe::Recipe;
use serde::Serialize;
use std::io::{self, Write};

/// Shows a mixture or examples of its stream.
pub fn run(command: Mix) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match command {
        Mix::Show { recipe, json } => {
            let recipe = recipe::read(recipe)?;
            let prepared = recipe::prepare(&recipe)?;
            if json {
                let report = report(&prepared, &recipe)?;
                serde_json::to_writer_pretty(&mut out, &report.entries).work()?;
                return Ok(writeln!(out)?);
            }
            print_report(&prepared, &recipe, &mut out)
        }
        Mix::Sample { recipe, count, from, json } => {
            let recipe = recipe::read(recipe)?;
            let prepared = recipe::prepare(&recipe)?;
            let samples = samples(&prepared, from, count)?;
            if json {
                serde_json::to_writer_pretty(&mut out, &samples).work()?;
                return Ok(writeln!(out)?);
            }
            for sample in samples {
                writeln!(out, "slot {}  {}  draw {}", sample.slot, sample.name, sample.draw)?;
                writeln!(out, "  inputs   {}", sample.inputs)?;
                writeln!(out, "  targets  {}", sample.targets)?;
            }
            Ok(())
        }
    }
}

/// One example of the stream, as text.
#[derive(Serialize)]
struct Sample {
    name: String,
    slot: u64,
    draw: u64,
    inputs: String,
    targets: String,
}

fn samples(prepared: &Prepared, from: u64, count: u64) -> Result<Vec<Sample>, Failure> {
    let examples = prepared.mixture.from(from).request()?;
    let mut samples = Vec::new();
    for (slot, example) in (from..from.saturating_add(count)).zip(examples) {
        let example = example.work()?;
        samples.push(Sample {
            name: prepared.mixture.entries()[example.draw.entry].name.clone(),
            slot,
            draw: example.draw.k,
            inputs: prepared.vocabulary.decode(&example.inputs),
            targets: prepared.vocabulary.decode(&example.targets),
        });
    }
    Ok(samples)
}

/// The report over the examples that the run's budget will see, as far as one window tells.
fn report(prepared: &Prepared, recipe: &Recipe) -> Result<Report, Failure> {
    let budget = prepared.expected_examples(recipe).work()?;
    prepared.mixture.report(budget).work()
}

/// Prints every entry's numbers before the first step.
pub fn print_report(
    prepared: &Prepared,
    recipe: &Recipe,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let report = report(prepared, recipe)?;
    let mut table = Table::new(&[
        ("entry", Align::Left),
        ("family", Align::Left),
        ("examples", Align::Right),
        ("cap", Align::Right),
        ("rate", Align::Right),
        ("share %", Align::Right),
        ("draws", Align::Right),
        ("epochs", Align::Right),
        ("inputs", Align::Right),
        ("targets", Align::Right),
        ("cut %", Align::Right),
    ]);
    let cap = |entry: &EntryReport| entry.cap.map_or("-".into(), |cap| count(cap as u64));
    for entry in &report.entries {
        table.row([
            entry.name.clone(),
            entry.family.clone().unwrap_or_else(|| "(denoising)".into()),
            count(entry.examples),
            cap(entry),
            count(entry.rate.into()),
            format!("{:.3}", entry.share * 100.0),
            count(entry.realised),
            format!("{:.2}", entry.epochs),
            format!("{:.0}", entry.inputs_mean),
            format!("{:.0}", entry.targets_mean),
            format!("{:.1}", entry.inputs_trimmed.max(entry.targets_trimmed) * 100.0),
        ]);
    }
    table.print(out)?;
    writeln!(
        out,
        "{} steps of {} rows: about {} examples\n",
        count(recipe.train.steps),
        recipe.batch.rows,
        count(report.budget)
    )?;
    Ok(())
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
