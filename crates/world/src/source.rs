//! The world as a source of rows.

use crate::corpus;
use crate::table::TASKS;
use crate::universe::{Split, Universe};
use ext5_data::Row;
use ext5_data::generated::{self, Generator, Settings, Table};
use std::sync::Arc;

/// Raise it with every change of a text: stores and data locks cover it.
const VERSION: u32 = 2;
/// The table of documents.
const CORPUS: &str = "corpus";

/// Makes the world known as the generator `world`.
pub fn register() {
    generated::register("world", &World);
}

/// The generator. Its settings are the `seed` and the number of `people`, on which all else depends,
/// and the most `train_rows` of a task, for learning from few examples: 0 for all. Its tables are the [`TASKS`], by name, and `corpus` with a column `text`.
pub struct World;

impl World {
    /// The universe of some settings.
    pub fn universe(settings: &Settings) -> Universe {
        let setting = |name: &str| {
            let default = World.settings().iter().find(|(known, _)| *known == name);
            settings.get(name).copied().or(default.map(|(_, value)| *value)).unwrap_or_default()
        };
        Universe::new(setting("seed"), setting("people"))
    }
}

impl Generator for World {
    fn version(&self) -> u32 {
        VERSION
    }

    fn settings(&self) -> &'static [(&'static str, u64)] {
        &[("people", 400), ("seed", 1), ("train_rows", 0)]
    }

    fn tables(&self) -> Vec<String> {
        let names = TASKS.iter().map(|task| task.name).chain([CORPUS]);
        names.map(str::to_owned).collect()
    }

    fn table(&self, settings: &Settings, table: &str, split: &str) -> Option<Arc<dyn Table>> {
        let universe = World::universe(settings);
        if table == CORPUS {
            let held_out = match split {
                "train" => false,
                "validation" => true,
                _ => return None,
            };
            return Some(Arc::new(Documents { universe, held_out }));
        }
        let split = Split::ALL.into_iter().find(|known| known.name() == split)?;
        let rows = TASKS.iter().find(|task| task.name == table)?.rows(&universe, split);
        Some(Arc::new(match settings.get("train_rows") {
            Some(&most) if most > 0 && split == Split::Train => rows.at_most(most),
            _ => rows,
        }))
    }
}

struct Documents {
    universe: Universe,
    held_out: bool,
}

impl Table for Documents {
    fn rows(&self) -> u64 {
        match self.held_out {
            true => corpus::held_out_len(&self.universe),
            false => corpus::len(&self.universe),
        }
    }

    fn row(&self, index: u64) -> Row {
        let text = match self.held_out {
            true => corpus::held_out(&self.universe, index),
            false => corpus::document(&self.universe, index),
        };
        Row::from_iter([("text".to_owned(), text.into())])
    }
}
