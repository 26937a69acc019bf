//! What building a store of a task and one of a corpus have in common.

use super::StoreError;
use ext5_core::Digest;
use ext5_data::Tally;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::{panic, thread};

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
    /// How many renderings of each example follow one another; 1 for a corpus.
    pub prompts: usize,
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

    /// What the thread that writes needs to know.
    pub(super) fn names(&self) -> Names<'a> {
        Names { name: self.name, vocabulary: self.vocabulary }
    }
}

/// What errors tell of a build.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) name: &'a str,
    vocabulary: u32,
}

impl Names<'_> {
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

/// Reads `items` after the first `skip`, and passes them on in chunks of a bounded number of bytes,
/// in order, to `write`, which runs on a thread of its own: the next chunk is read while one is
/// written. `progress` is told how many are done.
pub(super) fn in_chunks<T: Send, E>(
    items: impl IntoIterator<Item = Result<T, E>>,
    skip: u64,
    bytes: impl Fn(&T) -> usize,
    progress: &mut dyn FnMut(u64),
    mut write: impl FnMut(Vec<T>, Position) -> Result<(), Failure> + Send,
) -> Result<u64, Failure>
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let done = AtomicU64::new(skip);
    let (sender, receiver) = mpsc::sync_channel::<Vec<T>>(1);
    let (read, written) = thread::scope(|scope| {
        let writer = scope.spawn(|| -> Result<(), Failure> {
            let mut position = Position { items: skip, last: false };
            // Without a successor for the last chunk, none is known to be the last until then.
            let mut chunks = receiver.into_iter().peekable();
            while let Some(chunk) = chunks.next() {
                position.items += chunk.len() as u64;
                position.last = chunks.peek().is_none();
                write(chunk, position)?;
                done.store(position.items, Ordering::Relaxed);
            }
            Ok(())
        });
        let mut told = skip;
        let mut send = |chunk: Vec<T>| {
            let sent = sender.send(chunk).is_ok();
            let now = done.load(Ordering::Relaxed);
            if std::mem::replace(&mut told, now) != now {
                progress(now);
            }
            sent
        };
        let read = || -> Result<(), StoreError> {
            let (mut chunk, mut size) = (Vec::new(), 0);
            for (number, item) in (0u64..).zip(items) {
                let item = item.map_err(|error| StoreError::Rows(error.into()))?;
                if number < skip {
                    continue;
                }
                size += bytes(&item);
                chunk.push(item);
                if size >= CHUNK_BYTES {
                    // The writer has failed, and says why.
                    if !send(std::mem::take(&mut chunk)) {
                        return Ok(());
                    }
                    size = 0;
                }
            }
            if !chunk.is_empty() {
                send(chunk);
            }
            Ok(())
        };
        let read = read();
        drop(sender);
        (read, writer.join().unwrap_or_else(|payload| panic::resume_unwind(payload)))
    });
    // A row that cannot be written comes before one that cannot be read.
    written?;
    read?;
    let done = done.into_inner();
    progress(done);
    Ok(done)
}

/// Where a build is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// Items up to the end of a chunk.
    pub(super) items: u64,
    /// Whether it is the last chunk.
    pub(super) last: bool,
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

/// What a journal without all its files would be; there is none.
pub(super) fn no_file() -> io::Error {
    io::Error::other("a file of the store was not started")
}
