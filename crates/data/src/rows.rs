//! The rows of one split.

use crate::error::DataError;
use crate::format::Format;
use crate::generated::Generated;
use crate::tally::{Tally, Tolerance};
use crate::walk::Walk;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a row or document above which it counts as malformed, unless stated otherwise.
pub const RECORD_LIMIT: usize = 16 << 20;

/// One record of a data set: named columns.
pub type Row = serde_json::Map<String, serde_json::Value>;

/// A row and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The file.
    pub file: Arc<Path>,
    /// The line from 1, or the number of the row where a format has no lines.
    pub line: u64,
    /// The row.
    pub row: Row,
}

/// The rows of one split, file after file.
///
/// Malformed rows are passed over and counted; whoever finds a row wanting later on says so with
/// [`reject`](Self::reject), and it counts the same. After the last row the tally is judged: more
/// malformed rows than tolerated, or no rows at all, come as one last `Err`. So do a damaged file
/// and one that was written to while it was read.
pub struct Rows {
    format: Option<Format>,
    limit: usize,
    walk: Walk<Row>,
}

impl Rows {
    /// The rows of `files` in order. Nothing is opened yet. With `None` for the format, each file's
    /// name tells its own.
    pub fn new(
        format: impl Into<Option<Format>>,
        files: Vec<PathBuf>,
        tolerance: Tolerance,
    ) -> Self {
        let walk = Walk::new(files, tolerance, "row");
        Rows { format: format.into(), limit: RECORD_LIMIT, walk }
    }

    /// With another limit than [`RECORD_LIMIT`] for the bytes of a row. What is above it is passed
    /// over as malformed and never held in memory. Parquet files are not limited.
    #[must_use]
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Counts a row that was yielded as malformed.
    pub fn reject(&mut self, file: &Path, line: u64, reason: impl Into<String>) {
        self.walk.reject(file, line, reason.into());
    }

    /// What was read so far.
    pub fn tally(&self) -> &Tally {
        &self.walk.tally
    }
}

impl Iterator for Rows {
    type Item = Result<Located, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (format, limit) = (self.format, self.limit);
        let step = self.walk.next(|path| {
            if let Some(generated) = Generated::at(path)? {
                return Ok(generated.records());
            }
            let format = format.or_else(|| Format::of(path));
            let unknown = || DataError::UnknownFormat { path: path.to_owned() };
            format.ok_or_else(unknown)?.open(path, limit)
        })?;
        Some(step.map(|step| Located { file: step.file, line: step.line, row: step.value }))
    }
}
