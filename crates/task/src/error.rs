//! Why tasks could not be read, selected or used.

use ext5_core::config::ConfigError;
use ext5_data::DataError;
use std::path::PathBuf;
use thiserror::Error;

/// Why a task could not be read or used.
#[derive(Debug, Error)]
pub enum TaskError {
    /// A task file is wrong; the message names file, line and key.
    #[error(transparent)]
    Definition(#[from] ConfigError),
    /// The task has no such split.
    #[error("task {task}: no split `{split}`; it has {known}")]
    UnknownSplit {
        /// The task.
        task: String,
        /// The split asked for.
        split: String,
        /// The splits it has.
        known: String,
    },
    /// The data of a split could not be read, or too much of it is malformed.
    #[error("task {task}, split {split}: {source}")]
    Data {
        /// The task.
        task: String,
        /// The split.
        split: String,
        /// What went wrong.
        source: DataError,
    },
    /// The filter left no row of a split.
    #[error(
        "task {task}, split {split}: the filter leaves none of {rows} rows; mend source.filter"
    )]
    NoExamples {
        /// The task.
        task: String,
        /// The split.
        split: String,
        /// Rows read.
        rows: u64,
    },
    /// The first rows of a split all take too long.
    #[error("task {task}, split {split}: {reason}; no row of the first few could be rendered")]
    Endless {
        /// The task.
        task: String,
        /// The split.
        split: String,
        /// Which part of the task takes too long.
        reason: String,
    },
    /// The train split of a task that has none on purpose.
    #[error(
        "task {task} is for evaluation only: it has no train split; take it out of the mixture"
    )]
    EvaluationOnly {
        /// The task.
        task: String,
    },
    /// One row cannot be rendered.
    #[error("task {task}: {reason}")]
    Row {
        /// The task.
        task: String,
        /// Which part of the task failed on it, and why.
        reason: String,
    },
}

/// Why tasks could not be gathered or selected.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// A folder of task files could not be listed.
    #[error("{}: cannot be listed: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Folders without a task file.
    #[error("no task file (*.toml) in {folders}; give the folder that holds your tasks")]
    NoTasks {
        /// The folders searched.
        folders: String,
    },
    /// Two files define tasks of one name.
    #[error("two tasks are called `{name}`: {} and {}; rename one", first.display(), second.display())]
    Duplicate {
        /// The name.
        name: String,
        /// One file.
        first: PathBuf,
        /// The other file.
        second: PathBuf,
    },
    /// Task files are wrong, or cannot be read.
    #[error("task files are wrong:{}", lines(.0))]
    Definitions(Vec<TaskError>),
    /// No task has the name, or matches the pattern.
    #[error("no {what} `{name}`{}", suggestion(nearest.as_deref()))]
    Unknown {
        /// `task`, `family`, `suite`, or `task that matches`.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// A selection pattern that is none.
    #[error("`{pattern}` is no pattern: {reason}")]
    Pattern {
        /// As it was written.
        pattern: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Every task was taken out of a selection again.
    #[error("the selection `{patterns}` leaves no task")]
    NothingSelected {
        /// The patterns.
        patterns: String,
    },
}

fn lines(errors: &[TaskError]) -> String {
    errors.iter().map(|error| format!("\n  {error}")).collect()
}

fn suggestion(nearest: Option<&str>) -> String {
    match nearest {
        Some(name) => format!("; did you mean `{name}`?"),
        None => "; `ext5 tasks list` shows what there is".to_owned(),
    }
}
