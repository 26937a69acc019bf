//! What `ext5 mix show` prints before there is data.

use crate::failure::Failure;
use crate::output::{FAINT, Output, styled};
use crate::table::{Align, Table};
use ext5_core::number::count;
use ext5_mix::MixtureRecipe;
use ext5_mix::prepare::PublishedEntry;
use std::io::Write;

/// The rates that follow from published numbers of rows. Epochs are of a run whose rows hold one
/// example each: packing makes more of them.
pub fn print(
    entries: &[PublishedEntry],
    recipe: &MixtureRecipe,
    out: &mut Output,
) -> Result<(), Failure> {
    let rows = recipe.steps.map(|steps| steps as f64 * recipe.batch.rows as f64);
    let mut table = Table::new(&[
        ("entry", Align::Left),
        ("family", Align::Left),
        ("rows", Align::Right),
        ("cap", Align::Right),
        ("rate", Align::Right),
        ("share %", Align::Right),
        ("epochs", Align::Right),
    ]);
    let unknown = || "-".to_owned();
    for entry in entries {
        let epochs = entry
            .examples
            .zip(rows)
            .map(|(examples, rows)| format!("{:.2}", rows * entry.share / examples as f64));
        table.row([
            entry.name.clone(),
            entry.family.clone().unwrap_or_else(|| "(denoising)".into()),
            entry.examples.map_or_else(unknown, count),
            entry.cap.map_or_else(unknown, |cap| count(cap as u64)),
            count(entry.rate.into()),
            format!("{:.3}", entry.share * 100.0),
            epochs.unwrap_or_else(unknown),
        ]);
    }
    let left_out = table.fit(out.width(), &["cap", "family", "epochs", "rate"]);
    table.print(out)?;
    if !left_out.is_empty() {
        let text = format!("columns left out at this width: {}", left_out.join(", "));
        writeln!(out, "{}", styled(FAINT, &text))?;
    }
    let tasks: Vec<u64> = entries.iter().filter_map(|entry| entry.examples).collect();
    if !tasks.is_empty() {
        let share: f64 =
            entries.iter().filter(|e| e.examples.is_some()).map(|entry| entry.share).sum();
        writeln!(
            out,
            "{} tasks, {} rows; {:.1} % of the stream is supervised",
            count(tasks.len() as u64),
            count(tasks.iter().sum()),
            share * 100.0
        )?;
    }
    if let Some(rows) = rows {
        writeln!(out, "epochs at one example a row: {} rows", count(rows as u64))?;
    }
    let root = recipe.data.root.display();
    let note = format!(
        "no data under {root}: rows are the published ones; lengths and packing are known once it \
         is there"
    );
    Ok(writeln!(out, "{}", styled(FAINT, &note))?)
}
