//! Why data could not be read.

use crate::lock::Change;
use crate::tally::{Tally, Tolerance};
use ext5_core::config::ConfigError;
use std::fmt;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why data could not be read.
#[derive(Debug, Error)]
pub enum DataError {
    /// A file that was asked for is not there.
    #[error("{}: no such file; expected {expected}", path.display())]
    Missing {
        /// The file, or the pattern that matched none.
        path: PathBuf,
        /// What should have been there.
        expected: String,
    },
    /// A path of a task or a lock leads out of the data root.
    #[error("{path}: leads out of the data root; write a path relative to it, without `..`")]
    OutsideRoot {
        /// The path as it was written.
        path: String,
    },
    /// A pattern cannot be read as one.
    #[error("{pattern}: not a file pattern: {reason}")]
    Pattern {
        /// The pattern as it was written.
        pattern: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The system could not read or write a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Files without a single row or document.
    #[error("{}: empty; expected at least one {expected}", paths(files))]
    Empty {
        /// The files read.
        files: Vec<PathBuf>,
        /// `row` or `document`.
        expected: &'static str,
    },
    /// More malformed rows than the tolerance allows.
    #[error(
        "{} of {} rows are malformed, more than the tolerated {tolerance}:{}\nmend or remove these rows, or raise the tolerated share",
        tally.malformed, tally.rows, listing(tally)
    )]
    TooManyMalformed {
        /// What was counted.
        tally: Tally,
        /// What was allowed.
        tolerance: Tolerance,
    },
    /// A data lock that cannot be read.
    #[error(transparent)]
    Lock(#[from] ConfigError),
    /// Files that are not as the data lock says.
    #[error(
        "the data differs from its lock:{}\nput the files back, or write a new lock if the change is meant",
        lines(changes)
    )]
    Changed {
        /// Every difference.
        changes: Vec<Change>,
    },
}

impl DataError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> DataError {
        let path = path.into();
        move |source| DataError::Io { path, source }
    }
}

fn lines(items: &[impl fmt::Display]) -> String {
    items.iter().map(|item| format!("\n  {item}")).collect()
}

fn listing(tally: &Tally) -> String {
    let more = tally.malformed.saturating_sub(tally.first.len() as u64);
    let rest = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    lines(&tally.first) + &rest
}

fn paths(files: &[PathBuf]) -> String {
    let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    names.join(", ")
}
