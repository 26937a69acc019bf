//! Compressed files, told by their first bytes.

use crate::error::DataError;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
/// Bytes read from disk, and out of a decoder, at once.
pub(crate) const BUFFER: usize = 1 << 16;
/// Largest window of a zstd frame, as a power of two: what `zstd --ultra --long=31` writes.
const WINDOW: u32 = 31;

/// A file's bytes, decompressed if its first bytes say that they are compressed.
pub(crate) type Bytes = Box<dyn Read + Send>;

/// Opens a file; gzip of several members and zstd of several frames read as one.
pub(crate) fn open(path: &Path) -> Result<Bytes, DataError> {
    let file = File::open(path).map_err(DataError::io(path))?;
    decompress(path, file)
}

/// Decompresses what `file` yields, the bytes of `path`.
pub(crate) fn decompress(
    path: &Path,
    mut file: impl Read + Send + 'static,
) -> Result<Bytes, DataError> {
    let mut start = Vec::with_capacity(ZSTD.len());
    let length = ZSTD.len() as u64;
    file.by_ref().take(length).read_to_end(&mut start).map_err(DataError::io(path))?;
    let ending = path.extension().and_then(|ending| ending.to_str());
    for (magic, name) in [(GZIP, "gz"), (ZSTD, "zst")] {
        if start.len() < magic.len() && magic.starts_with(&start) && ending == Some(name) {
            let reason = format!("{} bytes are no .{name} file", start.len());
            return Err(DataError::damaged(path, "at its start", reason));
        }
    }
    let (gzip, zstd) = (start.starts_with(GZIP), start.starts_with(ZSTD));
    let whole = BufReader::with_capacity(BUFFER, Cursor::new(start).chain(file));
    if gzip {
        return Ok(Box::new(MultiGzDecoder::new(whole)));
    }
    if zstd {
        let mut decoder =
            zstd::stream::read::Decoder::with_buffer(whole).map_err(DataError::io(path))?;
        decoder.window_log_max(WINDOW).map_err(DataError::io(path))?;
        return Ok(Box::new(decoder));
    }
    Ok(Box::new(whole))
}

/// What a reader has next, at its end nothing; tries again after an interruption.
pub(crate) fn fill(reader: &mut impl BufRead) -> io::Result<&[u8]> {
    while let Err(error) = reader.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    reader.fill_buf()
}
