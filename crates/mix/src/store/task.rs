//! The store of a task's split.

use super::StoreError;
use super::build::{self, Build, Failure, LeftOut, TextExample};
use super::ids::{IdWriter, Ids};
use super::map::Mapped;
use super::meta::Meta;
use ext5_core::Digest;
use rayon::prelude::*;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

const ENDS: &str = "ends.bin";
/// Inputs and targets.
const FEATURES: u64 = 2;
const END_BYTES: u64 = 8;

/// The encoded examples of a task's split: inputs and targets as ids, untrimmed, without end of
/// sequence, never empty.
#[derive(Debug)]
pub struct TokenStore {
    ids: Ids,
    ends: Mapped,
    examples: u64,
    left_out: LeftOut,
}

impl TokenStore {
    /// Opens the store in `folder`, which must have the key `key`. Lengths and the checksums of the
    /// header and the ends are verified.
    ///
    /// # Errors
    /// When a file cannot be read, is truncated, or is not what was written.
    pub fn open(folder: &Path, key: Digest) -> Result<Self, StoreError> {
        let meta = Meta::read(folder, key)?;
        let ids = Ids::open(folder, &meta)?;
        let ends = Mapped::open(folder, ENDS)?;
        let expected = meta.items.checked_mul(FEATURES * END_BYTES);
        if meta.items == 0 || expected != Some(ends.len() as u64) {
            let what = format!("{ENDS} has {} bytes for {} examples", ends.len(), meta.items);
            return Err(StoreError::damaged(folder, what));
        }
        if meta.ends != Some(Digest::of(&ends)) {
            return Err(StoreError::damaged(folder, format!("{ENDS} fails its checksum")));
        }
        let store = TokenStore { ids, ends, examples: meta.items, left_out: meta.left_out };
        if store.end(store.examples * FEATURES - 1) != store.ids.len() {
            let what = format!("{ENDS} does not end where the ids do");
            return Err(StoreError::damaged(folder, what));
        }
        Ok(store)
    }

    /// Builds a store in `folder` from examples as text and opens it. They are read as a
    /// stream, encoded in parallel and written in order; `progress` is told, now and then, how many
    /// are done.
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
        build::publish(folder, |folder| {
            let ids_of = build.encoder();
            let mut ids = IdWriter::create(folder, build.vocabulary)?;
            let mut ends = BufWriter::with_capacity(1 << 20, File::create(folder.join(ENDS))?);
            let mut examples = 0;
            let bytes = |row: &TextExample| row.inputs.len() + row.targets.len();
            build::in_chunks(rows, bytes, |chunk| -> Result<(), Failure> {
                let encode = |row: &TextExample| [ids_of(&row.inputs), ids_of(&row.targets)];
                let encoded: Vec<_> = chunk.par_iter().map(encode).collect();
                for (row, features) in chunk.iter().zip(encoded) {
                    for (feature, name) in features.iter().zip(["inputs", "targets"]) {
                        if feature.is_empty() {
                            Err(StoreError::EmptyFeature {
                                name: build.name.to_owned(),
                                origin: row.origin.clone(),
                                feature: name,
                            })?;
                        }
                        build.check(feature, &row.origin)?;
                        ends.write_all(&ids.write(feature)?.to_le_bytes())?;
                    }
                    examples += 1;
                }
                progress(examples);
                Ok(())
            })?;
            if examples == 0 {
                Err(StoreError::Empty(build.name.to_owned()))?;
            }
            ends.flush()?;
            let mut meta =
                Meta::new(build.name, build.key, build.vocabulary, examples, ids.finish()?);
            meta.left_out = (build.left_out)();
            meta.ends = Some(Digest::of_file(&folder.join(ENDS))?);
            Ok(meta.write(folder)?)
        })?;
        TokenStore::open(folder, build.key)
    }

    /// Number of examples, at least one.
    pub fn examples(&self) -> u64 {
        self.examples
    }

    /// Rows of the source that are not among the examples.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// Number of tokens of an example's inputs and targets.
    ///
    /// # Panics
    /// When there are not so many examples.
    pub fn lengths(&self, example: u64) -> (u64, u64) {
        let [inputs, targets] = self.ranges(example);
        (inputs.end - inputs.start, targets.end - targets.start)
    }

    /// The ids of an example's inputs and targets, at most so many of each.
    ///
    /// # Errors
    /// When the store has ids that no text has.
    ///
    /// # Panics
    /// When there are not so many examples.
    pub fn read(
        &self,
        example: u64,
        most_inputs: usize,
        most_targets: usize,
    ) -> Result<(Vec<u32>, Vec<u32>), StoreError> {
        let [inputs, targets] = self.ranges(example);
        let read = |range: Range<u64>, most: usize| {
            let end = range.end.min(range.start.saturating_add(most as u64));
            // Room for the end of sequence that follows.
            let mut ids = Vec::with_capacity((end - range.start) as usize + 1);
            self.ids.read(range.start..end, &mut ids)?;
            Ok(ids)
        };
        Ok((read(inputs, most_inputs)?, read(targets, most_targets)?))
    }

    fn ranges(&self, example: u64) -> [Range<u64>; 2] {
        let first = example * FEATURES;
        let start = if first == 0 { 0 } else { self.end(first - 1) };
        let middle = self.end(first);
        [start..middle, middle..self.end(first + 1)]
    }

    fn end(&self, feature: u64) -> u64 {
        let ends = self.ends.as_chunks::<{ END_BYTES as usize }>().0;
        u64::from_le_bytes(ends[feature as usize])
    }
}
