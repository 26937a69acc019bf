//! How far the build of a store has come.

use super::checked::{CheckedWriter, Seal};
use ext5_core::{Digest, atomic};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

const FILE: &str = "journal.json";

/// Written after every chunk but the last, when its data is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    key: Digest,
    /// Items in the files: renderings of a task, documents of a corpus.
    pub(super) items: u64,
    seals: Vec<Seal>,
}

impl Journal {
    /// Starts the files called `names` of the build in `folder`, or goes on with those that a
    /// killed build of the same contents has left. Returns how many items they have.
    pub(super) fn start<const N: usize>(
        folder: &Path,
        key: Digest,
        names: [&str; N],
    ) -> io::Result<(u64, Vec<CheckedWriter>)> {
        if let Some(files) = Journal::resume(folder, key, &names) {
            return Ok(files);
        }
        let _ = fs::remove_file(folder.join(FILE));
        let files = names.iter().map(|name| CheckedWriter::create(&folder.join(name)));
        Ok((0, files.collect::<io::Result<_>>()?))
    }

    /// Nothing when there is no journal or anything is not what it says: that only costs time.
    fn resume(folder: &Path, key: Digest, names: &[&str]) -> Option<(u64, Vec<CheckedWriter>)> {
        let journal: Journal = serde_json::from_slice(&fs::read(folder.join(FILE)).ok()?).ok()?;
        if journal.key != key || journal.seals.len() != names.len() {
            return None;
        }
        let files = names.iter().zip(&journal.seals);
        let files: Option<_> = files
            .map(|(name, &seal)| CheckedWriter::resume(&folder.join(name), seal).ok().flatten())
            .collect();
        Some((journal.items, files?))
    }

    /// Records that `files` hold `items` items.
    pub(super) fn write(
        folder: &Path,
        key: Digest,
        items: u64,
        files: &[&CheckedWriter],
    ) -> io::Result<()> {
        files.iter().try_for_each(|file| file.sync())?;
        let seals = files.iter().map(|file| file.seal()).collect();
        let journal = serde_json::to_vec(&Journal { key, items, seals })?;
        atomic::write_file(&folder.join(FILE), |file| file.write_all(&journal))
    }

    /// The build is done.
    pub(super) fn remove(folder: &Path) -> io::Result<()> {
        match fs::remove_file(folder.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
