//! Token ids in a file.

use super::StoreError;
use super::map::Mapped;
use super::meta::Meta;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

const FILE: &str = "ids.bin";

/// Bytes of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Two = 2,
    Four = 4,
}

impl Width {
    fn of(vocabulary: u32) -> Self {
        if vocabulary <= 1 << 16 { Width::Two } else { Width::Four }
    }
}

/// Writes the ids of a new store.
pub(super) struct IdWriter {
    file: BufWriter<File>,
    width: Width,
    written: u64,
}

impl IdWriter {
    /// Starts the id file of a store in `folder`.
    pub(super) fn create(folder: &Path, vocabulary: u32) -> io::Result<Self> {
        Ok(IdWriter {
            file: BufWriter::with_capacity(1 << 20, File::create(folder.join(FILE))?),
            width: Width::of(vocabulary),
            written: 0,
        })
    }

    /// Appends ids, which must be below the vocabulary's size, and says how many there are now.
    pub(super) fn write(&mut self, ids: &[u32]) -> io::Result<u64> {
        for id in ids {
            let bytes = id.to_le_bytes();
            self.file.write_all(&bytes[..self.width as usize])?;
        }
        self.written += ids.len() as u64;
        Ok(self.written)
    }

    /// Ends the file and returns the number of ids in it.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        self.file.flush()?;
        Ok(self.written)
    }
}

/// The ids of a store.
#[derive(Debug)]
pub(super) struct Ids {
    folder: PathBuf,
    map: Mapped,
    width: Width,
    vocabulary: u32,
}

impl Ids {
    /// Opens the id file that `meta` describes.
    pub(super) fn open(folder: &Path, meta: &Meta) -> Result<Self, StoreError> {
        let map = Mapped::open(folder, FILE)?;
        let width = Width::of(meta.vocabulary);
        let expected = meta.ids.checked_mul(width as u64);
        if expected != Some(map.len() as u64) {
            let what = format!(
                "{FILE} has {} bytes, {} ids of {} bytes were expected",
                map.len(),
                meta.ids,
                width as u64
            );
            return Err(StoreError::damaged(folder, what));
        }
        Ok(Ids { folder: folder.to_owned(), map, width, vocabulary: meta.vocabulary })
    }

    /// Number of ids.
    pub(super) fn len(&self) -> u64 {
        (self.map.len() / self.width as usize) as u64
    }

    /// Appends the ids of `range` to `ids`.
    ///
    /// Panics when the range is outside the file.
    pub(super) fn read(&self, range: Range<u64>, ids: &mut Vec<u32>) -> Result<(), StoreError> {
        let width = self.width as usize;
        let bytes = &self.map[range.start as usize * width..range.end as usize * width];
        let before = ids.len();
        match self.width {
            Width::Two => {
                let narrow = bytes.as_chunks().0.iter();
                ids.extend(narrow.map(|&id| u32::from(u16::from_le_bytes(id))));
            }
            Width::Four => ids.extend(bytes.as_chunks().0.iter().map(|&id| u32::from_le_bytes(id))),
        }
        // Only ends and header have a checksum; an impossible id must still not reach a model.
        match ids[before..].iter().find(|&&id| id == 0 || id >= self.vocabulary) {
            Some(id) => {
                let what = format!("{FILE} has id {id}, which no text has");
                Err(StoreError::damaged(&self.folder, what))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ext5_core::Digest;

    #[test]
    fn both_widths_come_back() {
        for (vocabulary, bytes) in [(65_536, 6), (65_537, 12)] {
            let folder = tempfile::tempdir().unwrap();
            let ids = [1, 300, 65_535];
            let mut writer = IdWriter::create(folder.path(), vocabulary).unwrap();
            writer.write(&ids).unwrap();
            let meta = Meta::new("test", Digest::of(b""), vocabulary, 1, writer.finish().unwrap());
            assert_eq!(std::fs::metadata(folder.path().join(FILE)).unwrap().len(), bytes);
            let stored = Ids::open(folder.path(), &meta).unwrap();
            let mut read = Vec::new();
            stored.read(0..stored.len(), &mut read).unwrap();
            assert_eq!(read, ids);
        }
    }

    #[test]
    fn impossible_ids_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        for id in [0, 100] {
            let mut writer = IdWriter::create(folder.path(), 100).unwrap();
            writer.write(&[id]).unwrap();
            let meta = Meta::new("test", Digest::of(b""), 100, 1, writer.finish().unwrap());
            let ids = Ids::open(folder.path(), &meta).unwrap();
            let error = ids.read(0..1, &mut Vec::new()).unwrap_err();
            assert!(matches!(error, StoreError::Damaged { .. }));
        }
    }
}
