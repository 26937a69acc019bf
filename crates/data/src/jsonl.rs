//! JSON lines.

use crate::format::Record;
use crate::rows::Row;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The records of a JSON lines file.
pub(crate) fn records(file: impl Read) -> impl Iterator<Item = io::Result<Record>> {
    let mut lines = Lines::new(file);
    std::iter::from_fn(move || {
        let line = match lines.advance() {
            Ok(true) => lines.number,
            Ok(false) => return None,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(Record { line, row: row(&lines.text) }))
    })
}

fn row(text: &[u8]) -> Result<Row, String> {
    let text = std::str::from_utf8(text)
        .map_err(|error| format!("not UTF-8 at byte {} of the line", error.valid_up_to() + 1))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(row)) => Ok(row),
        Ok(other) => Err(format!("expected a JSON object, found {}", kind(&other))),
        // serde_json counts lines of the text it was given: only the column means something here.
        Err(error) => {
            let message = error.to_string();
            let reason = message.split(" at line ").next().unwrap_or(&message);
            Err(format!("not JSON: {reason} at column {}", error.column()))
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The lines of a file that hold more than white space, as bytes, with their numbers.
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    /// The current line without its end.
    pub(crate) text: Vec<u8>,
    /// Number of the current line, from 1.
    pub(crate) number: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(file: R) -> Self {
        Lines { reader: BufReader::with_capacity(1 << 16, file), text: Vec::new(), number: 0 }
    }

    /// Goes to the next line with something in it; `false` at the end of the file.
    pub(crate) fn advance(&mut self) -> io::Result<bool> {
        while self.advance_one()? {
            if !self.text.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes to the next line, without white space at its end; `false` at the end of the file.
    pub(crate) fn advance_one(&mut self) -> io::Result<bool> {
        self.text.clear();
        if self.reader.read_until(b'\n', &mut self.text)? == 0 {
            return Ok(false);
        }
        self.number += 1;
        if self.number == 1 && self.text.starts_with(BYTE_ORDER_MARK) {
            self.text.drain(..BYTE_ORDER_MARK.len());
        }
        let kept = self.text.trim_ascii_end().len();
        self.text.truncate(kept);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_faults_explained() {
        let file = b"\xEF\xBB\xBF{\"a\": 1}\r\n\n{\"a\" 2}\n[1]\n{\"a\": \"\xFF\"}\n{\"a\": 3}";
        let records: Vec<_> = records(file.as_slice()).map(Result::unwrap).collect();
        let seen: Vec<_> = records
            .iter()
            .map(|record| match &record.row {
                Ok(row) => (record.line, row["a"].to_string()),
                Err(reason) => (record.line, reason.clone()),
            })
            .collect();
        let expected = [
            (1, "1"),
            (3, "not JSON: expected `:` at column 6"),
            (4, "expected a JSON object, found an array"),
            (5, "not UTF-8 at byte 8 of the line"),
            (6, "3"),
        ];
        assert_eq!(seen, expected.map(|(line, text)| (line, text.to_owned())));
    }
}
