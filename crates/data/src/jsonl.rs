//! JSON lines.

use crate::error::DataError;
use crate::format::{Record, Records};
use crate::lines::Lines;
use crate::rows::Row;
use serde_json::Value;
use std::path::Path;

/// The records of a JSON lines file.
pub(crate) fn records(path: &Path, limit: usize) -> Result<Records, DataError> {
    let mut lines = Lines::open(path, limit)?;
    Ok(Box::new(std::iter::from_fn(move || match lines.advance() {
        Ok(true) => Some(Ok(Record::new(lines.number, lines.text().and_then(row)))),
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    })))
}

fn row(text: &str) -> Result<Row, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(row)) => Ok(row),
        Ok(Value::Array(_)) => Err("expected a JSON object, found an array; \
            `jq -c '.[]'` turns one array into a line for each object"
            .to_owned()),
        Ok(other) => Err(format!("expected a JSON object, found {}", kind(&other))),
        // serde_json counts lines of the text it was given: only the column means something here.
        Err(error) => {
            let message = error.to_string();
            let reason = message.split(" at line ").next().unwrap_or(&message);
            Err(format!("not JSON: {reason} at column {}", error.column()))
        }
    }
}

/// What a value is, for errors.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_faults_explained() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let file = b"\xEF\xBB\xBF{\"a\": 90.33333333333333}\r\n\n{\"a\" 2}\n2\n{\"a\": \"\xFF\"}\n{\"a\": 3}";
        std::fs::write(&path, file).unwrap();
        let seen: Vec<_> = records(&path, 100)
            .unwrap()
            .map(Result::unwrap)
            .map(|record| match record.value {
                Ok(row) => (record.line, row["a"].to_string()),
                Err(reason) => (record.line, reason),
            })
            .collect();
        let expected = [
            (1, "90.33333333333333"),
            (3, "not JSON: expected `:` at column 6"),
            (4, "expected a JSON object, found a number"),
            (5, "not UTF-8 at byte 8 of the line"),
            (6, "3"),
        ];
        assert_eq!(seen, expected.map(|(line, text)| (line, text.to_owned())));
    }
}
