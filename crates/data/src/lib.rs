//! Rows of data sets as their publishers store them.
//!
//! [`Rows`] reads the files of one split and yields located rows; what cannot be read as a row is
//! counted against a [`Tolerance`] and never lost in silence. [`Documents`] reads corpus text.
//! [`DataLock`] records the files that a run read, so that a changed one is noticed.
//!
//! A new file format is one variant of [`Format`] and one reader; nothing above this crate changes.

pub mod corpus;
pub mod error;
pub mod files;
pub mod format;
mod jsonl;
pub mod lock;
pub mod rows;
pub mod tally;

pub use corpus::{Document, Documents};
pub use error::DataError;
pub use format::Format;
pub use lock::{Change, DataLock, LockedFile};
pub use rows::{Located, Row, Rows};
pub use tally::{Malformed, Tally, Tolerance};
