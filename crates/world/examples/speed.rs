//! How fast rows are made, and in how much memory:
//! `cargo run --release -p ext5-world --example speed -- ROWS`.

use ext5_data::generated::Table;
use ext5_world::{Split, TASKS, Universe};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: u64 = std::env::args().nth(1).ok_or("expected ROWS")?.parse()?;
    let universe = Universe::new(1, 30_000_000);
    let (start, mut rows, mut bytes) = (Instant::now(), 0, 0);
    // The largest tasks in turn: theirs are ten million rows and more in all.
    let mut tasks: Vec<_> = TASKS.iter().map(|task| task.rows(&universe, Split::Train)).collect();
    tasks.sort_by_key(|rows| std::cmp::Reverse(rows.rows()));
    'all: loop {
        for task in &tasks {
            for index in 0..task.rows() {
                if rows == wanted {
                    break 'all;
                }
                bytes += task.row(index).values().map(|text| text.to_string().len()).sum::<usize>();
                rows += 1;
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    // Linux only; elsewhere the figure is left out.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: not known");
    println!(
        "{rows} rows, {:.1} MB, {:.0} rows a second on one thread; {peak}",
        bytes as f64 / 1e6,
        rows as f64 / seconds
    );
    Ok(())
}
