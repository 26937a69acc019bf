//! The store of a task's split.

use super::StoreError;
use super::build::{self, Build, Failure, LeftOut, Names, TextExample};
use super::checked::{Checked, CheckedWriter};
use super::ids::{self, IdWriter, Ids};
use super::journal::Journal;
use super::meta::Meta;
use super::site::Site;
use ext5_core::Digest;
use rayon::prelude::*;
use std::error::Error;
use std::ops::Range;
use std::path::Path;

const ENDS: &str = "ends.bin";
/// Inputs and targets.
const FEATURES: u64 = 2;
const END_BYTES: u64 = 8;

/// The encoded examples of a task's split in each of its prompts: inputs and targets as ids,
/// untrimmed, without end of sequence, never empty.
#[derive(Debug)]
pub struct TokenStore {
    ids: Ids,
    ends: Checked,
    examples: u64,
    prompts: usize,
    /// Examples that are stored; the same number but for a repeated store.
    stored: u64,
    left_out: LeftOut,
    key: Digest,
}

impl TokenStore {
    /// Opens the store in `folder`, which must have the key `key`. The header and the files' lengths
    /// are verified at once, what is in the files when it is read.
    ///
    /// # Errors
    /// When a file cannot be read, is truncated, or is not what was written.
    pub fn open(folder: &Path, key: Digest) -> Result<Self, StoreError> {
        let meta = Meta::read(folder, key)?;
        let ids = Ids::new(folder, &meta)?;
        let seal = meta.ends.ok_or_else(|| {
            StoreError::damaged(folder, format!("its header does not know {ENDS}"))
        })?;
        let ends = Checked::new(folder, ENDS, seal)?;
        let renderings = meta.items.checked_mul(meta.prompts as u64);
        let expected = renderings.and_then(|count| count.checked_mul(FEATURES * END_BYTES));
        if meta.items == 0 || meta.prompts == 0 || expected != Some(ends.bytes()) {
            let what = format!(
                "{ENDS} has {} bytes for {} examples in {} prompts",
                ends.bytes(),
                meta.items,
                meta.prompts
            );
            return Err(StoreError::damaged(folder, what));
        }
        let (examples, prompts, left_out) = (meta.items, meta.prompts, meta.left_out);
        Ok(TokenStore { ids, ends, examples, prompts, stored: examples, left_out, key })
    }

