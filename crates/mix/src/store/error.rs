//! What can go wrong with a store.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a store could not be built, opened or read.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A file of a store, or a source file, could not be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A store could not be written.
    #[error("{}: the token store cannot be written: {source}", path.display())]
    Write {
        /// The store's folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A store is not what was written.
    #[error(
        "{}: the token store is damaged: {what}; delete the folder, and it will be built again",
        path.display()
    )]
    Damaged {
        /// The store's folder.
        path: PathBuf,
        /// What does not agree.
        what: String,
    },
    /// The source failed; its error says where.
    #[error(transparent)]
    Rows(Box<dyn std::error::Error + Send + Sync>),
    /// There is nothing to store.
    #[error("{0}: there is not a single token to store; look at its source files")]
    Empty(String),
    /// An example whose inputs or targets are empty.
    #[error("{origin}: task {name}: the {feature} have no tokens; leave such rows out")]
    EmptyFeature {
        /// The store's name.
        name: String,
        /// Where the example comes from.
        origin: String,
        /// "inputs" or "targets".
        feature: &'static str,
    },
    /// Examples do not come in all their prompts.
    #[error("{name}: {renderings} renderings are no whole number of examples in {prompts} prompts")]
    Prompts {
        /// The store's name.
        name: String,
        /// Renderings that came.
        renderings: u64,
        /// Prompts of each example.
        prompts: usize,
    },
    /// The encoder gave an id that no text has.
    #[error(
        "{origin}: {name}: encoded to id {id}: text must have ids from 1 to {}",
        vocabulary - 1
    )]
    Id {
        /// The store's name.
        name: String,
        /// Where the text comes from.
        origin: String,
        /// The id.
        id: u32,
        /// Size of the vocabulary.
        vocabulary: u32,
    },
    /// A task, split or corpus whose name cannot name a folder.
    #[error("`{0}` cannot name a folder: use letters, digits, `_`, `-` and `.`")]
    Name(String),
}

impl StoreError {
    /// For `map_err` on reading `path`.
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| StoreError::Read { path: path.to_owned(), source }
    }

    /// For `map_err` on writing the store in `folder`.
    pub(super) fn write(folder: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| StoreError::Write { path: folder.to_owned(), source }
    }

    /// For `map_err` on reading the file `name` of the store in `folder`.
    pub(super) fn part<'a>(folder: &'a Path, name: &'a str) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| match source.kind() {
            io::ErrorKind::NotFound => StoreError::damaged(folder, format!("{name} is missing")),
            _ => StoreError::read(&folder.join(name))(source),
        }
    }

    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        StoreError::Damaged { path: path.to_owned(), what: what.into() }
    }
}
