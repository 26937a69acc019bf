//! From file to file: what rows and documents have in common.

use crate::error::DataError;
use crate::fingerprint::Stamp;
use crate::format::{Record, Records};
use crate::tally::{Malformed, Tally, Tolerance};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The good records of several files in order. The bad ones are counted; at the end the tally is
/// judged. After an `Err` comes nothing more.
pub(crate) struct Walk<T> {
    files: Vec<PathBuf>,
    tolerance: Tolerance,
    /// What the files should hold at least one of.
    expected: &'static str,
    next_file: usize,
    current: Option<Open<T>>,
    pub(crate) tally: Tally,
    finished: bool,
}

struct Open<T> {
    file: Arc<Path>,
    records: Records<T>,
    stamp: Stamp,
}

/// A record and where it stands.
pub(crate) struct Step<T> {
    pub(crate) file: Arc<Path>,
    pub(crate) line: u64,
    pub(crate) value: T,
}

impl<T> Walk<T> {
    pub(crate) fn new(files: Vec<PathBuf>, tolerance: Tolerance, expected: &'static str) -> Self {
        Walk {
            files,
            tolerance,
            expected,
            next_file: 0,
            current: None,
            tally: Tally::default(),
            finished: false,
        }
    }

    /// The next good record; `open` opens a file.
    pub(crate) fn next(
        &mut self,
        open: impl FnMut(&Path) -> Result<Records<T>, DataError>,
    ) -> Option<Result<Step<T>, DataError>> {
        if self.finished {
            return None;
        }
        let item = self.advance(open).transpose();
        self.finished = !matches!(item, Some(Ok(_)));
        item
    }

    pub(crate) fn reject(&mut self, file: &Path, line: u64, reason: String) {
        self.tally.reject(Malformed { file: file.to_owned(), line, reason });
    }

    fn advance(
        &mut self,
        mut open: impl FnMut(&Path) -> Result<Records<T>, DataError>,
    ) -> Result<Option<Step<T>>, DataError> {
        while let Some(Step { file, line, value }) = self.record(&mut open)? {
            match value {
                Ok(value) => return Ok(Some(Step { file, line, value })),
                Err(reason) => self.reject(&file, line, reason),
            }
        }
        if self.tally.rows == 0 {
            return Err(DataError::Empty { files: self.files.clone(), expected: self.expected });
        }
        self.tally.check(self.tolerance)?;
        Ok(None)
    }

    /// The next record, good or bad, of the current file or of the files after it.
    fn record(
        &mut self,
        open: &mut impl FnMut(&Path) -> Result<Records<T>, DataError>,
    ) -> Result<Option<Step<Result<T, String>>>, DataError> {
        loop {
            if let Some(current) = &mut self.current {
                if let Some(Record { line, value, weight }) = current.records.next().transpose()? {
                    self.tally.rows += weight;
                    return Ok(Some(Step { file: Arc::clone(&current.file), line, value }));
                }
                current.stamp.verify(&current.file)?;
                self.current = None;
            }
            let Some(path) = self.files.get(self.next_file) else {
                return Ok(None);
            };
            let stamp = Stamp::of(path)?;
            let file = path.as_path().into();
            self.current = Some(Open { file, records: open(path)?, stamp });
            self.next_file += 1;
        }
    }
}
