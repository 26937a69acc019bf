//! Files with a checksum for each of their blocks: a block is verified when it is first touched, so
//! that opening costs nothing and a flipped bit is never read as data.
//!
//! A file is its data, then the CRC-32C of every block of [`BLOCK`] bytes of the data,
//! little-endian. The header seals it with the data's length and the checksum of those checksums.

use super::StoreError;
use super::map::Mapped;
use crc32c::{crc32c, crc32c_append};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

const BLOCK: usize = 1 << 16;
const SUM_BYTES: usize = 4;

/// What a file's data is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    /// Bytes of data.
    pub(super) bytes: u64,
    /// Checksum of the blocks' checksums.
    sums: u32,
}

/// Writes a file with checksums.
pub(super) struct CheckedWriter {
    file: File,
    bytes: u64,
    /// Of the blocks that are whole.
    sums: Vec<u32>,
    /// Of what follows them.
    rest: u32,
}

impl CheckedWriter {
    /// Starts a file.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(CheckedWriter { file: File::create(path)?, bytes: 0, sums: Vec::new(), rest: 0 })
    }

    /// Goes on with a file whose data had a seal at some time, from there; nothing when the data is
    /// no longer what was sealed.
    pub(super) fn resume(path: &Path, seal: Seal) -> io::Result<Option<Self>> {
        let file = File::options().read(true).write(true).open(path)?;
        let mut writer = CheckedWriter { file, bytes: 0, sums: Vec::new(), rest: 0 };
        let mut data = BufReader::with_capacity(BLOCK, writer.file.try_clone()?).take(seal.bytes);
        let mut block = vec![0; BLOCK];
        loop {
            let read = data.read(&mut block)?;
            if read == 0 {
                break;
            }
            writer.count(&block[..read]);
        }
        if writer.seal() != seal {
            return Ok(None);
        }
        writer.file.set_len(seal.bytes)?;
        writer.file.seek(SeekFrom::End(0))?;
        Ok(Some(writer))
    }

    /// Appends data.
    pub(super) fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.file.write_all(data)?;
        self.count(data);
        Ok(())
    }

    fn count(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let room = BLOCK - self.bytes as usize % BLOCK;
            let (here, later) = data.split_at(room.min(data.len()));
            self.rest = crc32c_append(self.rest, here);
            self.bytes += here.len() as u64;
            if here.len() == room {
                self.sums.push(std::mem::take(&mut self.rest));
            }
            data = later;
        }
    }

    /// The checksums of all data so far, in bytes.
    fn table(&self) -> Vec<u8> {
        let open = (!self.bytes.is_multiple_of(BLOCK as u64)).then_some(&self.rest);
        self.sums.iter().chain(open).flat_map(|sum| sum.to_le_bytes()).collect()
    }

    /// The seal of the data so far.
    pub(super) fn seal(&self) -> Seal {
        Seal { bytes: self.bytes, sums: crc32c(&self.table()) }
    }

    /// Waits until the data so far is on disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> io::Result<Seal> {
        self.file.write_all(&self.table())?;
        Ok(self.seal())
    }
}

/// A file with checksums, mapped when it is first read.
#[derive(Debug)]
pub(super) struct Checked {
    folder: PathBuf,
    name: &'static str,
    seal: Seal,
    open: OnceLock<Open>,
}

#[derive(Debug)]
struct Open {
    map: Mapped,
    /// A bit for each block that was verified.
    verified: Box<[AtomicU64]>,
}

impl Checked {
    /// The file `name` of the store in `folder`; only its length is looked at.
    pub(super) fn new(folder: &Path, name: &'static str, seal: Seal) -> Result<Self, StoreError> {
        let file = fs::metadata(folder.join(name)).map_err(StoreError::part(folder, name))?;
        let checked = Checked { folder: folder.to_owned(), name, seal, open: OnceLock::new() };
        checked.check_length(file.len())?;
        Ok(checked)
    }

    fn check_length(&self, found: u64) -> Result<(), StoreError> {
        let sums = self.seal.bytes.div_ceil(BLOCK as u64);
        let expected = sums.checked_mul(SUM_BYTES as u64).and_then(|s| s.checked_add(self.bytes()));
        if expected == Some(found) {
            return Ok(());
        }
        Err(self.damaged(&format!("has {found} bytes, and {expected:?} were expected")))
    }

    fn damaged(&self, what: &str) -> StoreError {
        StoreError::damaged(&self.folder, format!("{} {what}", self.name))
    }

    /// Bytes of data.
    pub(super) fn bytes(&self) -> u64 {
        self.seal.bytes
    }

