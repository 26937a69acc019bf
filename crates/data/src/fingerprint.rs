//! What a file is, and whether it still is that.

use crate::compression;
use crate::error::DataError;
use crate::format::Format;
use crate::generated::{self, Generated};
use crate::lines::Lines;
use crate::rows::RECORD_LIMIT;
use crate::{delimited, parquet, tf_record};
use ext5_core::Digest;
use ext5_core::digest::Hasher;
use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// A file's digest, and the state that it had then.
///
/// Whoever derives something from a file takes its fingerprint first, reads it, and then asks
/// [`verify`](Self::verify) whether it was the same file all along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// The BLAKE3 digest of its bytes.
    pub digest: Digest,
    stamp: Stamp,
}

impl Fingerprint {
    /// The fingerprint of a file; of generated rows, that of all they follow from, with no bytes. A process hashes a file once for as long as the file's size and
    /// times stay as they were.
    ///
    /// # Errors
    /// When the file cannot be read or changes meanwhile.
    pub fn of(path: &Path) -> Result<Self, DataError> {
        if let Some(generated) = Generated::at(path)? {
            return Ok(Fingerprint::new(path, Stamp::default(), generated.digest()));
        }
        let stamp = Stamp::of(path)?;
        if let Some(digest) = known(path, stamp) {
            return Ok(Fingerprint::new(path, stamp, digest));
        }
        let digest = Digest::of_file(path).map_err(DataError::io(path))?;
        stamp.verify(path)?;
        remember(path, stamp, digest);
        Ok(Fingerprint::new(path, stamp, digest))
    }

    /// The fingerprint of a file and the number of its rows, malformed ones included. Bytes that
    /// were not hashed before are read once for both. A file whose name tells no format is taken
    /// for text.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or changes meanwhile.
    pub fn with_rows(path: &Path) -> Result<(Self, u64), DataError> {
        if let Some(generated) = Generated::at(path)? {
            return Ok((Fingerprint::of(path)?, generated.rows()));
        }
        let format = Format::of(path).unwrap_or(Format::Text);
        let stamp = Stamp::of(path)?;
        // Parquet files are not read from start to end.
        if format == Format::Parquet || known(path, stamp).is_some() {
            let fingerprint = Fingerprint::of(path)?;
            let file = File::open(path).map_err(DataError::io(path))?;
            let rows = count(format, path, file)?;
            fingerprint.verify()?;
            return Ok((fingerprint, rows));
        }
        let file = File::open(path).map_err(DataError::io(path))?;
        let hasher = Arc::new(Mutex::new(Hasher::default()));
        let mut tee = Tee { file: Arc::new(file), hasher: Arc::clone(&hasher) };
        let rows = count(format, path, tee.clone())?;
        // What a decoder has left over.
        io::copy(&mut tee, &mut io::sink()).map_err(DataError::io(path))?;
        stamp.verify(path)?;
        let digest = hasher.lock().unwrap_or_else(PoisonError::into_inner).finish();
        remember(path, stamp, digest);
        Ok((Fingerprint::new(path, stamp, digest), rows))
    }

    /// Whether the file is still as it was.
    ///
    /// # Errors
    /// [`DataError::ChangedMeanwhile`] when it was written to or replaced.
    pub fn verify(&self) -> Result<(), DataError> {
        self.stamp.verify(&self.path)
    }

    fn new(path: &Path, stamp: Stamp, digest: Digest) -> Self {
        Fingerprint { path: path.to_owned(), bytes: stamp.bytes, digest, stamp }
    }
}

/// How many rows `file`, which is that at `path`, holds.
fn count(format: Format, path: &Path, file: impl Read + Send + 'static) -> Result<u64, DataError> {
    let decompressed = |file| compression::decompress(path, file);
    match format {
        Format::Parquet => parquet::count(path),
        Format::TfRecord => tf_record::count(path, decompressed(file)?),
        Format::Csv => delimited::count(path, decompressed(file)?, delimited::CSV),
        Format::Tsv => delimited::count(path, decompressed(file)?, delimited::TSV),
        Format::Jsonl | Format::Text => {
            let mut lines = Lines::new(path, decompressed(file)?, RECORD_LIMIT);
            let mut rows = 0;
            while lines.advance()? {
                rows += 1;
            }
            Ok(rows)
        }
    }
}

/// A file whose bytes are hashed as they are read.
#[derive(Clone)]
struct Tee {
    file: Arc<File>,
    hasher: Arc<Mutex<Hasher>>,
}

impl Read for Tee {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&*self.file).read(buffer)?;
        let mut hasher = self.hasher.lock().unwrap_or_else(PoisonError::into_inner);
        hasher.update(&buffer[..read]);
        Ok(read)
    }
}

/// What the file system tells of a file's state. Who writes to a file changes it, but for writes
/// within one tick of the file system's clock.
///
/// What is generated has the default for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Device, inode, and the time at which the inode changed, which no program can set.
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

/// Coarser than the clocks of common file systems.
const TICK: Duration = Duration::from_secs(2);

impl Stamp {
    pub(crate) fn of(path: &Path) -> Result<Self, DataError> {
        if generated::is_generated(path) {
            return Ok(Stamp::default());
        }
        fs::metadata(path).map(|metadata| Stamp::from(&metadata)).map_err(DataError::io(path))
    }

    /// # Errors
    /// When the file has another stamp now.
    pub(crate) fn verify(self, path: &Path) -> Result<(), DataError> {
        match fs::metadata(path) {
            _ if generated::is_generated(path) => Ok(()),
            Ok(now) if self == Stamp::from(&now) => Ok(()),
            _ => Err(DataError::ChangedMeanwhile { path: path.to_owned() }),
        }
    }

    /// Whether a write could still come that leaves the stamp as it is.
    fn is_fresh(self) -> bool {
        let age = self.modified.and_then(|modified| modified.elapsed().ok());
        age.is_none_or(|age| age < TICK)
    }
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Stamp {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// The digests of files that this process has hashed.
static KNOWN: LazyLock<Mutex<HashMap<PathBuf, (Stamp, Digest)>>> = LazyLock::new(Mutex::default);

fn known(path: &Path, stamp: Stamp) -> Option<Digest> {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.get(path).filter(|(then, _)| *then == stamp).map(|(_, digest)| *digest)
}

fn remember(path: &Path, stamp: Stamp, digest: Digest) {
    if !stamp.is_fresh() {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.to_owned(), (stamp, digest));
    }
}
