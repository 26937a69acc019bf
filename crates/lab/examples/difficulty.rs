//! How hard the world's tasks are, for `docs/benchmarks/world.md`.
//!
//!     difficulty RUN
//!
//! Reads what `ext5 eval RUN --split test --task suite:world` has written. A task is *between* where
//! the whole interval of its score is above its floor (the better of guessing and of the most
//! frequent train answer) and below 95.

use ext5_data::generated::Table;
use ext5_eval::{ResultFile, TaskResult};
use ext5_lab::Size;
use ext5_world::{Split, TASKS, Universe, WorldTask};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let run = std::env::args().nth(1).ok_or("expected RUN")?;
    println!("| task | family | metric | chance | majority | ceiling | reached, 95 % | n |");
    println!("|---|---|---|---|---|---|---|---|");
    let (mut between, mut all) = (0, 0);
    let mut tasks: Vec<&'static WorldTask> = TASKS.iter().filter(|task| !task.probe).collect();
    tasks.sort_by_key(|task| (task.family, task.name));
    for task in tasks {
        let result = ResultFile::read(Path::new(&run), task.name)?.result;
        all += 1;
        between += usize::from(row(task, &result).ok_or("a task without a metric")?);
    }
    println!("\n{between} of {all} tasks are between floor and ceiling.");
    Ok(())
}

/// Prints a task's row; whether the task is between floor and ceiling.
fn row(task: &'static WorldTask, result: &TaskResult) -> Option<bool> {
    let reached = result.metrics.first()?;
    let mut of_baseline = result.baseline.iter().flat_map(|baseline| &baseline.metrics);
    let majority = of_baseline.find(|value| value.name == reached.name);
    let majority = majority.map_or(0.0, |metric| metric.value);
    let universe = Universe::new(1, Size::DEFAULT.people);
    let chance = task.chance(&task.rows(&universe, Split::Test).row(0)).map(|share| 100.0 * share);
    println!(
        "| {} | {} | {} | {} | {majority:.1} | 100 | {:.1} ({:.0} to {:.0}) | {} |",
        task.name.trim_start_matches("world_"),
        task.family.replace('_', " "),
        reached.name,
        chance.map_or("–".to_owned(), |chance| format!("{chance:.0}")),
        reached.value,
        reached.low,
        reached.high,
        reached.n,
    );
    Some(reached.low > majority.max(chance.unwrap_or(0.0)) && reached.high < 95.0)
}
