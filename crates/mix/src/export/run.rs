//! Making the files.

use super::manifest::{Manifest, Provenance};
use super::records::{self, FileRecord, Records};
use super::{ExportError, Format, Request, Row, jsonl, parquet};
use crate::mixture::{Mixture, MixtureError};
use ext5_core::{Digest, atomic};
use ext5_text::Vocabulary;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use thiserror::Error;

/// Examples between two looks at the stop flag and two reports of progress.
const STRIDE: u64 = 256;

/// An export into a folder, locked for this process and shard while the value lives.
#[derive(Debug)]
pub struct Export<'a> {
    mixture: &'a Mixture,
    vocabulary: &'a Vocabulary,
    request: Request,
    manifest: Manifest,
    folder: PathBuf,
    known: BTreeMap<String, FileRecord>,
    records: Mutex<Records>,
    _lock: File,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Examples of the shard that are written, checked or on their way into a file.
    pub examples: u64,
    /// Those of them that were there before.
    pub kept: u64,
    /// Examples of the shard.
    pub of: u64,
}

/// How an export ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All files of the shard are whole.
    Finished(Summary),
    /// Stopped on request: the same request goes on.
    Interrupted(Summary),
}

/// What an export has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The shard's whole files, in order.
    pub files: Vec<FileRecord>,
    /// How many of them were there before.
    pub kept: u64,
    /// Files that were recorded as whole and no longer were what was recorded: made again.
    pub damaged: Vec<String>,
}

/// Why the making of one file stopped; travels inside an I/O error.
#[derive(Debug, Error)]
enum Stop {
    #[error("stopped on request")]
    Asked,
    #[error(transparent)]
    Mixture(#[from] MixtureError),
}

impl<'a> Export<'a> {
    /// Opens the folder `folder` for a request, or goes on with the export that is there.
    ///
    /// # Errors
    /// When the request makes no sense, the folder holds another export or other things, another
    /// process is making the same shard, or the file system refuses.
    pub fn open(
        folder: &Path,
        mixture: &'a Mixture,
        vocabulary: &'a Vocabulary,
        request: Request,
        provenance: &Provenance,
    ) -> Result<Self, ExportError> {
        request.check()?;
        let manifest = Manifest::new(mixture, &request, provenance)?;
        fs::create_dir_all(folder).map_err(ExportError::file(folder))?;
        manifest.claim(folder)?;
        let lock = lock(folder, &request)?;
        provenance.data_lock.write(&folder.join("data.lock"))?;
        let data = folder.join("data");
        fs::create_dir_all(&data).map_err(ExportError::file(&data))?;
        let export = Export {
            mixture,
            vocabulary,
            request,
            manifest,
            folder: folder.to_owned(),
            known: records::read_all(folder)?,
            records: Mutex::new(Records::open(folder, request.shard)?),
            _lock: lock,
        };
        export.sweep(&data).map_err(ExportError::file(&data))?;
        Ok(export)
    }

