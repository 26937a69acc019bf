//! A file that is cut at any byte, or has a wrong byte, is an error and never a shorter split.

mod support;

use ext5_data::{DataError, Row};
use proptest::prelude::*;
use std::fs;
use std::sync::LazyLock;
use support::{golden, read};
use tempfile::TempDir;

/// What a golden file is read as with other contents.
struct Damage {
    _folder: TempDir,
    path: std::path::PathBuf,
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

impl Damage {
    fn to(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rows = support::rows(name).into_iter().map(Option::unwrap).collect();
        let path = folder.path().join(name);
        Damage { path, _folder: folder, bytes: fs::read(golden(name)).unwrap(), rows }
    }

    fn read(&self, bytes: &[u8]) -> Result<Vec<Row>, DataError> {
        // A new file each time: to write over one makes some file systems wait for the disk.
        let _ = fs::remove_file(&self.path);
        fs::write(&self.path, bytes).unwrap();
        read(&self.path)
    }

    /// Cuts after every number of bytes but those of `boundaries`.
    fn cut_everywhere(&self, boundaries: &[usize]) {
        for length in 0..self.bytes.len() {
            match self.read(&self.bytes[..length]) {
                Err(DataError::Damaged { .. }) => {}
                // What ends between two records, members or frames cannot be told from a whole.
                Ok(rows) if boundaries.contains(&length) => assert!(rows.len() < self.rows.len()),
                Err(DataError::Empty { .. }) if boundaries.contains(&length) => {}
                other => panic!("{} bytes of {:?}: {other:?}", length, self.path),
            }
        }
    }
}

#[test]
fn cut_files_are_errors() {
    for name in ["one.jsonl.gz", "one.jsonl.zst", "zstd.parquet", "gzip.parquet", "int96.parquet"] {
        Damage::to(name).cut_everywhere(&[]);
    }
    Damage::to("example.tfrecord-00000-of-00001.gz").cut_everywhere(&[]);
}

#[test]
fn cut_sequences_are_errors_but_between_their_parts() {
    let records = Damage::to("example.tfrecord");
    let mut boundaries = vec![0];
    let mut at = 0;
    while at < records.bytes.len() {
        let length = u64::from_le_bytes(records.bytes[at..at + 8].try_into().unwrap());
        at += length as usize + 16;
        boundaries.push(at);
    }
    assert_eq!(boundaries.len(), 8);
    records.cut_everywhere(&boundaries);

    for (name, magic) in [
        ("members.jsonl.gz", &[0x1F, 0x8B, 8][..]),
        ("frames.jsonl.zst", &[0x28, 0xB5, 0x2F, 0xFD]),
    ] {
        let members = Damage::to(name);
        let starts = members.bytes.windows(magic.len()).enumerate().skip(1);
        let mut boundaries: Vec<_> =
            starts.filter(|(_, window)| *window == magic).map(|(at, _)| at).collect();
        // The skippable frame before the last.
        boundaries.extend(boundaries.last().map(|at| at - 12));
        members.cut_everywhere(&boundaries);
    }
}

#[test]
fn the_error_says_where_and_what_to_do() {
    let damage = Damage::to("example.tfrecord");
    let error = damage.read(&damage.bytes[..500]).unwrap_err().to_string();
    assert!(
        error.contains("example.tfrecord: damaged after record 2: the file ends within"),
        "{error}"
    );
    assert!(error.contains("download it again"), "{error}");
    let damage = Damage::to("one.jsonl.gz");
    let error = damage.read(&damage.bytes[..100]).unwrap_err().to_string();
    assert!(error.contains("one.jsonl.gz: damaged after line "), "{error}");
    let damage = Damage::to("zstd.parquet");
    let error = damage.read(&damage.bytes[..100]).unwrap_err().to_string();
    assert!(error.contains("zstd.parquet: damaged at its end"), "{error}");
}

#[test]
fn wrong_bytes_are_errors_or_make_no_difference() {
    for name in ["example.tfrecord", "one.jsonl.gz", "one.jsonl.zst", "members.jsonl.gz"] {
        let damage = Damage::to(name);
        for at in 0..damage.bytes.len() {
            let mut bytes = damage.bytes.clone();
            bytes[at] ^= 0x10;
            match damage.read(&bytes) {
                Err(DataError::Damaged { .. }) => {}
                // A first byte that is no longer that of gzip or zstd: plain text that is none.
                Err(DataError::TooManyMalformed { .. }) if at < 4 => {}
                // The time in a gzip header.
                Ok(rows) if name != "example.tfrecord" => assert_eq!(rows, damage.rows),
                other => panic!("byte {at} of {name}: {other:?}"),
            }
        }
    }
}

/// One wrong byte, found by trying them all, makes the Parquet library panic.
#[test]
fn a_panic_of_the_library_is_an_error() {
    let damage = Damage::to("none.parquet");
    let mut bytes = damage.bytes.clone();
    bytes[1078] = 30;
    let error = damage.read(&bytes).unwrap_err().to_string();
    assert!(error.contains("its pages contradict their headers"), "{error}");
}

static PARQUET: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    ["zstd.parquet", "snappy.parquet"].map(|name| fs::read(golden(name)).unwrap())
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Damage to Parquet's metadata may change what is read, but reading it always ends.
    #[test]
    fn no_parquet_file_brings_the_reader_down(at in 0.0..1.0f64, byte: u8, nested: bool) {
        let mut bytes = PARQUET[usize::from(nested)].clone();
        let at = (at * bytes.len() as f64) as usize;
        bytes[at] = byte;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        fs::write(&path, bytes).unwrap();
        let _ = read(&path);
    }
}
