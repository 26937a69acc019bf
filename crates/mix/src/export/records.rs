//! Which files of an export are whole.

use super::{ExportError, Shard};
use ext5_core::{Digest, atomic};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A whole file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRecord {
    /// Its name in the folder `data`.
    pub file: String,
    /// The slot of its first example.
    pub first_slot: u64,
    /// Its examples, of consecutive slots.
    pub examples: u64,
    /// Their input tokens, ends of sequence included.
    pub input_tokens: u64,
    /// Their target tokens, ends of sequence included.
    pub target_tokens: u64,
    /// Its size.
    pub bytes: u64,
    /// The digest of its bytes.
    pub digest: Digest,
}

impl FileRecord {
    /// Whether the file in the folder `data` is what was recorded.
    pub(super) fn is_whole(&self, data: &Path) -> bool {
        let path = data.join(&self.file);
        let size = fs::metadata(&path).map(|metadata| metadata.len());
        size.is_ok_and(|size| size == self.bytes)
            && Digest::of_file(&path).is_ok_and(|digest| digest == self.digest)
    }
}

/// The records of one shard, written one after the other.
#[derive(Debug)]
pub(super) struct Records {
    path: PathBuf,
    file: File,
}

impl Records {
    /// Opens the shard's records. A line that a killed process left unfinished is dropped.
    pub(super) fn open(folder: &Path, shard: Shard) -> Result<Self, ExportError> {
        let path = folder.join(format!("{}.jsonl", shard.named("files")));
        let failed = ExportError::file(&path);
        let open = || {
            if path.exists() {
                let text = fs::read_to_string(&path)?;
                let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
                if whole.len() < text.len() {
                    atomic::write_file(&path, |file| file.write_all(whole.as_bytes()))?;
                }
            }
            OpenOptions::new().create(true).append(true).open(&path)
        };
        let file = open().map_err(failed)?;
        Ok(Records { path, file })
    }

    /// Adds a record and sees it to the disk.
    pub(super) fn add(&mut self, record: &FileRecord) -> Result<(), ExportError> {
        let mut write = || -> io::Result<()> {
            let mut line = serde_json::to_vec(record)?;
            line.push(b'\n');
            self.file.write_all(&line)?;
            self.file.sync_data()
        };
        write().map_err(ExportError::file(&self.path))
    }
}

/// What all shards have recorded in a folder so far, by name of file; the latest record of a file
/// counts. Unfinished lines are passed over.
pub(super) fn read_all(folder: &Path) -> Result<BTreeMap<String, FileRecord>, ExportError> {
    let mut records = BTreeMap::new();
    let entries = fs::read_dir(folder).map_err(ExportError::file(folder))?;
    for entry in entries {
        let path = entry.map_err(ExportError::file(folder))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if !name.is_some_and(|name| name.starts_with("files-") && name.ends_with(".jsonl")) {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(ExportError::file(&path))?;
        for line in text.lines() {
            if let Ok(record) = serde_json::from_str::<FileRecord>(line) {
                records.insert(record.file.clone(), record);
            }
        }
    }
    Ok(records)
}
