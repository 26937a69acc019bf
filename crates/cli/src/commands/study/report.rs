//! `ext5 study report`

use super::Chosen;
use crate::args::StudyOptions;
use crate::failure::{Blame, Failure};
use crate::figure;
use anyhow::Context;
use ext5_core::atomic;
use ext5_lab::study::Report;
use ext5_lab::study::report;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Writes a study's report.
pub fn run(options: &StudyOptions) -> Result<(), Failure> {
    write(&Chosen::new(options.clone())?)
}

/// Writes the report of what is done, and says what was found.
pub(super) fn write(chosen: &Chosen) -> Result<(), Failure> {
    let Chosen { options, opened, place, graph } = chosen;
    let report = Report::of(opened, &options.preset, graph, place).work()?;
    let folder = place.report(&report.name, &report.preset);
    fs::create_dir_all(&folder)
        .with_context(|| format!("{}: cannot be made", folder.display()))
        .work()?;
    let file = |name: &str, text: &str| text_file(&folder.join(name), text);
    for table in &report.tables {
        file(&format!("{}.csv", table.name), &report::csv(table))?;
    }
    for of in &report.figures {
        for extension in ["svg", "png"] {
            figure::write(&of.svg, &folder.join(of.name).with_extension(extension))?;
        }
    }
    file("report.md", &report::markdown(&report))?;
    file("report.html", &report::html(&report))?;
    file("findings.json", &format!("{}\n", serde_json::to_string_pretty(&report).work()?))?;
    tell(&report, &folder)
}

fn text_file(path: &Path, text: &str) -> Result<(), Failure> {
    atomic::write_file(path, |file| file.write_all(text.as_bytes()))
        .with_context(|| format!("{}: cannot be written", path.display()))
        .work()
}

fn tell(report: &Report, folder: &Path) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for line in &report.summary {
        writeln!(out, "{line}")?;
    }
    for claim in &report.claims {
        writeln!(out, "- {}: {} ({})", claim.finding.words(), claim.text, claim.why)?;
    }
    if !report.holes.is_empty() {
        writeln!(out, "{} holes: not all is done", report.holes.len())?;
    }
    Ok(writeln!(out, "{}", folder.join("report.html").display())?)
}
