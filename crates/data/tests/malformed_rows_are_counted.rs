//! Malformed rows are counted, reported with file and line, and too many are an error.

use ext5_data::{DataError, Format, Rows, Tolerance, files};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

fn split(contents: &[&str]) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in contents.iter().enumerate() {
        fs::write(folder.path().join(format!("train-{number}.jsonl")), text).unwrap();
    }
    let files = files::resolve(folder.path(), &["train-*.jsonl"], "rows").unwrap();
    (folder, files)
}

#[test]
fn one_of_a_hundred_is_too_many() {
    let mut text = "{\"a\": 1}\n".repeat(99);
    text.push_str("{\"a\": \n");
    let (_folder, files) = split(&[&text]);
    let mut rows = Rows::new(Format::Jsonl, files, Tolerance::default());
    assert_eq!(rows.by_ref().filter(Result::is_ok).count(), 99);
    assert_eq!((rows.tally().rows, rows.tally().malformed), (100, 1));
    let (_folder, files) = split(&[&text]);
    let last = Rows::new(Format::Jsonl, files, Tolerance::default()).last();
    let error = last.unwrap().unwrap_err();
    assert!(matches!(error, DataError::TooManyMalformed { .. }));
    assert!(error.to_string().contains("train-0.jsonl:100: not JSON"), "{error}");
}

#[test]
fn one_of_a_thousand_is_tolerated_over_all_shards() {
    let good = "{\"a\": 1}\n".repeat(500);
    let bad = format!("{}[]\n", "{\"a\": 1}\n".repeat(499));
    let (_folder, files) = split(&[&good, &bad]);
    let mut rows = Rows::new(Format::Jsonl, files, Tolerance::default());
    assert!(rows.by_ref().all(|row| row.is_ok()));
    assert_eq!((rows.tally().rows, rows.tally().malformed), (1000, 1));
    assert_eq!(rows.tally().first[0].line, 500);
}

#[test]
fn rows_rejected_later_count_the_same() {
    let (_folder, files) = split(&["{\"a\": 1}\n{\"a\": 2}\n"]);
    let mut rows = Rows::new(Format::Jsonl, files, Tolerance::default());
    let first = rows.next().unwrap().unwrap();
    rows.reject(&first.file, first.line, "no targets");
    assert!(rows.next().unwrap().is_ok());
    let error = rows.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("1 of 2 rows") && error.contains(":1: no targets"), "{error}");
    assert!(rows.next().is_none());
}

#[test]
fn an_empty_split_is_an_error() {
    let (_folder, files) = split(&["", "\n \n"]);
    let error = Rows::new(Format::Jsonl, files, Tolerance::ANY).next().unwrap().unwrap_err();
    let message = error.to_string();
    assert!(message.contains("train-1.jsonl: empty; expected at least one row"), "{message}");
}
