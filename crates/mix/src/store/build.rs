//! What building a store of a task and one of a corpus have in common.

use super::StoreError;
use ext5_core::{Digest, atomic};
use ext5_data::Tally;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::io;
use std::path::Path;

/// Text is encoded in pieces of about this many bytes, which bounds the memory that building takes.
const CHUNK_BYTES: usize = 4 << 20;

/// An example as text, on its way into a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextExample {
    /// Text of the inputs.
    pub inputs: String,
    /// Text of the targets.
    pub targets: String,
    /// Where it comes from, for errors: its file and line.
    pub origin: String,
}

/// What a source has that is not in its store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Malformed rows, or lines of a corpus, that were tolerated.
    pub malformed: u64,
    /// The first of them: file, line and reason.
    pub first: Vec<String>,
    /// Rows that the task's filter does not want.
    pub filtered: u64,
}

impl LeftOut {
    /// What a tally counted, and how many rows were filtered.
    pub fn new(tally: &Tally, filtered: u64) -> Self {
        LeftOut {
            malformed: tally.malformed,
            first: tally.first.iter().map(ToString::to_string).collect(),
            filtered,
        }
    }
}

/// What a store is built as, and how text becomes ids.
pub struct Build<'a> {
    /// What errors and the header call the store, for example `rte train`.
    pub name: &'a str,
    /// Digest of all that the contents follow from.
    pub key: Digest,
    /// Size of the vocabulary.
    pub vocabulary: u32,
    /// Appends the ids of a text, without end of sequence. Called from many threads.
    pub encode: &'a (dyn Fn(&str, &mut Vec<u32>) + Sync),
    /// Asked after the last row what was left out.
    pub left_out: &'a dyn Fn() -> LeftOut,
}

impl<'a> Build<'a> {
    /// What gives the ids of one text. (A build itself cannot be shared between threads.)
    pub(super) fn encoder(&self) -> impl Fn(&str) -> Vec<u32> + Sync + use<'a> {
        let encode = self.encode;
        move |text| {
            let mut ids = Vec::new();
            encode(text, &mut ids);
            ids
        }
    }

    /// Refuses ids that no text has.
    pub(super) fn check(&self, ids: &[u32], origin: &str) -> Result<(), StoreError> {
        let bad = ids.iter().find(|&&id| id == 0 || id >= self.vocabulary);
        bad.map_or(Ok(()), |&id| {
            Err(StoreError::Id {
                name: self.name.to_owned(),
                origin: origin.to_owned(),
                id,
                vocabulary: self.vocabulary,
            })
        })
    }
}

/// Passes `items` on in order, in chunks of a bounded number of bytes.
pub(super) fn in_chunks<T, E>(
    items: impl IntoIterator<Item = Result<T, E>>,
    bytes: impl Fn(&T) -> usize,
    mut each: impl FnMut(Vec<T>) -> Result<(), Failure>,
) -> Result<(), Failure>
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let mut chunk = Vec::new();
    let mut size = 0;
    for item in items {
        let item = item.map_err(|error| StoreError::Rows(error.into()))?;
        size += bytes(&item);
        chunk.push(item);
        if size >= CHUNK_BYTES {
            each(std::mem::take(&mut chunk))?;
            size = 0;
        }
    }
    each(chunk)
}

/// Why filling a folder stopped.
pub(super) enum Failure {
    Io(io::Error),
    Store(StoreError),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Io(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::Store(error)
    }
}

/// Publishes what `fill` writes as the folder of a store, whole or not at all.
pub(super) fn publish(
    folder: &Path,
    fill: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<(), StoreError> {
    atomic::write_folder(folder, fill).map_err(|failure| match failure {
        Failure::Store(error) => error,
        Failure::Io(source) => StoreError::Write { path: folder.to_owned(), source },
    })
}
