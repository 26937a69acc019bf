//! What was fetched into a folder.

use super::checksum::Checksum;
use super::error::HubError;
use ext5_core::atomic;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const FILE: &str = ".fetched.json";

/// What was fetched into a folder, and from where. It lies in the folder as `.fetched.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The repository.
    pub repository: String,
    /// The configuration, where one was asked for.
    pub config: Option<String>,
    /// The commit of the repository that its licence and files were looked up at.
    pub commit: String,
    /// The licence as the card said it.
    pub licence: String,
    /// The files that are whole.
    pub files: Vec<Fetched>,
}

/// A file that is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// Its name in the folder.
    pub name: String,
    /// Its path in the repository.
    pub path: String,
    /// The commit that has the path, of the repository or of its conversion.
    pub commit: String,
    /// Its size.
    pub bytes: u64,
    /// The checksum that it was compared with; the Hub's entity tag is the same.
    pub checksum: Checksum,
}

impl Manifest {
    /// That of a folder; an empty one where nothing was fetched.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(folder: &Path) -> Result<Manifest, HubError> {
        let path = folder.join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Manifest::default());
            }
            Err(error) => return Err(HubError::io(&path)(error)),
        };
        serde_json::from_slice(&text).map_err(|error| HubError::io(&path)(error.into()))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), HubError> {
        let path = folder.join(FILE);
        let write = |file: &mut io::BufWriter<fs::File>| {
            serde_json::to_writer_pretty(file, self).map_err(io::Error::from)
        };
        atomic::write_file(&path, write).map_err(HubError::io(&path))
    }

    /// Whether the folder has a file whole, as it was fetched.
    pub(super) fn has(&self, folder: &Path, name: &str, checksum: &Checksum) -> bool {
        let same = |file: &&Fetched| file.name == name && file.checksum == *checksum;
        let there = |file: &Fetched| {
            let metadata = fs::symlink_metadata(folder.join(name));
            metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() == file.bytes)
        };
        self.files.iter().find(same).is_some_and(there)
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.name == name)
    }

    pub(super) fn add(&mut self, file: Fetched) {
        self.files.retain(|other| other.name != file.name);
        self.files.push(file);
        self.files.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// Where parts of files lie until they are whole.
pub(super) fn parts(folder: &Path) -> PathBuf {
    folder.join(".fetch")
}
