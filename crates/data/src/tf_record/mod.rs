//! TFRecord: a sequence of byte strings with checksums, here of `tf.Example` messages.
//!
//! A record is its length (u64, little-endian), the masked CRC-32C of these eight bytes, its bytes,
//! and their masked CRC-32C. Source of the format: TensorFlow, "TFRecord and tf.train.Example".

mod example;
mod wire;

use crate::compression::{self, BUFFER, Bytes};
use crate::error::DataError;
use crate::format::{Record, Records};
use crate::lines::too_long;
use std::fmt;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// The records of a TFRecord file.
pub(crate) fn records(path: &Path, limit: usize) -> Result<Records, DataError> {
    let mut frames = Frames::new(path, compression::open(path)?, limit);
    Ok(Box::new(std::iter::from_fn(move || match frames.advance() {
        Ok(true) => {
            let row = match frames.length <= limit as u64 {
                true => example::row(&frames.bytes),
                false => Err(too_long("record", frames.length, limit)),
            };
            Some(Ok(Record::new(frames.number, row)))
        }
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    })))
}

/// `bytes` as one record of a file.
pub fn framed(bytes: &[u8]) -> Vec<u8> {
    let checksum = |bytes| masked(crc32c::crc32c(bytes)).to_le_bytes();
    let length = (bytes.len() as u64).to_le_bytes();
    [&length[..], &checksum(&length), bytes, &checksum(bytes)].concat()
}

/// How many records a file holds; all checksums are verified.
pub(crate) fn count(path: &Path, bytes: Bytes) -> Result<u64, DataError> {
    let mut frames = Frames::new(path, bytes, 0);
    while frames.advance()? {}
    Ok(frames.number)
}

/// The byte strings of a file.
struct Frames {
    path: PathBuf,
    reader: BufReader<Bytes>,
    limit: usize,
    /// Number of the current record, from 1.
    number: u64,
    /// Its length in bytes.
    length: u64,
    /// Its bytes; none of them when there are more than the limit.
    bytes: Vec<u8>,
}

impl Frames {
    fn new(path: &Path, bytes: Bytes, limit: usize) -> Self {
        Frames {
            path: path.to_owned(),
            reader: BufReader::with_capacity(BUFFER, bytes),
            limit,
            number: 0,
            length: 0,
            bytes: Vec::new(),
        }
    }

    /// Goes to the next record and verifies its checksums; `false` at the end of the file.
    fn advance(&mut self) -> Result<bool, DataError> {
        self.bytes.clear();
        let mut length = [0; 8];
        match self.fill(&mut length)? {
            0 => return Ok(false),
            8 => {}
            _ => return Err(self.cut()),
        }
        let expected = self.checksum()?;
        if expected != masked(crc32c::crc32c(&length)) {
            return Err(self.damaged(match self.number {
                0 => "its first bytes are no length with a checksum: this is no TFRecord file",
                _ => "the checksum of the record's length does not match",
            }));
        }
        self.length = u64::from_le_bytes(length);
        let mut checksum = 0;
        let mut left = self.length;
        while left > 0 {
            let buffer = compression::fill(&mut self.reader)
                .map_err(|error| DataError::reading(&self.path, place(self.number), error))?;
            if buffer.is_empty() {
                return Err(self.cut());
            }
            let used = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            checksum = crc32c::crc32c_append(checksum, &buffer[..used]);
            if self.length <= self.limit as u64 {
                self.bytes.extend_from_slice(&buffer[..used]);
            }
            self.reader.consume(used);
            left -= used as u64;
        }
        if self.checksum()? != masked(checksum) {
            return Err(self.damaged("the checksum of the record's bytes does not match"));
        }
        self.number += 1;
        Ok(true)
    }

    fn checksum(&mut self) -> Result<u32, DataError> {
        let mut bytes = [0; 4];
        match self.fill(&mut bytes)? {
            4 => Ok(u32::from_le_bytes(bytes)),
            _ => Err(self.cut()),
        }
    }

    /// Fills `bytes` as far as the file goes.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<usize, DataError> {
        let mut filled = 0;
        while filled < bytes.len() {
            match io::Read::read(&mut self.reader, &mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.reading(error)),
            }
        }
        Ok(filled)
    }

    fn cut(&self) -> DataError {
        self.damaged("the file ends within a record")
    }

    fn damaged(&self, reason: impl fmt::Display) -> DataError {
        DataError::damaged(&self.path, place(self.number), reason)
    }

    fn reading(&self, error: io::Error) -> DataError {
        DataError::reading(&self.path, place(self.number), error)
    }
}

fn place(number: u64) -> String {
    format!("after record {number}")
}

/// The checksum as it is stored: rotated and shifted, so that checksums of data that holds
/// checksums stay good.
fn masked(checksum: u32) -> u32 {
    checksum.rotate_right(15).wrapping_add(0xA282_EAD8)
}
