//! The data lock: which files a run read, byte for byte.

use crate::error::DataError;
use crate::files::inside;
use crate::fingerprint::Fingerprint;
use crate::generated;
use ext5_core::{Digest, atomic, config};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The files of a data root that a run read, in order of path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataLock {
    /// The files, each once.
    #[serde(default)]
    pub files: Vec<LockedFile>,
}

/// One file as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// The path relative to the data root, with `/` between its parts.
    pub path: String,
    /// Its size in bytes; 0 of generated rows.
    pub bytes: u64,
    /// Its rows after the format that its name tells, malformed ones included; lines that hold more
    /// than white space where it tells none.
    pub rows: u64,
    /// The BLAKE3 digest of its bytes.
    pub digest: Digest,
}

/// One way in which the data differs from its lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The file has other bytes than it had.
    Changed {
        /// The file, relative to the data root.
        path: String,
        /// Its size in bytes when it was locked.
        locked: u64,
        /// Its size in bytes now.
        now: u64,
    },
    /// The file is gone, or is no longer among those that are read.
    Missing {
        /// The file, relative to the data root.
        path: String,
    },
    /// The file is read now and was not then.
    New {
        /// The file, relative to the data root.
        path: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Changed { path, locked, now } if locked == now => {
                write!(f, "changed: {path} (same size, other bytes)")
            }
            Change::Changed { path, locked, now } => {
                write!(f, "changed: {path} ({locked} bytes then, {now} now)")
            }
            Change::Missing { path } => write!(f, "missing: {path}"),
            Change::New { path } => write!(f, "new: {path}"),
        }
    }
}

impl DataLock {
    /// The lock of `files`, which lie under `root`.
    ///
    /// # Errors
    /// When a file cannot be read or does not lie under the root.
    pub fn build(root: &Path, files: impl IntoIterator<Item = PathBuf>) -> Result<Self, DataError> {
        let paths = relative(root, files)?;
        let locked = paths.into_iter().map(|path| LockedFile::build(root, path));
        Ok(DataLock { files: locked.collect::<Result<_, _>>()? })
    }

    /// Reads a lock that [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// When the file cannot be read or is no lock.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let lock: DataLock = config::read(path)?;
        lock.files.iter().try_for_each(|file| inside(&file.path))?;
        Ok(lock)
    }

    /// Writes the lock as TOML; the file appears whole or not at all.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, path: &Path) -> Result<(), DataError> {
        let text = toml::to_string(self).map_err(std::io::Error::other);
        text.and_then(|text| atomic::write_file(path, |file| file.write_all(text.as_bytes())))
            .map_err(DataError::io(path))
    }

    /// Compares the lock with `files`, those that would be read from `root` now.
    ///
    /// # Errors
    /// [`DataError::Changed`] naming every changed, missing or new file; or when a file cannot be
    /// read or does not lie under the root.
    pub fn verify(
        &self,
        root: &Path,
        files: impl IntoIterator<Item = PathBuf>,
    ) -> Result<(), DataError> {
        let mut now = relative(root, files)?;
        let mut changes = Vec::new();
        for locked in &self.files {
            if now.remove(&locked.path) {
                changes.extend(locked.compare(root)?);
            } else {
                changes.push(Change::Missing { path: locked.path.clone() });
            }
        }
        changes.extend(now.into_iter().map(|path| Change::New { path }));
        if changes.is_empty() { Ok(()) } else { Err(DataError::Changed { changes }) }
    }

    /// The digest of the lock: equal exactly when the files' paths and bytes are.
    pub fn digest(&self) -> Digest {
        let files: BTreeMap<_, _> =
            self.files.iter().map(|file| (file.path.as_str(), file.digest)).collect();
        let parts = files.iter().map(|(path, digest)| (*path, digest.as_bytes()));
        Digest::of_parts(parts)
    }
}

impl LockedFile {
    fn build(root: &Path, path: String) -> Result<Self, DataError> {
        let (file, rows) = Fingerprint::with_rows(&root.join(&path))?;
        Ok(LockedFile { path, bytes: file.bytes, rows, digest: file.digest })
    }

    fn compare(&self, root: &Path) -> Result<Option<Change>, DataError> {
        let file = root.join(&self.path);
        let now = match fs::metadata(&file) {
            _ if generated::is_generated(&file) => 0,
            Ok(metadata) => metadata.len(),
            Err(_) => return Ok(Some(Change::Missing { path: self.path.clone() })),
        };
        // The size is free to compare; only files of equal size are read.
        let same = now == self.bytes && Fingerprint::of(&file)?.digest == self.digest;
        Ok((!same).then(|| Change::Changed { path: self.path.clone(), locked: self.bytes, now }))
    }
}

/// Paths relative to `root`, sorted, each once.
fn relative(
    root: &Path,
    files: impl IntoIterator<Item = PathBuf>,
) -> Result<BTreeSet<String>, DataError> {
    let relative = |file: PathBuf| match file.strip_prefix(root) {
        Ok(path) => {
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            let path = parts.join("/");
            inside(&path).map(|()| path)
        }
        Err(_) => Err(DataError::OutsideRoot { path: file.display().to_string() }),
    };
    files.into_iter().map(relative).collect()
}
