//! The golden files that `tools/oracles/sources_golden.py` wrote, and writers of small files.
#![allow(dead_code, reason = "each test uses a part")]

use ext5_data::{DataError, Row, Rows, Tolerance};
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// The golden files and how many rows each has.
pub fn files() -> BTreeMap<String, u64> {
    let text = fs::read_to_string(golden("sources.json")).unwrap();
    let result: serde_json::Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(result["files"].clone()).unwrap()
}

/// The rows of a golden file; `None` stands for a malformed one.
pub fn rows(name: &str) -> Vec<Option<Row>> {
    let file = File::open(golden(&format!("rows/{name}.json.gz"))).unwrap();
    serde_json::from_reader(GzDecoder::new(file)).unwrap()
}

/// All rows of a file, or why they cannot be had.
pub fn read(path: &Path) -> Result<Vec<Row>, DataError> {
    read_within(path, Tolerance::NONE)
}

pub fn read_within(path: &Path, tolerance: Tolerance) -> Result<Vec<Row>, DataError> {
    Rows::new(None, vec![path.to_owned()], tolerance).map(|row| Ok(row?.row)).collect()
}

/// One record of a TFRecord file.
pub fn framed(bytes: &[u8]) -> Vec<u8> {
    let masked = |bytes| crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xA282_EAD8);
    let length = (bytes.len() as u64).to_le_bytes();
    let mut record = length.to_vec();
    record.extend(masked(&length).to_le_bytes());
    record.extend(bytes);
    record.extend(masked(bytes).to_le_bytes());
    record
}
