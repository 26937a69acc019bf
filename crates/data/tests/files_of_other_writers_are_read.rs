//! What pyarrow, zstandard, gzip and TensorFlow's format wrote is read as the same rows.

mod support;

use ext5_core::Digest;
use ext5_data::{Fingerprint, Format, Rows, Tolerance};
use serde_json::Value;

#[test]
fn every_golden_file_is_read() {
    for (name, count) in support::files() {
        let expected = support::rows(&name);
        assert_eq!(expected.len() as u64, count, "{name}");
        let mut rows = Rows::new(None, vec![support::golden(&name)], Tolerance::ANY);
        let good: Vec<_> =
            expected.iter().enumerate().filter_map(|(n, row)| Some((n, row.as_ref()?))).collect();
        for (number, expected) in &good {
            let read = rows.next().unwrap().unwrap();
            assert_eq!(read.line as usize, number + 1, "{name}");
            assert_eq!(
                read.row.keys().collect::<Vec<_>>(),
                expected.keys().collect::<Vec<_>>(),
                "{name}"
            );
            for (column, value) in *expected {
                assert!(
                    same(&read.row[column], value),
                    "{name}:{} {column}: {} is not {value}",
                    read.line,
                    read.row[column]
                );
            }
        }
        match rows.next() {
            None => {}
            Some(Err(error)) if count == 0 => {
                assert!(error.to_string().contains("empty"), "{error}");
            }
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(rows.tally().malformed as usize, expected.len() - good.len(), "{name}");
    }
}

/// Equal, where numbers in different notations are: Python has no 32-bit floats.
fn same(read: &Value, expected: &Value) -> bool {
    match (read, expected) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || a.as_f64() == b.as_f64() && !a.is_i64() && !a.is_u64()
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => read == expected,
    }
}

#[test]
fn text_that_is_not_utf_8_is_malformed() {
    let mut rows = Rows::new(None, vec![support::golden("not_utf8.parquet")], Tolerance::ANY);
    assert_eq!(rows.by_ref().count(), 2);
    assert_eq!(rows.tally().first[0].line, 2);
    assert_eq!(rows.tally().first[0].reason, "column text: not UTF-8 at byte 1");
}

#[test]
fn unread_compression_is_named() {
    let error = support::read(&support::golden("brotli.parquet")).unwrap_err().to_string();
    assert!(error.contains("brotli.parquet: its columns are compressed with BROTLI"), "{error}");
    assert!(error.contains("write it again"), "{error}");
}

#[test]
fn rows_are_counted_while_bytes_are_hashed() {
    for (name, count) in support::files() {
        let path = support::golden(&name);
        let (fingerprint, rows) = Fingerprint::with_rows(&path).unwrap();
        assert_eq!(rows, count, "{name}");
        assert_eq!(fingerprint.digest, Digest::of_file(&path).unwrap(), "{name}");
        assert_eq!(fingerprint, Fingerprint::of(&path).unwrap());
        // Now that the digest is known, rows are counted on their own.
        assert_eq!(Fingerprint::with_rows(&path).unwrap(), (fingerprint, count), "{name}");
    }
}

#[test]
fn formats_can_be_stated_against_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.bin");
    std::fs::copy(support::golden("snappy.parquet"), &path).unwrap();
    let error = support::read(&path).unwrap_err().to_string();
    assert!(error.contains("data.bin: the name tells no format"), "{error}");
    let rows = Rows::new(Format::Parquet, vec![path.clone()], Tolerance::NONE);
    assert_eq!(rows.map(Result::unwrap).count(), 700);
    let error =
        Rows::new(Format::TfRecord, vec![path], Tolerance::ANY).next().unwrap().unwrap_err();
    assert!(error.to_string().contains("this is no TFRecord file"), "{error}");
}
