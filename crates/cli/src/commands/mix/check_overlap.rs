//! `ext5 mix check-overlap`

use crate::args::CheckOverlap;
use crate::commands::{print_json, recipe};
use crate::failure::{Blame, Failure};
use crate::output::{FAINT, Output, styled};
use crate::progress::Comparing;
use crate::table::{Align, Table, size};
use ext5_core::number::count;
use ext5_mix::overlap::{Options, Overlaps, check};
use std::io::Write;
use std::time::Instant;

/// So many rows that cannot be compared are shown.
const SHOWN: usize = 10;

/// Compares evaluation text with training text, and writes the list of what overlaps.
pub fn run(command: CheckOverlap) -> Result<(), Failure> {
    let recipe = recipe::read_stream(command.recipe)?;
    let options = Options {
        words: usize::from(command.words),
        memory: command.memory.saturating_mul(1_000_000),
        evaluate: command.evaluate,
    };
    let start = Instant::now();
    let comparing = Comparing::new();
    let overlaps = check(&recipe, &options, &mut |name, done| comparing.report(name, done));
    comparing.finish();
    let overlaps = overlaps.map_err(recipe::blame)?;
    if let Some(path) = &command.list {
        overlaps.exclusions.write(path).work()?;
    }
    warn(&overlaps);
    let mut out = Output::new();
    if command.json {
        return print_json(&overlaps.pairs, &mut out);
    }
    print(&overlaps, start.elapsed().as_secs_f64(), &mut out)?;
    if let Some(path) = &command.list {
        let rows = count(overlaps.exclusions.rows() as u64);
        writeln!(out, "{rows} training rows are listed in {}", path.display())?;
    }
    Ok(())
}

/// Says what was not compared because it cannot be.
fn warn(overlaps: &Overlaps) {
    let Overlaps { malformed, first_malformed: first, .. } = overlaps;
    if *malformed > 0 {
        eprintln!("{} rows cannot be rendered and were not compared:", count(*malformed));
        first.iter().take(SHOWN).for_each(|row| eprintln!("  {row}"));
    }
}

fn print(overlaps: &Overlaps, seconds: f64, out: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("evaluated on", Align::Left),
        ("trained on", Align::Left),
        ("overlapping", Align::Right),
        ("of", Align::Right),
        ("share", Align::Right),
        ("training rows", Align::Right),
    ]);
    for pair in &overlaps.pairs {
        let share = 100.0 * pair.overlapping as f64 / pair.examples.max(1) as f64;
        table.row([
            pair.name.clone(),
            pair.trained.clone(),
            count(pair.overlapping),
            count(pair.examples),
            format!("{share:.1} %"),
            count(pair.rows),
        ]);
    }
    table.print(out)?;
    let rate = overlaps.bytes as f64 / seconds.max(1e-3);
    let times = match overlaps.parts {
        1 => "once".to_owned(),
        parts => format!("{parts} times"),
    };
    let text = format!(
        "{} examples compared with {} in {seconds:.1} s ({}/s, read {times}); {} examples are too short to compare",
        count(overlaps.examples),
        size(overlaps.bytes),
        size(rate as u64),
        count(overlaps.too_short)
    );
    Ok(writeln!(out, "{}", styled(FAINT, &text))?)
}
