//! What data is here.

use super::Finding;
use ext5_task::Registry;
use std::path::{Path, PathBuf};

/// Which tasks have data under the data root.
pub fn data_root(root: &Path, folders: &[PathBuf]) -> Finding {
    let name = "data root";
    let registry = match Registry::with_built_in(folders) {
        Ok(registry) => registry,
        Err(error) => {
            return Finding::problem(name, error.to_string(), "mend the task file that it names");
        }
    };
    let shown = root.display();
    if !root.is_dir() {
        return Finding::warn(
            name,
            format!("{shown}: not there"),
            "name it with --data-root, make a tiny one with `tools/tiny-data data`, or fetch: \
             `ext5 fetch rte`",
        );
    }
    // The world's rows are computed: they are there in any case.
    let tasks: Vec<_> = registry.iter().filter(|task| task.generator().is_none()).collect();
    let here: Vec<&str> = tasks
        .iter()
        .filter(|task| !task.has_no_data(root))
        .map(|task| task.name.as_str())
        .collect();
    let found = format!("{shown}: data of {} of {} tasks", here.len(), tasks.len());
    match here.is_empty() {
        true => Finding::warn(
            name,
            found,
            "name the folder of your tasks with --tasks, or fetch some data: `ext5 fetch rte`",
        ),
        false => Finding::ok(name, format!("{found}: {}", here.join(", "))),
    }
}
