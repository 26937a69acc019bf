//! The file formats that rows are stored in.

use crate::jsonl;
use crate::rows::Row;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::path::Path;

/// How a file stores its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line, UTF-8; empty lines are passed over.
    #[default]
    Jsonl,
}

/// One record of a file: a row, or why it is none.
#[derive(Clone, Debug)]
pub struct Record {
    /// Where the record starts: a line from 1, or a row number from 1 where a format has no lines.
    pub line: u64,
    /// The row, or what is wrong with the record.
    pub row: Result<Row, String>,
}

/// The records of one file in order. An `Err` ends the file: the system could not read on.
pub type Records = Box<dyn Iterator<Item = io::Result<Record>> + Send>;

impl Format {
    /// What names of files of this format end in, after the full stop.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Jsonl => "jsonl",
        }
    }

    /// Opens a file of this format.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(self, path: &Path) -> io::Result<Records> {
        match self {
            Format::Jsonl => Ok(Box::new(jsonl::records(File::open(path)?))),
        }
    }
}
