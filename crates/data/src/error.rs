//! Why data could not be read.

use crate::lock::Change;
use crate::tally::{Tally, Tolerance};
use ext5_core::config::ConfigError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
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
    /// Several files could be a split, and they are not shards of one another.
    #[error(
        "several files could be the {split} split:{}\nremove all but one kind, or name the files or the format in the task",
        lines(candidates.iter().map(|path| path.display()))
    )]
    Ambiguous {
        /// The split.
        split: String,
        /// The files.
        candidates: Vec<PathBuf>,
    },
    /// Names of shards count to a number that is not reached.
    #[error(
        "{}: {} of {of} shards are missing, the first is number {}\ndownload the rest, or name the files in the task to read a part on purpose",
        path.display(), missing.len(), missing.first().copied().unwrap_or_default()
    )]
    MissingShards {
        /// A shard that is there.
        path: PathBuf,
        /// Numbers of the missing ones, from 0.
        missing: Vec<u64>,
        /// Number of shards that the names promise.
        of: u64,
    },
    /// A name that tells no format.
    #[error(
        "{}: the name tells no format; known are .jsonl, .json, .csv, .tsv, .parquet, .tfrecord and .txt, each but .parquet also with .gz or .zst; rename the file or state its format",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A name that nothing generated has.
    #[error(
        "`{name}`: no such {what}{}",
        nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
    )]
    UnknownGenerator {
        /// What it should be: a generator, a setting or a table of one.
        what: &'static str,
        /// The name.
        name: String,
        /// The nearest known one.
        nearest: Option<String>,
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
    /// A file that is damaged or cut short, so that what follows is lost.
    #[error(
        "{}: damaged {place}: {reason}\nthe file is cut short or has changed since it was written: download it again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where in the file, as `after row 12`.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// A file that uses what cannot be read here.
    #[error("{}: {reason}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it uses, and what to do.
        reason: String,
    },
    /// A file whose layout cannot be used: columns without a name of their own, a quote that is
    /// never closed.
    #[error("{}:{line}: {reason}", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A file was written to while it was read, or between its fingerprint and its reading.
    #[error(
        "{}: changed while it was read; run again once nobody writes to it",
        path.display()
    )]
    ChangedMeanwhile {
        /// The file.
        path: PathBuf,
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

    /// What reading through a decoder has given: the system's own error, or damage at `place`.
    pub(crate) fn reading(path: &Path, place: impl fmt::Display, error: io::Error) -> DataError {
        match error.raw_os_error() {
            Some(_) => DataError::Io { path: path.to_owned(), source: error },
            None => DataError::damaged(path, place, error),
        }
    }

    pub(crate) fn damaged(
        path: &Path,
        place: impl fmt::Display,
        reason: impl fmt::Display,
    ) -> DataError {
        DataError::Damaged {
            path: path.to_owned(),
            place: place.to_string(),
            reason: reason.to_string(),
        }
    }
}

fn lines(items: impl IntoIterator<Item = impl fmt::Display>) -> String {
    items.into_iter().map(|item| format!("\n  {item}")).collect()
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
