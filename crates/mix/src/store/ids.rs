//! Token ids in a file.

use super::StoreError;
use super::checked::{Checked, CheckedWriter, Seal};
use super::meta::Meta;
use std::io;
use std::ops::Range;
use std::path::Path;

pub(super) const FILE: &str = "ids.bin";

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
    file: CheckedWriter,
    width: Width,
    bytes: Vec<u8>,
}

impl IdWriter {
    /// Writes to `file`, which is empty or holds ids of this vocabulary.
    pub(super) fn new(file: CheckedWriter, vocabulary: u32) -> Self {
        IdWriter { file, width: Width::of(vocabulary), bytes: Vec::new() }
    }

    /// Appends ids, which must be below the vocabulary's size.
    pub(super) fn write(&mut self, ids: &[u32]) -> io::Result<()> {
        self.bytes.clear();
        match self.width {
            Width::Two => self.bytes.extend(ids.iter().flat_map(|&id| (id as u16).to_le_bytes())),
            Width::Four => self.bytes.extend(ids.iter().flat_map(|id| id.to_le_bytes())),
        }
        self.file.write(&self.bytes)
    }

    /// Number of ids so far.
    pub(super) fn len(&self) -> u64 {
        self.file.seal().bytes / self.width as u64
    }

    /// The file.
    pub(super) fn file(&self) -> &CheckedWriter {
        &self.file
    }

    /// Ends the file.
    pub(super) fn finish(self) -> io::Result<Seal> {
        self.file.finish()
    }
}

/// The ids of a store.
#[derive(Debug)]
pub(super) struct Ids {
    file: Checked,
    width: Width,
}

impl Ids {
    /// The ids that `meta` describes.
    pub(super) fn new(folder: &Path, meta: &Meta) -> Result<Self, StoreError> {
        Ok(Ids { file: Checked::new(folder, FILE, meta.ids)?, width: Width::of(meta.vocabulary) })
    }

    /// Number of ids.
    pub(super) fn len(&self) -> u64 {
        self.file.bytes() / self.width as u64
    }

    /// Bytes on disk.
    pub(super) fn bytes(&self) -> u64 {
        self.file.bytes()
    }

    /// Appends the ids of `range` to `ids`.
    ///
    /// Panics when the range is outside the file.
    pub(super) fn read(&self, range: Range<u64>, ids: &mut Vec<u32>) -> Result<(), StoreError> {
        let width = self.width as usize;
        let bytes = self.file.read(range.start as usize * width..range.end as usize * width)?;
        match self.width {
            Width::Two => {
                let narrow = bytes.as_chunks().0.iter();
                ids.extend(narrow.map(|&id| u32::from(u16::from_le_bytes(id))));
            }
            Width::Four => ids.extend(bytes.as_chunks().0.iter().map(|&id| u32::from_le_bytes(id))),
        }
        Ok(())
    }

    /// Verifies all of the file.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        self.file.verify()
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
            let file = CheckedWriter::create(&folder.path().join(FILE)).unwrap();
            let mut writer = IdWriter::new(file, vocabulary);
            writer.write(&ids).unwrap();
            assert_eq!(writer.len(), 3);
            let seal = writer.finish().unwrap();
            assert_eq!(seal.bytes, bytes);
            let meta = Meta::new("test", Digest::of(b""), vocabulary, seal);
            let (stored, mut read) = (Ids::new(folder.path(), &meta).unwrap(), vec![9]);
            stored.read(1..3, &mut read).unwrap();
            assert_eq!((stored.len(), read), (3, vec![9, 300, 65_535]));
        }
    }
}
