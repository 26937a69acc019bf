//! The store of a corpus.

use super::StoreError;
use super::build::{self, Build, Failure, LeftOut};
use super::ids::{IdWriter, Ids};
use super::meta::Meta;
use ext5_core::Digest;
use rayon::prelude::*;
use std::error::Error;
use std::path::Path;

/// A corpus as one sequence of ids: its documents in order, with nothing between them and without
/// padding ids, as t5's `reduce_concat_tokens` joins them.
#[derive(Debug)]
pub struct CorpusStore {
    ids: Ids,
    documents: u64,
    left_out: LeftOut,
}

impl CorpusStore {
    /// Opens the store in `folder`, which must have the key `key`. Its length and the checksum of
    /// its header are verified.
    ///
    /// # Errors
    /// When a file cannot be read, is truncated, or is not what was written.
    pub fn open(folder: &Path, key: Digest) -> Result<Self, StoreError> {
        let meta = Meta::read(folder, key)?;
        let ids = Ids::open(folder, &meta)?;
        if meta.ids == 0 {
            return Err(StoreError::damaged(folder, "it has no tokens"));
        }
        Ok(CorpusStore { ids, documents: meta.items, left_out: meta.left_out })
    }

    /// Builds a store in `folder` from documents and opens it. Documents are read as a stream,
    /// encoded in parallel and written in order; `progress` is told, now and then, how many are done.
    ///
    /// # Errors
    /// When a document cannot be read, there is not a token, or the store cannot be written. No
    /// folder appears then.
    pub fn build<E: Into<Box<dyn Error + Send + Sync>>>(
        folder: &Path,
        build: &Build<'_>,
        documents: impl IntoIterator<Item = Result<String, E>>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, StoreError> {
        build::publish(folder, |folder| {
            let ids_of = build.encoder();
            let mut ids = IdWriter::create(folder, build.vocabulary)?;
            let mut done = 0;
            let each = |chunk: Vec<String>| -> Result<(), Failure> {
                let encoded: Vec<_> = chunk.par_iter().map(|text| ids_of(text)).collect();
                for mut document in encoded {
                    done += 1;
                    document.retain(|&id| id != 0);
                    build.check(&document, &format!("document {done}"))?;
                    ids.write(&document)?;
                }
                progress(done);
                Ok(())
            };
            build::in_chunks(documents, String::len, each)?;
            let tokens = ids.finish()?;
            if tokens == 0 {
                Err(StoreError::Empty(build.name.to_owned()))?;
            }
            let mut meta = Meta::new(build.name, build.key, build.vocabulary, done, tokens);
            meta.left_out = (build.left_out)();
            Ok(meta.write(folder)?)
        })?;
        CorpusStore::open(folder, build.key)
    }

    /// Number of tokens, at least one.
    pub fn tokens(&self) -> u64 {
        self.ids.len()
    }

    /// Number of documents that were joined.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// Lines of the source that are not in the documents.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// The `length` ids from `start` on, going on at the first id when the last is passed.
    ///
    /// # Errors
    /// When the store has ids that no text has.
    ///
    /// # Panics
    /// When `start` is not below the number of tokens, or `length` is above it.
    pub fn read(&self, start: u64, length: u64) -> Result<Vec<u32>, StoreError> {
        let mut ids = Vec::with_capacity(length as usize);
        let end = self.tokens().min(start + length);
        self.ids.read(start..end, &mut ids)?;
        self.ids.read(0..length - (end - start), &mut ids)?;
        Ok(ids)
    }
}
