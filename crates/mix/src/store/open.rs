//! Stores of tasks and corpora: opened where they are in the cache, built where they are not.

use super::build::{Build, LeftOut, TextExample};
use super::key::{CorpusKey, TaskKey};
use super::{CorpusStore, StoreError, TokenStore};
use crate::overlap::Exclusions;
use ext5_core::Digest;
use ext5_data::{DataError, Document, Documents, Fingerprint, Format, Layout, Tolerance};
use ext5_task::{Example, Task, TaskError};
use ext5_text::{Scratch, Vocabulary};
use std::cell::{Cell, RefCell};
use std::iter;
use std::path::{Path, PathBuf};

impl TokenStore {
    /// The store of a task's split, built in `cache` if it is not there. `progress` is told how
    /// many examples are done.
    ///
    /// # Errors
    /// When the source cannot be read, or the store cannot be built or is damaged.
    pub fn open_or_build(
        task: &Task,
        data_root: &Path,
        split: &str,
        vocabulary: &Vocabulary,
        cache: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, StoreError> {
        let all = Exclusions::default();
        Self::open_or_build_without(&all, task, data_root, split, vocabulary, cache, progress)
    }

    /// As [`open_or_build`](Self::open_or_build), without some of the rows: another store.
    ///
    /// # Errors
    /// Those of [`open_or_build`](Self::open_or_build).
    pub fn open_or_build_without(
        without: &Exclusions,
        task: &Task,
        data_root: &Path,
        split: &str,
        vocabulary: &Vocabulary,
        cache: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, StoreError> {
        let name = format!("{} {split}", task.name);
        let failed = |error: TaskError| StoreError::Rows(error.into());
        let files = task.files(data_root, split).map_err(failed)?;
        let sources = fingerprints(&files)?;
        let key = TaskKey {
            task: &task.name,
            split,
            sources: &but(digests(&sources, None), without),
            definition: task.digest(),
            vocabulary: vocabulary.digest(),
        };
        let folder = key.folder(cache)?;
        if folder.exists() {
            return TokenStore::open(&folder, key.digest());
        }
        let text = |example: Example| TextExample {
            inputs: example.inputs,
            targets: example.targets,
            origin: example.origin.to_string(),
        };
        let examples = task.examples(data_root, split).map_err(failed)?.all_prompts();
        let examples = RefCell::new(examples);
        let filter = Filter::new(without, data_root);
        let kept = |example: &Result<Example, TaskError>| match example {
            Ok(Example { origin, .. }) => filter.keeps(&origin.file, origin.line),
            Err(_) => true,
        };
        let rows = iter::from_fn(|| examples.borrow_mut().next()).filter(kept);
        let rows = rows.map(|row| row.map(text));
        let rows = rows.map(|row| row.map_err(failed)).chain(unchanged(&sources));
        let prompts = task.prompts().max(1) as u64;
        let encode = |text: &str, ids: &mut Vec<u32>| encode(vocabulary, text, ids);
        let build = Build {
            name: &name,
            key: key.digest(),
            vocabulary: vocabulary.size(),
            prompts: task.prompts(),
            encode: &encode,
            left_out: &|| {
                let examples = examples.borrow();
                LeftOut::new(
                    examples.tally(),
                    examples.filtered() + filter.left_out.get() / prompts,
                )
            },
        };
        TokenStore::build(&folder, &build, rows, progress)
    }
}

impl CorpusStore {
    /// The store of the documents of files, joined in order, built in `cache` if it is not there.
    /// Without a `layout`, each file's name tells how it holds documents ([`Layout::of`]).
    /// `progress` is told how many documents are done.
    ///
    /// # Errors
    /// When a file cannot be read, or the store cannot be built or is damaged.
    pub fn open_or_build(
        name: &str,
        files: &[PathBuf],
        layout: Option<&Layout>,
        vocabulary: &Vocabulary,
        cache: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, StoreError> {
        let all = (&Exclusions::default(), Path::new(""));
        Self::open_or_build_without(all, name, files, layout, vocabulary, cache, progress)
    }

    /// As [`open_or_build`](Self::open_or_build), without some of the documents, whose files are
    /// named from a data root: another store.
    ///
    /// # Errors
    /// Those of [`open_or_build`](Self::open_or_build).
    pub fn open_or_build_without(
        (without, data_root): (&Exclusions, &Path),
        name: &str,
        files: &[PathBuf],
        layout: Option<&Layout>,
        vocabulary: &Vocabulary,
        cache: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, StoreError> {
        let sources = fingerprints(files)?;
        let key = CorpusKey {
            corpus: name,
            sources: &but(digests(&sources, layout), without),
            vocabulary: vocabulary.digest(),
        };
        let folder = key.folder(cache)?;
        if folder.exists() {
            return CorpusStore::open(&folder, key.digest());
        }
        let text = |document: Document| document.text;
        let documents = Documents::new(files.to_vec(), Tolerance::default());
        let documents = documents.with_layout(layout.cloned());
        let documents = RefCell::new(documents);
        let filter = Filter::new(without, data_root);
        let kept = |document: &Result<Document, DataError>| match document {
            Ok(Document { file, line, .. }) => filter.keeps(file, *line),
            Err(_) => true,
        };
        let texts = iter::from_fn(|| documents.borrow_mut().next()).filter(kept);
        let texts = texts.map(|document| document.map(text));
        let texts = texts.map(|text| text.map_err(rows_error)).chain(unchanged(&sources));
        // Paragraph by paragraph, as an encoder's working memory is many times its text.
        let encode = |document: &str, ids: &mut Vec<u32>| {
            for paragraph in document.split_inclusive('\n') {
                encode(vocabulary, paragraph, ids);
            }
        };
        let build = Build {
            name,
            key: key.digest(),
            vocabulary: vocabulary.size(),
            prompts: 1,
            encode: &encode,
            left_out: &|| LeftOut::new(documents.borrow().tally(), filter.left_out.get()),
        };
        CorpusStore::build(&folder, &build, texts, progress)
    }
}

/// Tells what is left out, and counts it.
struct Filter<'a> {
    without: &'a Exclusions,
    data_root: &'a Path,
    left_out: Cell<u64>,
}

impl<'a> Filter<'a> {
    fn new(without: &'a Exclusions, data_root: &'a Path) -> Self {
        Filter { without, data_root, left_out: Cell::new(0) }
    }

    fn keeps(&self, file: &Path, line: u64) -> bool {
        let out = self.without.has(self.data_root, file, line);
        self.left_out.set(self.left_out.get() + u64::from(out));
        !out
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Encodes with working memory that the thread keeps.
fn encode(vocabulary: &Vocabulary, text: &str, ids: &mut Vec<u32>) {
    SCRATCH.with_borrow_mut(|scratch| vocabulary.encode_into(text, ids, scratch));
}

fn fingerprints(files: &[PathBuf]) -> Result<Vec<Fingerprint>, StoreError> {
    files.iter().map(|path| Fingerprint::of(path).map_err(rows_error)).collect()
}

/// What is left out changes what a store follows from; where nothing is, keys stay as they were.
fn but(mut sources: Vec<Digest>, without: &Exclusions) -> Vec<Digest> {
    let parts = |digest: Digest| Digest::of_parts([("without", digest.as_bytes())]);
    sources.extend(without.digest().map(parts));
    sources
}

/// What files hold and how they are read, which their names tell unless a layout is given.
fn digests(files: &[Fingerprint], layout: Option<&Layout>) -> Vec<Digest> {
    let layout = layout.map(|layout| format!("{layout:?}"));
    let digest = |file: &Fingerprint| {
        let format = format!("{:?}", Format::of(&file.path));
        let parts = [("bytes", file.digest.as_bytes()), ("format", format.as_bytes())];
        let layout = layout.iter().map(|layout| ("layout", layout.as_bytes()));
        Digest::of_parts(parts.into_iter().chain(layout))
    };
    files.iter().map(digest).collect()
}

/// After the last row: an error where a file is no longer the one that the store's key covers.
fn unchanged<T>(files: &[Fingerprint]) -> impl Iterator<Item = Result<T, StoreError>> + '_ {
    files.iter().filter_map(|file| file.verify().err().map(|error| Err(rows_error(error))))
}

fn rows_error(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Rows(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Readers notice what changes while they read; this is for what changed before they began.
    #[test]
    fn what_changed_since_the_key_was_made_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.jsonl");
        fs::write(&file, "{\"a\": 1}\n").unwrap();
        let sources = fingerprints(std::slice::from_ref(&file)).unwrap();
        assert!(unchanged::<()>(&sources).next().is_none());
        fs::write(&file, "{\"a\": 22}\n").unwrap();
        let error = unchanged::<()>(&sources).next().unwrap().unwrap_err().to_string();
        assert!(error.contains("a.jsonl"), "{error}");
    }
}
