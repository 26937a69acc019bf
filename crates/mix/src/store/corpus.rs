//! The store of a corpus.

use super::StoreError;
use super::build::{self, Build, LeftOut};
use super::ids::{self, IdWriter, Ids};
use super::journal::Journal;
use super::meta::Meta;
use super::site::Site;
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
    key: Digest,
}

impl CorpusStore {
    /// Opens the store in `folder`, which must have the key `key`. The header and the file's length
    /// are verified at once, ids when they are read.
    ///
    /// # Errors
    /// When a file cannot be read, is truncated, or is not what was written.
    pub fn open(folder: &Path, key: Digest) -> Result<Self, StoreError> {
        let meta = Meta::read(folder, key)?;
        let ids = Ids::new(folder, &meta)?;
        if ids.len() == 0 {
            return Err(StoreError::damaged(folder, "it has no tokens"));
        }
        Ok(CorpusStore { ids, documents: meta.items, left_out: meta.left_out, key })
    }

    /// Builds a store in `folder` from documents and opens it; when it is there already it is
    /// opened alone. Documents are read as a stream, encoded in parallel and written in order;
    /// `progress` is told, now and then, how many are done. A killed build goes on from its last
    /// chunk, and of several processes one builds while the others wait.
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
        let Some(site) = Site::enter(folder).map_err(StoreError::write(folder))? else {
            return CorpusStore::open(folder, build.key);
        };
        site.publish(|folder| {
            let (ids_of, names, key) = (build.encoder(), build.names(), build.key);
            let (skip, files) = Journal::start(folder, key, [ids::FILE])?;
            let mut files = files.into_iter().map(|file| IdWriter::new(file, build.vocabulary));
            let mut ids = files.next().ok_or_else(build::no_file)?;
            let write = |chunk: Vec<String>, position: build::Position| {
                let encoded: Vec<_> = chunk.par_iter().map(|text| ids_of(text)).collect();
                let first = position.items - chunk.len() as u64;
                for (number, mut document) in (first + 1..).zip(encoded) {
                    document.retain(|&id| id != 0);
                    names.check(&document, &format!("document {number}"))?;
                    ids.write(&document)?;
                }
                if !position.last {
                    Journal::write(folder, key, position.items, &[ids.file()])?;
                }
                Ok(())
            };
            let documents = build::in_chunks(documents, skip, String::len, progress, write)?;
            if ids.len() == 0 {
                Err(StoreError::Empty(build.name.to_owned()))?;
            }
            let mut meta = Meta::new(build.name, key, build.vocabulary, ids.finish()?);
            meta.items = documents;
            meta.left_out = (build.left_out)();
            Journal::remove(folder)?;
            Ok(meta.write(folder)?)
        })?;
        CorpusStore::open(folder, build.key)
    }

    /// Digest of all that the contents follow from.
    pub fn key(&self) -> Digest {
        self.key
    }

    /// Number of tokens, at least one.
    pub fn tokens(&self) -> u64 {
        self.ids.len()
    }

    /// Bytes of data on disk.
    pub fn bytes(&self) -> u64 {
        self.ids.bytes()
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
    /// When the store is not what was written.
    ///
    /// # Panics
    /// When `start` is not below the number of tokens, or `length` is above it.
    pub fn read(&self, start: u64, length: u64) -> Result<Vec<u32>, StoreError> {
        let mut ids = Vec::with_capacity(length as usize);
        self.read_into(start, length, &mut ids)?;
        Ok(ids)
    }

    /// As [`read`](Self::read), appended to `ids`.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    ///
    /// # Panics
    /// As [`read`](Self::read).
    pub fn read_into(&self, start: u64, length: u64, ids: &mut Vec<u32>) -> Result<(), StoreError> {
        let end = self.tokens().min(start + length);
        self.ids.read(start..end, ids)?;
        self.ids.read(0..length - (end - start), ids)
    }

    /// Verifies every byte of the store.
    ///
    /// # Errors
    /// When it is not what was written.
    pub fn verify(&self) -> Result<(), StoreError> {
        self.ids.verify()
    }
}
