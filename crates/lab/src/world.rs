//! The vocabulary of a world.

use crate::error::LabError;
use crate::runs::write;
use ext5_data::generated::Table;
use ext5_text::train::{Options, Trainer};
use ext5_world::{Split, TASKS, Universe, corpus};
use serde_json::Value;
use std::path::Path;

/// Train rows of each task that are read, so that no sign of a task is unknown.
const ROWS: u64 = 100;

/// Trains a vocabulary of so many pieces, not counting sentinels, on a universe's corpus and on some
/// train rows of all its tasks, probes too: all models of it have the same. Leaves one that is there as
/// it is.
pub(crate) fn train_vocabulary(
    universe: &Universe,
    pieces: usize,
    path: &Path,
) -> Result<(), LabError> {
    if path.exists() {
        return Ok(());
    }
    let options = Options { size: pieces, character_coverage: 1.0, ..Options::default() };
    let mut trainer = Trainer::new(options, None)?;
    for index in 0..corpus::len(universe) {
        trainer.add(&corpus::document(universe, index));
    }
    for task in TASKS {
        let rows = task.rows(universe, Split::Train).at_most(ROWS);
        trainer.add(task.name);
        for row in (0..rows.rows()).map(|index| rows.row(index)) {
            row.values().filter_map(Value::as_str).for_each(|text| trainer.add(text));
        }
    }
    write(path, &trainer.train()?.model)
}
