//! Training rows and documents that a mixture leaves out.

use ext5_core::{Digest, atomic};
use ext5_data::Fingerprint;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Rows and documents that a mixture leaves out, by file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusions {
    /// Words in a run that was looked for.
    pub words: usize,
    /// Files by their paths under the data root.
    pub files: BTreeMap<String, ExcludedFile>,
}

/// What is left out of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcludedFile {
    /// The file that was looked at: lines of another one would be others.
    pub digest: Digest,
    /// The lines, or row numbers, at which rows and documents begin.
    pub lines: BTreeSet<u64>,
}

/// Why a list of exclusions cannot be used.
#[derive(Debug, Error)]
pub enum ExclusionError {
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The list.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file has changed since the list was made.
    #[error(
        "{}: is not the file that the list of exclusions was made for; run `ext5 mix check-overlap --drop` again",
        path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Data(#[from] ext5_data::DataError),
}

impl Exclusions {
    /// Reads a list.
    ///
    /// # Errors
    /// When it cannot be read or is none.
    pub fn read(path: &Path) -> Result<Exclusions, ExclusionError> {
        let failed = |source| ExclusionError::Io { path: path.to_owned(), source };
        let text = fs::read(path).map_err(failed)?;
        serde_json::from_slice(&text).map_err(|error| failed(error.into()))
    }

    /// Writes the list, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), ExclusionError> {
        let write = |file: &mut io::BufWriter<fs::File>| {
            serde_json::to_writer_pretty(file, self).map_err(io::Error::from)
        };
        let failed = |source| ExclusionError::Io { path: path.to_owned(), source };
        atomic::write_file(path, write).map_err(failed)
    }

    /// Rows and documents in all.
    pub fn rows(&self) -> usize {
        self.files.values().map(|file| file.lines.len()).sum()
    }

    /// Adds one.
    pub(super) fn add(
        &mut self,
        root: &Path,
        path: &Path,
        line: u64,
    ) -> Result<(), ExclusionError> {
        let name = name(root, path);
        if let Some(file) = self.files.get_mut(&name) {
            file.lines.insert(line);
            return Ok(());
        }
        let digest = Fingerprint::of(path)?.digest;
        self.files.insert(name, ExcludedFile { digest, lines: BTreeSet::from([line]) });
        Ok(())
    }

    /// Those of some files: what a store without them follows from.
    ///
    /// # Errors
    /// When one of the files has changed since.
    pub fn of(&self, root: &Path, files: &[PathBuf]) -> Result<Exclusions, ExclusionError> {
        let mut some = Exclusions { words: self.words, files: BTreeMap::new() };
        for path in files {
            let name = name(root, path);
            if let Some(file) = self.files.get(&name) {
                if Fingerprint::of(path)?.digest != file.digest {
                    return Err(ExclusionError::Changed { path: path.clone() });
                }
                some.files.insert(name, file.clone());
            }
        }
        Ok(some)
    }

    /// Whether a row or document is left out.
    pub fn has(&self, root: &Path, path: &Path, line: u64) -> bool {
        !self.files.is_empty()
            && self.files.get(&name(root, path)).is_some_and(|file| file.lines.contains(&line))
    }

    /// The digest of what is left out; none where nothing is.
    pub fn digest(&self) -> Option<Digest> {
        let lines = |file: &ExcludedFile| -> Vec<u8> {
            file.lines.iter().flat_map(|line| line.to_le_bytes()).collect()
        };
        let parts: Vec<(Digest, Vec<u8>)> =
            self.files.values().map(|file| (file.digest, lines(file))).collect();
        let parts = parts
            .iter()
            .flat_map(|(digest, lines)| [("file", digest.as_bytes()), ("lines", lines.as_slice())]);
        (!self.files.is_empty()).then(|| Digest::of_parts(parts))
    }
}

fn name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}
