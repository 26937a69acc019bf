//! The vocabulary of both models.

use super::Quickstart;
use super::folder::{self, Folder};
use crate::error::LabError;
use ext5_data::generated::Table;
use ext5_text::train::{Options, Trainer};
use ext5_world::{Split, TASKS, Universe, corpus};
use serde_json::Value;

/// Pieces, without the sentinels: with these they fill the rows of the recipes' embeddings.
const PIECES: usize = 412;
/// Train rows of each task that are read, so that no sign of a task is unknown.
const ROWS: u64 = 100;

/// Trains a vocabulary on the corpus and on some train rows of all tasks, probes too: both models
/// have the same.
pub(super) fn train(quickstart: &Quickstart, folder: &Folder) -> Result<(), LabError> {
    let path = folder.vocabulary();
    if path.exists() {
        return Ok(());
    }
    let options = Options { size: PIECES, character_coverage: 1.0, ..Options::default() };
    let mut trainer = Trainer::new(options, None)?;
    let universe = Universe::new(quickstart.seed, quickstart.size.people);
    for index in 0..corpus::len(&universe) {
        trainer.add(&corpus::document(&universe, index));
    }
    for task in TASKS {
        let rows = task.rows(&universe, Split::Train).at_most(ROWS);
        trainer.add(task.name);
        for row in (0..rows.rows()).map(|index| rows.row(index)) {
            row.values().filter_map(Value::as_str).for_each(|text| trainer.add(text));
        }
    }
    folder::write(&path, &trainer.train()?.model)
}
