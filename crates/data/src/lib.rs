//! Rows of data sets as their publishers store them.
//!
//! [`Rows`] reads the files of one split and yields located rows, whatever their [`Format`] and
//! compression; what cannot be read as a row is counted against a [`Tolerance`] and never lost in
//! silence. [`Documents`] reads corpus text in several [`Layout`]s. [`files`] finds the files of a
//! split. [`DataLock`] records the files that a run read, and a [`Fingerprint`] what one file was,
//! so that a changed one is noticed.
//!
//! Rows may also be computed by a [`Generator`](generated::Generator); then nothing is on disk.
//!
//! A new file format is one variant of [`Format`] and one reader; nothing above this crate changes.

mod compression;
pub mod corpus;
mod delimited;
pub mod error;
pub mod files;
pub mod fingerprint;
pub mod format;
pub mod generated;
#[cfg(feature = "hub")]
pub mod hub;
mod jsonl;
mod lines;
pub mod lock;
mod number;
mod parquet;
pub mod rows;
pub mod split;
pub mod tally;
mod text;
pub mod tf_record;
mod walk;

pub use corpus::{Document, Documents, Layout};
pub use error::DataError;
pub use fingerprint::Fingerprint;
pub use format::Format;
pub use lock::{Change, DataLock, LockedFile};
pub use rows::{Located, RECORD_LIMIT, Row, Rows};
pub use tally::{Malformed, Tally, Tolerance};
