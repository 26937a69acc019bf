//! The tables of `docs/benchmarks/world.md`, from the folders of quickstarts with different seeds.
//!
//!     universes DIR...
//!
//! Each universe is one draw of the world, of both pre-trainings and of the test rows, so that
//! intervals are Student's over universes, paired: the mean of the differences inside each.

use ext5_eval::statistics::{Interval, mean, mean_interval};
use serde::Deserialize;
use std::error::Error;
use std::fs;
use std::path::Path;

/// What of `findings.json` is read.
#[derive(Deserialize)]
struct Findings {
    seed: u64,
    probes: Vec<Probe>,
    overall: Probe,
}

#[derive(Deserialize)]
struct Probe {
    name: String,
    metric: String,
    majority: f64,
    means: [f64; 2],
    interval: Interval,
}

impl Probe {
    fn difference(&self) -> f64 {
        self.means[1] - self.means[0]
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let read = |folder: String| -> Result<Findings, Box<dyn Error>> {
        Ok(serde_json::from_slice(&fs::read(Path::new(&folder).join("findings.json"))?)?)
    };
    let all: Vec<Findings> = std::env::args().skip(1).map(read).collect::<Result<_, _>>()?;
    let first = all.first().ok_or("expected folders of quickstarts")?;

    println!("| universe | T5 | ExT5 | difference, 95 % over examples |\n|---|---|---|---|");
    for Findings { seed, overall, .. } in &all {
        let ([t5, ext5], Interval { low, high }) = (overall.means, overall.interval);
        let difference = overall.difference();
        println!("| {seed} | {t5:.1} | {ext5:.1} | {difference:+.1} ({low:+.1} to {high:+.1}) |");
    }

    println!("\n| probe task | metric | majority | T5 | ExT5 | difference, 95 % over universes |");
    println!("|---|---|---|---|---|---|");
    for number in 0..first.probes.len() {
        row(&all.iter().filter_map(|one| one.probes.get(number)).collect::<Vec<_>>());
    }
    row(&all.iter().map(|one| &one.overall).collect::<Vec<_>>());
    Ok(())
}

/// One task over universes.
fn row(of: &[&Probe]) {
    let over = |value: &dyn Fn(&Probe) -> f64| of.iter().map(|one| value(one)).collect::<Vec<_>>();
    let average = |value: &dyn Fn(&Probe) -> f64| mean(&over(value)).unwrap_or(f64::NAN);
    let differences = over(&Probe::difference);
    let reach = mean_interval(&differences, 0.95);
    let reach =
        reach.map_or(String::new(), |Interval { low, high }| format!(" ({low:+.1} to {high:+.1})"));
    println!(
        "| {} | {} | {:.1} | {:.1} | {:.1} | {:+.1}{reach} |",
        of[0].name,
        of[0].metric,
        average(&|one| one.majority),
        average(&|one| one.means[0]),
        average(&|one| one.means[1]),
        average(&Probe::difference),
    );
}
