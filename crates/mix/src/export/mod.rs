//! A part of the stream as files that other trainers read.
//!
//! An export is a folder:
//!
//! | entry | contents |
//! |---|---|
//! | `manifest.json` | the [`Manifest`]: what was asked for, and all that the examples follow from |
//! | `data.lock` | every source file with bytes, rows and digest |
//! | `data/part-00000-of-00010.jsonl` | the examples of so many slots of the stream, in order |
//! | `files-1-of-1.jsonl` | one [`FileRecord`] a line for each whole file that a shard has written |
//!
//! Files are cut by slot, so each can be made without those before it. Shard i of n makes every
//! n-th of them; n machines may write to n folders or to one, and their files, in order of name,
//! are the stream in order. A file appears whole or not at all, and is recorded once it is whole:
//! after a kill the recorded files are checked and kept, the others are made, and all have the
//! bytes that an uninterrupted export gives them.

mod jsonl;
mod manifest;
mod parquet;
mod records;
mod request;
mod run;

pub use manifest::{EntryCount, Manifest, Provenance};
pub use records::FileRecord;
pub use request::{Compression, Format, Request, Shard, prefix_of_epochs};
pub use run::{Export, Outcome, Progress, Summary};

use crate::mixture::MixtureError;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why an export could not be made.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The request makes no sense.
    #[error("{0}")]
    Request(String),
    /// The folder holds an export that is not the one asked for.
    #[error(
        "{}: the folder holds another export: {differences}; give the same request to go on with \
         it, or choose another folder",
        path.display()
    )]
    Another {
        /// The folder.
        path: PathBuf,
        /// What differs, then and now.
        differences: String,
    },
    /// The folder holds other things.
    #[error("{}: the folder is not empty and holds no export; choose another", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// Another process makes the same shard.
    #[error(
        "{}: another process is exporting shard {shard} into this folder; wait for it, or take \
         another shard",
        path.display()
    )]
    Busy {
        /// The folder.
        path: PathBuf,
        /// The shard.
        shard: Shard,
    },
    /// A file of the export is not what this program writes.
    #[error("{}: {reason}; delete the folder to start again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file system refused.
    #[error("{}: {source}; what is whole is kept, and the same command goes on", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The source files.
    #[error(transparent)]
    Data(#[from] ext5_data::DataError),
    /// An example could not be made.
    #[error(transparent)]
    Mixture(#[from] MixtureError),
}

impl ExportError {
    /// For `map_err` on `path`.
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| ExportError::File { path: path.to_owned(), source }
    }
}

/// One example on its way into a file.
struct Row<'a> {
    /// The entry.
    name: &'a str,
    slot: u64,
    inputs: String,
    targets: String,
    inputs_ids: Vec<u32>,
    targets_ids: Vec<u32>,
}

/// Rows, or why there are no more.
type Rows<'r, 'a> = &'r mut dyn Iterator<Item = io::Result<Row<'a>>>;
