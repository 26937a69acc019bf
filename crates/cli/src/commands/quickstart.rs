//! `ext5 quickstart`

use crate::args::Quickstart as Arguments;
use crate::failure::{Blame, Failure};
use crate::figure;
use crate::interrupt;
use crate::output::Output;
use crate::progress::{Caching, Training};
use crate::table::{Align, Table};
use anyhow::Context;
use ext5_core::atomic;
use ext5_core::number::count;
use ext5_lab::quickstart::MODELS;
use ext5_lab::report::{self, Figure};
use ext5_lab::{Event, Findings, LabError, Quickstart, Size};
use ext5_train::log::Line;
use std::io::Write;
use std::path::Path;

/// Makes all runs, or goes on with them, and writes the report.
pub fn run(command: Arguments) -> Result<(), Failure> {
    let size = if command.fast { Size::FAST } else { Size::DEFAULT };
    let quickstart = Quickstart { out: command.out, seed: command.seed, size };
    let mut out = Output::new();
    plan(&quickstart, command.fast, &mut out)?;
    out.flush()?;
    let stop = interrupt::flag()?;
    let mut shown = Shown::default();
    let findings = quickstart.run(&stop, &mut |event| shown.show(event));
    shown.end();
    let findings = findings.map_err(|error| blame(error, &quickstart.out))?;
    let figures = report::figures(&findings);
    write(&quickstart.out, &findings, &figures)?;
    print(&findings, &mut out)?;
    Ok(writeln!(out, "\n{}", quickstart.out.join("report.html").display())?)
}

/// Says what will be done, and how long it will take.
fn plan(quickstart: &Quickstart, fast: bool, out: &mut Output) -> Result<(), Failure> {
    let Quickstart { size, out: folder, .. } = quickstart;
    let long = if fast { "under a minute" } else { "under ten minutes" };
    let probes = quickstart.probes().len();
    Ok(writeln!(
        out,
        "Does mixing supervised tasks into pre-training help? A small universe of {} people, whose\n\
         texts and tasks are computed, is tried for an answer; nothing is downloaded.\n\n\
         1. a vocabulary from its texts\n\
         2. a T5 and an ExT5, {} updates each, the ExT5 with tasks between the texts\n\
         3. both fine-tuned on {probes} tasks that neither has seen: {} examples, {} seeds\n\
         4. a table, and a report with figures\n\n\
         That takes {long} on two processor cores. All goes into {}; Ctrl-C saves, and the same\n\
         command goes on.\n",
        count(size.people),
        count(size.steps),
        count(size.examples),
        size.seeds,
        folder.display()
    )?)
}

fn blame(error: LabError, out: &Path) -> Failure {
    match error {
        LabError::Interrupted => {
            eprintln!("{}: saved; the same command goes on", out.display());
            Failure::Interrupted
        }
        LabError::Other { .. } | LabError::Run(_) => Failure::Request(error.into()),
        _ => Failure::Work(error.into()),
    }
}

fn write(folder: &Path, findings: &Findings, figures: &[Figure]) -> Result<(), Failure> {
    for Figure { name, svg } in figures {
        figure::write(svg, &folder.join(name).with_extension("png"))?;
    }
    let (path, page) = (folder.join("report.html"), report::html(findings, figures));
    atomic::write_file(&path, |file| file.write_all(page.as_bytes()))
        .with_context(|| format!("{}: cannot be written", path.display()))
        .work()
}

fn print(findings: &Findings, out: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("task", Align::Left),
        ("metric", Align::Left),
        ("majority", Align::Right),
        (MODELS[0], Align::Right),
        (MODELS[1], Align::Right),
        ("difference, 95 %", Align::Right),
        ("p", Align::Right),
        ("n", Align::Right),
    ]);
    for probe in findings.probes.iter().chain([&findings.overall]) {
        table.row([
            probe.name.clone(),
            probe.metric.clone(),
            format!("{:.1}", probe.majority),
            format!("{:.1}", probe.means[0]),
            format!("{:.1}", probe.means[1]),
            report::difference(probe),
            format!("{:.3}", probe.p),
            probe.examples.to_string(),
        ]);
    }
    writeln!(out)?;
    table.print(out)?;
    Ok(writeln!(out, "\n{}", report::verdict(findings))?)
}

/// Held-out losses alone: of so many families there would be no end.
fn without_families(line: &Line) -> Option<Line> {
    let mut line = line.clone();
    match &mut line {
        Line::Evaluation { families, .. } => families.clear(),
        _ => return None,
    }
    Some(line)
}

/// What is on the terminal.
#[derive(Default)]
struct Shown {
    caching: Option<Caching>,
    training: Option<Training>,
    long: bool,
}

impl Shown {
    fn show(&mut self, event: Event<'_>) {
        match event {
            Event::Stage { number, of, what } => {
                self.end();
                self.long = what.starts_with("pre-train");
                eprintln!("[{number}/{of}] {what}");
            }
            Event::Caching(name, rows) => {
                self.caching.get_or_insert_with(Caching::new).report(name, rows);
            }
            Event::Run { step, steps, .. } => {
                self.end();
                self.training = Some(Training::new(step, steps));
            }
            // Of the many short runs the moving line is enough.
            Event::Training(ext5_train::Event::Step { position, loss }) => {
                if let Some(training) = &self.training {
                    training.show(&ext5_train::Event::Step { position, loss });
                }
            }
            Event::Training(ext5_train::Event::Logged(line)) if self.long => {
                if let (Some(training), Some(line)) = (&self.training, without_families(line)) {
                    training.show(&ext5_train::Event::Logged(&line));
                }
            }
            Event::Training(_) => {}
        }
    }

    fn end(&mut self) {
        if let Some(caching) = self.caching.take() {
            caching.finish();
        }
        if let Some(training) = self.training.take() {
            training.finish();
        }
    }
}
