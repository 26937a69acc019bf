//! The file formats that rows are stored in.

use crate::error::DataError;
use crate::rows::Row;
use crate::{delimited, jsonl, parquet, text, tf_record};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// How a file stores its rows. All but Parquet, which compresses within, may be compressed with
/// gzip or zstd as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line, UTF-8; empty lines are passed over.
    Jsonl,
    /// Comma-separated values after RFC 4180: the first record names the columns, fields may be
    /// quoted and may then hold commas, line ends and doubled quotes. All values are strings;
    /// empty lines are passed over.
    Csv,
    /// Tab-separated values: the first line names the columns. A quotation mark is a character
    /// like any other, as published TSV files have it; all values are strings, and empty lines
    /// are passed over.
    Tsv,
    /// Apache Parquet, read by row group. Nested columns are objects and lists, maps are objects;
    /// dates, times and timestamps are ISO 8601 strings, decimals strings with all their digits,
    /// not-a-number and infinities null. Bytes are strings if they are UTF-8, else the column is
    /// left out of the row.
    Parquet,
    /// TFRecord of `tf.Example`, checksums verified. A feature of one value is that value, of any
    /// other number a list. Bytes are strings if they are UTF-8, else the feature is left out.
    TfRecord,
    /// Plain text, UTF-8: each line that is not empty is a row with the one column `text`.
    Text,
}

/// One record of a file: a row or document, or why it is none.
#[derive(Clone, Debug)]
pub struct Record<T = Row> {
    /// Where the record starts: a line from 1, or a row number from 1 where a format has no lines.
    pub line: u64,
    /// The row or document, or what is wrong with the record.
    pub value: Result<T, String>,
    /// How much it counts in a tally: 1 for rows, the number of its lines for a document of a text
    /// file.
    pub weight: u64,
}

impl<T> Record<T> {
    pub(crate) fn new(line: u64, value: Result<T, String>) -> Self {
        Record { line, value, weight: 1 }
    }
}

/// The records of one file in order. An `Err` ends the file: it could not be read on.
pub type Records<T = Row> = Box<dyn Iterator<Item = Result<Record<T>, DataError>> + Send>;

/// What names end in, and the format. The first name of a format is its usual one.
const EXTENSIONS: [(&str, Format); 10] = [
    ("jsonl", Format::Jsonl),
    ("json", Format::Jsonl),
    ("ndjson", Format::Jsonl),
    ("csv", Format::Csv),
    ("tsv", Format::Tsv),
    ("parquet", Format::Parquet),
    ("tfrecord", Format::TfRecord),
    ("tfrecords", Format::TfRecord),
    ("txt", Format::Text),
    ("text", Format::Text),
];

/// Endings of compressed files, in names only: contents decide how a file is read.
const COMPRESSED: [&str; 2] = [".gz", ".zst"];

impl Format {
    /// The format that a file's name tells: `x.csv`, `x.json.gz`, `x.tfrecord-00000-of-00010`.
    /// `None` where the name tells none.
    pub fn of(path: &Path) -> Option<Format> {
        Name::of(path)?.format
    }

    /// What names of this format usually end in, after the full stop.
    pub fn extension(self) -> &'static str {
        let usual = EXTENSIONS.iter().find(|(_, format)| *format == self);
        usual.map_or("", |(extension, _)| extension)
    }

    /// Opens a file of this format. A record above `limit` bytes, decompressed, is malformed and
    /// is passed over without being held in memory.
    ///
    /// # Errors
    /// When the file cannot be read or is not of this format.
    pub fn open(self, path: &Path, limit: usize) -> Result<Records, DataError> {
        match self {
            Format::Jsonl => jsonl::records(path, limit),
            Format::Csv => delimited::records(path, limit, delimited::CSV),
            Format::Tsv => delimited::records(path, limit, delimited::TSV),
            Format::Parquet => parquet::records(path),
            Format::TfRecord => tf_record::records(path, limit),
            Format::Text => text::records(path, limit),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Jsonl => "JSON lines",
            Format::Csv => "CSV",
            Format::Tsv => "TSV",
            Format::Parquet => "Parquet",
            Format::TfRecord => "TFRecord",
            Format::Text => "text",
        })
    }
}

/// What the name of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// The name without shard number, extension and ending of a compression.
    pub stem: &'a str,
    /// Which shard of how many, where the name says `00003-of-00010`.
    pub shard: Option<(u64, u64)>,
    pub format: Option<Format>,
}

impl<'a> Name<'a> {
    /// `None` where the name is no UTF-8.
    pub(crate) fn of(path: &'a Path) -> Option<Self> {
        let mut name = path.file_name()?.to_str()?;
        for ending in COMPRESSED {
            name = name.strip_suffix(ending).unwrap_or(name);
        }
        // The shard number stands before the extension or after it: TFDS has it after.
        let (name, after) = split_shard(name);
        let (name, format) = match name.rsplit_once('.') {
            Some((stem, extension)) => {
                let extension = extension.to_ascii_lowercase();
                match EXTENSIONS.iter().find(|(known, _)| *known == extension) {
                    Some((_, format)) => (stem, Some(*format)),
                    None => (name, None),
                }
            }
            None => (name, None),
        };
        let (stem, before) = split_shard(name);
        Some(Name { stem, shard: before.or(after), format })
    }
}

/// Cuts `-00003-of-00010` or `.00003-of-00010` off the end of a name.
fn split_shard(name: &str) -> (&str, Option<(u64, u64)>) {
    let cut = || {
        let (rest, of) = name.rsplit_once("-of-")?;
        let at = rest.rfind(['-', '.'])?;
        Some((&rest[..at], Some((rest[at + 1..].parse().ok()?, of.parse().ok()?))))
    };
    cut().unwrap_or((name, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_format() {
        let cases = [
            ("train.jsonl", "train", None, Some(Format::Jsonl)),
            ("a/train.JSON.gz", "train", None, Some(Format::Jsonl)),
            ("c4-train.00003-of-01024.json.gz", "c4-train", Some((3, 1024)), Some(Format::Jsonl)),
            ("train-00000-of-00001.parquet", "train", Some((0, 1)), Some(Format::Parquet)),
            ("x-train.tfrecord-00000-of-00010", "x-train", Some((0, 10)), Some(Format::TfRecord)),
            ("train-2.csv.zst", "train-2", None, Some(Format::Csv)),
            ("one-of-us.txt", "one-of-us", None, Some(Format::Text)),
            ("README", "README", None, None),
            ("v1.2", "v1.2", None, None),
        ];
        for (name, stem, shard, format) in cases {
            assert_eq!(Name::of(Path::new(name)), Some(Name { stem, shard, format }), "{name}");
        }
    }

    #[test]
    fn every_format_has_an_extension() {
        for (_, format) in EXTENSIONS {
            let name = format!("a.{}", format.extension());
            assert_eq!(Format::of(Path::new(&name)), Some(format));
        }
    }
}
