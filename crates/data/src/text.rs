//! Plain text: a row a line.

use crate::error::DataError;
use crate::format::{Record, Records};
use crate::lines::Lines;
use crate::rows::Row;
use serde_json::Value;
use std::path::Path;

/// The column of a row of plain text.
pub(crate) const COLUMN: &str = "text";

/// The records of a text file: its lines that are not empty.
pub(crate) fn records(path: &Path, limit: usize) -> Result<Records, DataError> {
    let mut lines = Lines::open(path, limit)?;
    Ok(Box::new(std::iter::from_fn(move || match lines.advance() {
        Ok(true) => Some(Ok(Record::new(lines.number, lines.text().map(row)))),
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    })))
}

fn row(text: &str) -> Row {
    Row::from_iter([(COLUMN.to_owned(), Value::String(text.to_owned()))])
}