    /// Builds a store in `folder` from examples as text and opens it; when it is there already it
    /// is opened alone. `rows` gives every example in all its prompts, one after the other. They
    /// are read as a stream, encoded in parallel and written in order; `progress` is told, now and
    /// then, how many renderings are done. A killed build goes on from its last chunk, and of
    /// several processes one builds while the others wait.
    ///
    /// # Errors
    /// When a row cannot be read, has inputs or targets without tokens, there are no rows, or the
    /// store cannot be written. No folder appears then.
    pub fn build<E: Into<Box<dyn Error + Send + Sync>>>(
        folder: &Path,
        build: &Build<'_>,
        rows: impl IntoIterator<Item = Result<TextExample, E>>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, StoreError> {
        let Some(site) = Site::enter(folder).map_err(StoreError::write(folder))? else {
            return TokenStore::open(folder, build.key);
        };
        site.publish(|folder| fill(folder, build, rows, progress))?;
        TokenStore::open(folder, build.key)
    }

    /// Digest of all that the contents follow from.
    pub fn key(&self) -> Digest {
        self.key
    }

    /// The store as if its examples came `times` times: for measuring mixtures larger than what is
    /// on disk.
    #[must_use]
    pub fn repeated(mut self, times: u64) -> Self {
        self.examples = self.examples.saturating_mul(times.max(1));
        self
    }

    /// Number of examples, at least one. An example in several prompts is one.
    pub fn examples(&self) -> u64 {
        self.examples
    }

    /// Number of prompts that each example is rendered in, at least one.
    pub fn prompts(&self) -> usize {
        self.prompts
    }

    /// Number of ids, of all prompts.
    pub fn tokens(&self) -> u64 {
        self.ids.len()
    }

    /// Bytes of data on disk.
    pub fn bytes(&self) -> u64 {
        self.ids.bytes() + self.ends.bytes()
    }

    /// Rows of the source that are not among the examples.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// Number of tokens of an example's inputs and targets in a prompt.
    ///
    /// # Errors
    /// When the store is not what was written.
    ///
    /// # Panics
    /// When there are not so many examples or prompts.
    pub fn lengths(&self, example: u64, prompt: usize) -> Result<(u64, u64), StoreError> {
        let [inputs, targets] = self.ranges(example, prompt)?;
        Ok((inputs.end - inputs.start, targets.end - targets.start))
    }

    /// The ids of an example's inputs and targets in a prompt, at most so many of each.
    ///
    /// # Errors
    /// When the store is not what was written.
    ///
    /// # Panics
    /// When there are not so many examples or prompts.
    pub fn read(
        &self,
        example: u64,
        prompt: usize,
        most_inputs: usize,
        most_targets: usize,
    ) -> Result<(Vec<u32>, Vec<u32>), StoreError> {
        let [inputs, targets] = self.ranges(example, prompt)?;
        let read = |range: Range<u64>, most: usize| {
            let end = range.end.min(range.start.saturating_add(most as u64));
            // Room for the end of sequence that follows.
            let mut ids = Vec::with_capacity((end - range.start) as usize + 1);
            self.ids.read(range.start..end, &mut ids)?;
            Ok(ids)
        };
        Ok((read(inputs, most_inputs)?, read(targets, most_targets)?))
    }

    /// Verifies every byte of the store.
    ///
    /// # Errors
    /// When it is not what was written.
    pub fn verify(&self) -> Result<(), StoreError> {
        self.ends.verify()?;
        self.ids.verify()
    }

    fn ranges(&self, example: u64, prompt: usize) -> Result<[Range<u64>; 2], StoreError> {
        assert!(
            example < self.examples && prompt < self.prompts,
            "example {example} in prompt {prompt} of {} in {}",
            self.examples,
            self.prompts
        );
        let rendering = example % self.stored * self.prompts as u64 + prompt as u64;
        let first = rendering * FEATURES;
        // The end before the first is where the inputs start.
        let from = first.saturating_sub(1);
        let bytes = (from * END_BYTES) as usize..((first + FEATURES) * END_BYTES) as usize;
        let ends = self.ends.read(bytes)?.as_chunks::<{ END_BYTES as usize }>().0;
        let end = |feature: u64| u64::from_le_bytes(ends[(feature - from) as usize]);
        let start = if first == 0 { 0 } else { end(from) };
        Ok([start..end(first), end(first)..end(first + 1)])
    }
}

/// Writes the files of a store.
fn fill<E: Into<Box<dyn Error + Send + Sync>>>(
    folder: &Path,
    build: &Build<'_>,
    rows: impl IntoIterator<Item = Result<TextExample, E>>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Failure> {
    let (ids_of, names, key) = (build.encoder(), build.names(), build.key);
    let (skip, files) = Journal::start(folder, key, [ids::FILE, ENDS])?;
    let mut files = files.into_iter();
    let mut next = || files.next().ok_or_else(build::no_file);
    let mut ids = IdWriter::new(next()?, build.vocabulary);
    let mut ends = next()?;
    let bytes = |row: &TextExample| row.inputs.len() + row.targets.len();
    let write = |chunk: Vec<TextExample>, position: build::Position| {
        let encode = |row: &TextExample| [ids_of(&row.inputs), ids_of(&row.targets)];
        let encoded: Vec<_> = chunk.par_iter().map(encode).collect();
        write_chunk(&chunk, &encoded, names, &mut ids, &mut ends)?;
        if !position.last {
            Journal::write(folder, key, position.items, &[ids.file(), &ends])?;
        }
        Ok(())
    };
    let renderings = build::in_chunks(rows, skip, bytes, progress, write)?;
    if renderings == 0 {
        Err(StoreError::Empty(build.name.to_owned()))?;
    }
    let prompts = build.prompts.max(1) as u64;
    if !renderings.is_multiple_of(prompts) {
        let (name, prompts) = (build.name.to_owned(), build.prompts);
        Err(StoreError::Prompts { name, renderings, prompts })?;
    }
    let mut meta = Meta::new(build.name, key, build.vocabulary, ids.finish()?);
    meta.items = renderings / prompts;
    meta.prompts = prompts as usize;
    meta.ends = Some(ends.finish()?);
    meta.left_out = (build.left_out)();
    Journal::remove(folder)?;
    Ok(meta.write(folder)?)
}

fn write_chunk(
    chunk: &[TextExample],
    encoded: &[[Vec<u32>; 2]],
    names: Names<'_>,
    ids: &mut IdWriter,
    ends: &mut CheckedWriter,
) -> Result<(), Failure> {
    let (mut all, mut new_ends) = (Vec::new(), Vec::new());
    let before = ids.len();
    for (row, features) in chunk.iter().zip(encoded) {
        for (feature, which) in features.iter().zip(["inputs", "targets"]) {
            if feature.is_empty() {
                Err(StoreError::EmptyFeature {
                    name: names.name.to_owned(),
                    origin: row.origin.clone(),
                    feature: which,
                })?;
            }
            names.check(feature, &row.origin)?;
            all.extend_from_slice(feature);
            new_ends.extend((before + all.len() as u64).to_le_bytes());
        }
    }
    ids.write(&all)?;
    Ok(ends.write(&new_ends)?)
}
