//! Stores of tasks and corpora: opened where they are in the cache, built where they are not.

use super::build::{Build, LeftOut, TextExample};
use super::key::{CorpusKey, TaskKey};
use super::{CorpusStore, StoreError, TokenStore};
use ext5_core::Digest;
use ext5_data::{Document, Documents, Tolerance};
use ext5_task::{Example, Task, TaskError};
use ext5_text::{Scratch, Vocabulary};
use std::cell::RefCell;
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
        let name = format!("{} {split}", task.name);
        let failed = |error: TaskError| StoreError::Rows(error.into());
        let files = task.files(data_root, split).map_err(failed)?;
        let key = TaskKey {
            task: &task.name,
            split,
            sources: &digests(&files)?,
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
        let examples = RefCell::new(task.examples(data_root, split).map_err(failed)?);
        let texts = iter::from_fn(|| Some(examples.borrow_mut().next()?.map(text)));
        let encode = |text: &str, ids: &mut Vec<u32>| encode(vocabulary, text, ids);
        let build = Build {
            name: &name,
            key: key.digest(),
            vocabulary: vocabulary.size(),
            encode: &encode,
            left_out: &|| {
                let examples = examples.borrow();
                LeftOut::new(examples.tally(), examples.filtered())
            },
        };
        TokenStore::build(&folder, &build, texts, progress)
    }
}

impl CorpusStore {
    /// The store of the documents of text files, joined in order, built in `cache` if it is not
    /// there. `progress` is told how many documents are done.
    ///
    /// # Errors
    /// When a file cannot be read, or the store cannot be built or is damaged.
    pub fn open_or_build(
        name: &str,
        files: &[PathBuf],
        vocabulary: &Vocabulary,
        cache: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, StoreError> {
        let key =
            CorpusKey { corpus: name, sources: &digests(files)?, vocabulary: vocabulary.digest() };
        let folder = key.folder(cache)?;
        if folder.exists() {
            return CorpusStore::open(&folder, key.digest());
        }
        let text = |document: Document| document.text;
        let documents = Documents::new(files.to_vec(), Tolerance::default());
        let documents = RefCell::new(documents);
        let texts = iter::from_fn(|| Some(documents.borrow_mut().next()?.map(text)));
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
            encode: &encode,
            left_out: &|| LeftOut::new(documents.borrow().tally(), 0),
        };
        CorpusStore::build(&folder, &build, texts, progress)
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Encodes with working memory that the thread keeps.
fn encode(vocabulary: &Vocabulary, text: &str, ids: &mut Vec<u32>) {
    SCRATCH.with_borrow_mut(|scratch| vocabulary.encode_into(text, ids, scratch));
}

fn digests(files: &[PathBuf]) -> Result<Vec<Digest>, StoreError> {
    let digest = |path: &PathBuf| Digest::of_file(path).map_err(StoreError::read(path));
    files.iter().map(digest).collect()
}
