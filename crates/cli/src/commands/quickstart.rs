//! `ext5 quickstart`

use crate::args::Quickstart as Arguments;
use crate::failure::{Blame, Failure};
use crate::figure;
use crate::interrupt;
use crate::output::Output;
use crate::shown::SideBySide;
use crate::table::{Align, Table};
use anyhow::Context;
use ext5_core::atomic;
use ext5_core::number::count;
use ext5_lab::quickstart::MODELS;
use ext5_lab::report::{self, Figure};
use ext5_lab::{Findings, LabError, Quickstart, Size};
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
    let shown = SideBySide::default();
    let findings = quickstart.run(&stop, &|stage, event| shown.show(stage, event));
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
