//! The header of a store.

use super::StoreError;
use super::build::LeftOut;
use super::checked::Seal;
use ext5_core::Digest;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;

const FILE: &str = "meta.json";
/// Version of the files' layout.
pub(super) const FORMAT: u32 = 2;

/// What a store is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Meta {
    format: u32,
    /// For people who look into the cache.
    pub(super) name: String,
    /// All that the contents follow from.
    pub(super) key: Digest,
    /// Size of the vocabulary; it decides the width of an id.
    pub(super) vocabulary: u32,
    /// Examples of a task, documents of a corpus.
    pub(super) items: u64,
    /// Prompts that each example is rendered in; 1 for a corpus.
    pub(super) prompts: usize,
    /// The file of ids.
    pub(super) ids: Seal,
    /// The file of ends, where there is one.
    pub(super) ends: Option<Seal>,
    /// Rows of the source that are not in the store.
    pub(super) left_out: LeftOut,
}

/// The file's layout.
#[derive(Serialize, Deserialize)]
struct Sealed {
    meta: Meta,
    checksum: Digest,
}

impl Meta {
    pub(super) fn new(name: &str, key: Digest, vocabulary: u32, ids: Seal) -> Self {
        Meta {
            format: FORMAT,
            name: name.to_owned(),
            key,
            vocabulary,
            items: 0,
            prompts: 1,
            ids,
            ends: None,
            left_out: LeftOut::default(),
        }
    }

    pub(super) fn write(self, folder: &Path) -> io::Result<()> {
        let checksum = self.checksum()?;
        let sealed = Sealed { meta: self, checksum };
        fs::write(folder.join(FILE), serde_json::to_vec_pretty(&sealed)?)
    }

    /// Reads a header and checks it against its checksum and the key that is wanted.
    pub(super) fn read(folder: &Path, key: Digest) -> Result<Self, StoreError> {
        let bytes = fs::read(folder.join(FILE)).map_err(StoreError::part(folder, FILE))?;
        let sealed: Sealed = serde_json::from_slice(&bytes)
            .map_err(|error| StoreError::damaged(folder, format!("{FILE}: {error}")))?;
        let meta = sealed.meta;
        let checksum = meta.checksum().map_err(StoreError::part(folder, FILE))?;
        if checksum != sealed.checksum {
            return Err(StoreError::damaged(folder, format!("{FILE} fails its checksum")));
        }
        if meta.format != FORMAT {
            let what = format!("its layout is {}, this program reads {FORMAT}", meta.format);
            return Err(StoreError::damaged(folder, what));
        }
        if meta.key != key {
            let what = format!("its key is {}, {key} was expected", meta.key);
            return Err(StoreError::damaged(folder, what));
        }
        Ok(meta)
    }

    fn checksum(&self) -> io::Result<Digest> {
        Ok(Digest::of(&serde_json::to_vec(self)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_another_layout_or_key_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let key = Digest::of(b"key");
        let file = super::super::checked::CheckedWriter::create(&folder.path().join("f")).unwrap();
        let header = Meta::new("test", key, 100, file.seal());
        header.clone().write(folder.path()).unwrap();
        assert_eq!(Meta::read(folder.path(), key).unwrap(), header);
        let other = Meta::read(folder.path(), Digest::of(b"other")).unwrap_err();
        assert!(other.to_string().contains("its key is"), "{other}");
        let later = Meta { format: FORMAT + 1, ..header };
        later.write(folder.path()).unwrap();
        let error = Meta::read(folder.path(), key).unwrap_err();
        assert!(error.to_string().contains("its layout is 3"), "{error}");
    }
}
