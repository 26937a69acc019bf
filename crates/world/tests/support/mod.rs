//! What the tests of the world share.

use ext5_data::Row;
use ext5_data::generated::Table;
use ext5_world::{Split, TASKS, Universe, WorldTask};

/// A row as text.
pub struct Pair {
    pub inputs: String,
    pub targets: String,
    #[allow(dead_code)]
    pub options: Vec<String>,
}

/// At most so many rows of a split are looked at.
const MOST: u64 = 5_000;

pub fn rows(task: &'static WorldTask, universe: &Universe, split: Split) -> Vec<Row> {
    let rows = task.rows(universe, split);
    (0..rows.rows().min(MOST)).map(|index| rows.row(index)).collect()
}

pub fn pairs(task: &'static WorldTask, universe: &Universe, split: Split) -> Vec<Pair> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let pair = |row: Row| Pair {
        inputs: text(&row["inputs"]),
        targets: text(&row["targets"]),
        options: row
            .get("options")
            .map_or(Vec::new(), |options| options.as_array().unwrap().iter().map(text).collect()),
    };
    rows(task, universe, split).into_iter().map(pair).collect()
}

#[allow(dead_code)]
pub fn task(name: &str) -> &'static WorldTask {
    TASKS.iter().find(|task| task.name == name).unwrap()
}