    /// What is exported.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Makes the files that are not whole yet, several at once. `progress` is told of it from many
    /// threads; raising `stop` ends it between two examples.
    ///
    /// # Errors
    /// When an example cannot be made or a file cannot be written. Whole files stay.
    pub fn run(
        &self,
        stop: &AtomicBool,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Outcome, ExportError> {
        let mine: Vec<u64> =
            (0..self.request.files()).filter(|&file| self.request.shard.has(file)).collect();
        let of = mine.iter().map(|&file| self.examples(file)).sum();
        let (examples, kept) = (AtomicU64::new(0), AtomicU64::new(0));
        let tell = |more: u64, more_kept: u64| {
            let examples = examples.fetch_add(more, Ordering::Relaxed) + more;
            let kept = kept.fetch_add(more_kept, Ordering::Relaxed) + more_kept;
            progress(Progress { examples, kept, of });
        };
        let done = Mutex::new(Summary::default());
        let summary = || done.lock().unwrap_or_else(PoisonError::into_inner);
        let result = mine.par_iter().try_for_each(|&file| {
            if stop.load(Ordering::Relaxed) {
                return Err(None);
            }
            let name = self.request.file_name(file);
            if let Some(record) = self.known.get(&name) {
                if record.is_whole(&self.folder.join("data")) {
                    let mut summary = summary();
                    summary.files.push(record.clone());
                    summary.kept += 1;
                    drop(summary);
                    tell(record.examples, record.examples);
                    return Ok(());
                }
                summary().damaged.push(name.clone());
            }
            let record = self.write(file, &name, stop, &|more| tell(more, 0))?;
            summary().files.push(record);
            Ok(())
        });
        let mut summary = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        summary.files.sort_by_key(|record| record.first_slot);
        summary.damaged.sort();
        match result {
            Ok(()) => Ok(Outcome::Finished(summary)),
            Err(None) => Ok(Outcome::Interrupted(summary)),
            Err(Some(error)) => Err(error),
        }
    }

    fn examples(&self, file: u64) -> u64 {
        let slots = self.request.slots(file);
        slots.end - slots.start
    }

    /// Writes a file and records it. No error means that it was asked to stop.
    fn write(
        &self,
        file: u64,
        name: &str,
        stop: &AtomicBool,
        tell: &dyn Fn(u64),
    ) -> Result<FileRecord, Option<ExportError>> {
        let path = self.folder.join("data").join(name);
        let slots = self.request.slots(file);
        let (mut input_tokens, mut target_tokens) = (0, 0);
        let examples = self.mixture.from(slots.start).map_err(|error| Some(error.into()))?;
        let mut rows = slots.clone().zip(examples).map(|(slot, example)| {
            let done = slot - slots.start + 1;
            if done.is_multiple_of(STRIDE) {
                if stop.load(Ordering::Relaxed) {
                    return Err(io::Error::other(Stop::Asked));
                }
                tell(STRIDE);
            }
            let example = example.map_err(|error| io::Error::other(Stop::Mixture(error)))?;
            input_tokens += example.inputs.len() as u64;
            target_tokens += example.targets.len() as u64;
            Ok(Row {
                name: &self.mixture.entries()[example.draw.entry].name,
                slot,
                inputs: self.vocabulary.decode(&example.inputs),
                targets: self.vocabulary.decode(&example.targets),
                inputs_ids: example.inputs,
                targets_ids: example.targets,
            })
        });
        let compression = self.request.compression;
        let written = atomic::write_file(&path, |out| match self.request.format {
            Format::Jsonl => jsonl::write(out, compression, &mut rows),
            Format::Parquet => parquet::write(out, compression, &mut rows),
        });
        drop(rows);
        written.map_err(|error| match error.downcast::<Stop>() {
            Ok(Stop::Asked) => None,
            Ok(Stop::Mixture(error)) => Some(error.into()),
            Err(source) => Some(ExportError::File { path: path.clone(), source }),
        })?;
        tell(self.examples(file) % STRIDE);
        let failed = |source| Some(ExportError::File { path: path.clone(), source });
        let record = FileRecord {
            file: name.to_owned(),
            first_slot: slots.start,
            examples: slots.end - slots.start,
            input_tokens,
            target_tokens,
            bytes: fs::metadata(&path).map_err(failed)?.len(),
            digest: Digest::of_file(&path).map_err(failed)?,
        };
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.add(&record)?;
        Ok(record)
    }

    /// Deletes what killed processes left half-written of this shard's files; other shards may be
    /// writing theirs.
    fn sweep(&self, data: &Path) -> io::Result<()> {
        let files = (0..self.request.files()).filter(|&file| self.request.shard.has(file));
        let mine: BTreeSet<String> = files.map(|file| self.request.file_name(file)).collect();
        for entry in fs::read_dir(data)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let hidden = name.strip_prefix('.').and_then(|name| name.strip_suffix(".partial"));
            let of = hidden.and_then(|name| name.rsplit_once('.')).map(|(of, _)| of);
            if of.is_some_and(|of| mine.contains(of)) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// Keeps a shard to one process.
fn lock(folder: &Path, request: &Request) -> Result<File, ExportError> {
    let path = folder.join(format!(".{}", request.shard.named("lock")));
    let file = File::create(&path).map_err(ExportError::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(ExportError::Busy { path: folder.to_owned(), shard: request.shard })
        }
        Err(TryLockError::Error(source)) => Err(ExportError::File { path, source }),
    }
}
