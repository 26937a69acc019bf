//! The rows of one split.

use crate::error::DataError;
use crate::format::{Format, Record, Records};
use crate::tally::{Malformed, Tally, Tolerance};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One record of a data set: named columns.
pub type Row = serde_json::Map<String, serde_json::Value>;

/// A row and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The file.
    pub file: Arc<Path>,
    /// The line, from 1.
    pub line: u64,
    /// The row.
    pub row: Row,
}

/// The rows of one split, file after file.
///
/// Malformed rows are passed over and counted; whoever finds a row wanting later on says so with
/// [`reject`](Self::reject), and it counts the same. After the last row the tally is judged: more
/// malformed rows than tolerated, or no rows at all, come as one last `Err`.
pub struct Rows {
    format: Format,
    files: Vec<PathBuf>,
    tolerance: Tolerance,
    next_file: usize,
    current: Option<(Arc<Path>, Records)>,
    tally: Tally,
    finished: bool,
}

impl Rows {
    /// The rows of `files` in order. Nothing is opened yet.
    pub fn new(format: Format, files: Vec<PathBuf>, tolerance: Tolerance) -> Self {
        Rows {
            format,
            files,
            tolerance,
            next_file: 0,
            current: None,
            tally: Tally::default(),
            finished: false,
        }
    }

    /// Counts a row that was yielded as malformed.
    pub fn reject(&mut self, file: &Path, line: u64, reason: impl Into<String>) {
        self.tally.reject(Malformed { file: file.to_owned(), line, reason: reason.into() });
    }

    /// What was read so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The next record of the current file or of the files after it.
    fn record(&mut self) -> Result<Option<(Arc<Path>, Record)>, DataError> {
        loop {
            if let Some((file, records)) = &mut self.current {
                match records.next() {
                    Some(Ok(record)) => return Ok(Some((file.clone(), record))),
                    Some(Err(source)) => return Err(DataError::io(&**file)(source)),
                    None => self.current = None,
                }
            }
            let Some(path) = self.files.get(self.next_file) else {
                return Ok(None);
            };
            let records = self.format.open(path).map_err(DataError::io(path))?;
            self.current = Some((path.as_path().into(), records));
            self.next_file += 1;
        }
    }

    fn advance(&mut self) -> Result<Option<Located>, DataError> {
        while let Some((file, Record { line, row })) = self.record()? {
            self.tally.rows += 1;
            match row {
                Ok(row) => return Ok(Some(Located { file, line, row })),
                Err(reason) => self.reject(&file, line, reason),
            }
        }
        if self.tally.rows == 0 {
            return Err(DataError::Empty { files: self.files.clone(), expected: "row" });
        }
        self.tally.check(self.tolerance)?;
        Ok(None)
    }
}

impl Iterator for Rows {
    type Item = Result<Located, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let item = self.advance().transpose();
        self.finished = !matches!(item, Some(Ok(_)));
        item
    }
}