    /// The data of a range that lies inside the file.
    #[inline]
    pub(super) fn read(&self, range: Range<usize>) -> Result<&[u8], StoreError> {
        let open = self.open()?;
        let data = &open.map[..self.seal.bytes as usize];
        if !range.is_empty() {
            for block in range.start / BLOCK..=(range.end - 1) / BLOCK {
                let bit = 1 << (block % 64);
                let word = &open.verified[block / 64];
                if word.load(Ordering::Relaxed) & bit == 0 {
                    self.verify_block(&open.map, block)?;
                    word.fetch_or(bit, Ordering::Relaxed);
                }
            }
        }
        Ok(&data[range])
    }

    /// Verifies all blocks, also those that were verified before.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        let open = self.open()?;
        (0..self.blocks()).try_for_each(|block| self.verify_block(&open.map, block))
    }

    fn blocks(&self) -> usize {
        (self.seal.bytes as usize).div_ceil(BLOCK)
    }

    fn open(&self) -> Result<&Open, StoreError> {
        if let Some(open) = self.open.get() {
            return Ok(open);
        }
        let map = Mapped::open(&self.folder, self.name)?;
        self.check_length(map.len() as u64)?;
        if crc32c(&map[self.seal.bytes as usize..]) != self.seal.sums {
            return Err(self.damaged("fails the checksum of its checksums"));
        }
        let words = self.blocks().div_ceil(64);
        let verified = (0..words).map(|_| AtomicU64::new(0)).collect();
        // Of two threads that come here together, one's map is dropped.
        Ok(self.open.get_or_init(|| Open { map, verified }))
    }

    #[cold]
    fn verify_block(&self, map: &[u8], block: usize) -> Result<(), StoreError> {
        let (data, sums) = map.split_at(self.seal.bytes as usize);
        let start = block * BLOCK;
        let found = crc32c(&data[start..data.len().min(start + BLOCK)]);
        let sum = sums.as_chunks::<SUM_BYTES>().0[block];
        if found == u32::from_le_bytes(sum) {
            return Ok(());
        }
        Err(self.damaged(&format!("fails its checksum in the {BLOCK} bytes from {start}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &Path, data: &[u8]) -> Seal {
        let mut writer = CheckedWriter::create(&folder.join("f")).unwrap();
        data.chunks(1000).for_each(|piece| writer.write(piece).unwrap());
        writer.finish().unwrap()
    }

    fn data(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|i| (i * i / 7) as u8).collect()
    }

    #[test]
    fn what_was_written_is_read() {
        for bytes in [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let (folder, data) = (tempfile::tempdir().unwrap(), data(bytes));
            let seal = written(folder.path(), &data);
            let file = Checked::new(folder.path(), "f", seal).unwrap();
            assert_eq!(file.read(0..bytes).unwrap(), data);
            file.verify().unwrap();
        }
    }

    /// Every byte of the file, those of the checksums too.
    #[test]
    fn no_flipped_bit_is_read() {
        let (folder, data) = (tempfile::tempdir().unwrap(), data(BLOCK + 500));
        let seal = written(folder.path(), &data);
        let path = folder.path().join("f");
        let whole = fs::read(&path).unwrap();
        let places = (0..whole.len()).step_by(997).chain(BLOCK + 490..whole.len());
        for place in places {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            fs::write(&path, &bytes).unwrap();
            let file = Checked::new(folder.path(), "f", seal).unwrap();
            let end = BLOCK + 500;
            assert!(file.read(0..end).is_err() && file.verify().is_err(), "byte {place}");
            if place < BLOCK {
                assert_eq!(file.read(BLOCK..end).unwrap(), &data[BLOCK..], "the other block");
            }
        }
    }

    #[test]
    fn a_file_goes_on_where_it_was_sealed() {
        let (folder, data) = (tempfile::tempdir().unwrap(), data(3 * BLOCK + 5));
        let path = folder.path().join("f");
        for stop in [0, 10, BLOCK, 2 * BLOCK + 77] {
            let mut writer = CheckedWriter::create(&path).unwrap();
            writer.write(&data[..stop]).unwrap();
            let seal = writer.seal();
            writer.write(b"what is written after the seal does not count").unwrap();
            drop(writer);
            let mut writer = CheckedWriter::resume(&path, seal).unwrap().unwrap();
            writer.write(&data[stop..]).unwrap();
            let seal = writer.finish().unwrap();
            let file = Checked::new(folder.path(), "f", seal).unwrap();
            assert_eq!(file.read(0..data.len()).unwrap(), data, "stopped at {stop}");
        }
        let mut writer = CheckedWriter::create(&path).unwrap();
        writer.write(&data).unwrap();
        let seal = writer.seal();
        fs::write(&path, &data[1..]).unwrap();
        assert!(CheckedWriter::resume(&path, seal).unwrap().is_none(), "it is not what it was");
    }
}
