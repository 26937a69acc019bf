//! Token stores: encoded tasks and corpora in a cache folder, read through memory maps.
//!
//! A store is a folder whose name ends in the short digest of its key, and the key covers all that
//! its contents follow from: source bytes, task definition, vocabulary, and the version of each
//! step. So a store is never stale: what has changed has another folder. Folders appear whole or
//! not at all; a build that was killed goes on where it was. In a folder:
//!
//! - `meta.json`: the header, with a checksum of its own;
//! - `ids.bin`: the token ids, one after the other, little-endian, 2 bytes each while the
//!   vocabulary has no more than 65,536 ids, else 4;
//! - `ends.bin` (tasks only): for every example in every prompt, where its inputs end in `ids.bin`
//!   and where its targets do, in ids, 8 bytes each, little-endian.
//!
//! The last two end with a checksum of each of their blocks, which is verified when the block is
//! first read.
//!
//! Ids are as the vocabulary gave them: untrimmed, without end of sequence.

mod build;
mod checked;
mod corpus;
mod error;
mod ids;
mod journal;
mod key;
mod map;
mod meta;
mod open;
mod site;
mod task;

pub use build::{Build, LeftOut, TextExample};
pub use corpus::CorpusStore;
pub use error::StoreError;
pub use key::{CorpusKey, TaskKey};
pub use task::TokenStore;
