//! Lines of bytes, numbered, of bounded length.

use crate::compression::{self, BUFFER, Bytes};
use crate::error::DataError;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The lines of a file, decompressed, as bytes with their numbers.
pub(crate) struct Lines {
    path: PathBuf,
    reader: BufReader<Bytes>,
    limit: usize,
    /// The current line without white space at its end; the start of it if it is too long.
    text: Vec<u8>,
    /// Bytes of the current line.
    length: usize,
    /// Number of the current line, from 1.
    pub(crate) number: u64,
}

impl Lines {
    pub(crate) fn open(path: &Path, limit: usize) -> Result<Self, DataError> {
        Ok(Lines::new(path, compression::open(path)?, limit))
    }

    /// The lines of `bytes`, which are those of `path`.
    pub(crate) fn new(path: &Path, bytes: Bytes, limit: usize) -> Self {
        Lines {
            path: path.to_owned(),
            reader: BufReader::with_capacity(BUFFER, bytes),
            limit,
            text: Vec::new(),
            length: 0,
            number: 0,
        }
    }

    /// Goes to the next line with something in it; `false` at the end of the file.
    pub(crate) fn advance(&mut self) -> Result<bool, DataError> {
        while self.advance_one()? {
            if !self.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes to the next line; `false` at the end of the file.
    pub(crate) fn advance_one(&mut self) -> Result<bool, DataError> {
        let number = self.number;
        let more = self.read().map_err(|error| {
            DataError::reading(&self.path, format_args!("after line {number}"), error)
        })?;
        if more {
            self.number += 1;
            if self.number == 1 && self.text.starts_with(BYTE_ORDER_MARK) {
                self.text.drain(..BYTE_ORDER_MARK.len());
            }
            if self.length <= self.limit {
                let kept = self.text.trim_ascii_end().len();
                self.text.truncate(kept);
            }
        }
        Ok(more)
    }

    /// Whether the current line is empty but for white space.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The current line, or why it is not text.
    pub(crate) fn text(&self) -> Result<&str, String> {
        if self.length > self.limit {
            return Err(too_long("line", self.length as u64, self.limit));
        }
        std::str::from_utf8(&self.text)
            .map_err(|error| format!("not UTF-8 at byte {} of the line", error.valid_up_to() + 1))
    }

    /// Reads up to the next line end, keeping no more than the limit.
    fn read(&mut self) -> io::Result<bool> {
        self.text.clear();
        self.length = 0;
        loop {
            let buffer = compression::fill(&mut self.reader)?;
            if buffer.is_empty() {
                return Ok(self.length > 0);
            }
            let end = memchr::memchr(b'\n', buffer);
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.length += used;
            if self.length <= self.limit {
                self.text.extend_from_slice(&buffer[..used]);
            } else if self.text.is_empty() {
                // Something for `is_empty` to see: the line is not, whatever is in it.
                self.text.push(0);
            }
            self.reader.consume(used);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

/// Why a record above the limit is malformed.
pub(crate) fn too_long(what: &str, bytes: u64, limit: usize) -> String {
    format!("a {what} of {bytes} bytes, above the limit of {limit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn lines(bytes: &'static [u8], limit: usize) -> Lines {
        Lines::new(Path::new("a"), Box::new(Cursor::new(bytes)), limit)
    }

    #[test]
    fn lines_above_the_limit_are_passed_over() {
        let long = Box::leak(vec![b'x'; 3 * BUFFER].into_boxed_slice());
        long[0] = b'\n';
        long[2 * BUFFER] = b'\n';
        let mut lines = lines(long, 16);
        let mut seen = Vec::new();
        while lines.advance_one().unwrap() {
            seen.push((lines.number, lines.is_empty(), lines.text().map(str::len)));
            assert!(lines.text.capacity() < 1024);
        }
        let error = |bytes| Err(format!("a line of {bytes} bytes, above the limit of 16"));
        assert_eq!(
            seen,
            [(1, true, Ok(0)), (2, false, error(2 * BUFFER)), (3, false, error(BUFFER - 1)),]
        );
    }

    #[test]
    fn a_line_at_the_limit_is_read() {
        let mut exact = lines(b"12345678\n123456789", 9);
        assert!(exact.advance().unwrap() && exact.text() == Ok("12345678"));
        assert!(exact.advance().unwrap() && exact.text() == Ok("123456789"));
        assert!(!exact.advance().unwrap());
    }
}
