//! The stream: the infinite, ordered sequence of examples that a mixture and a seed define.
//!
//! Read it in this order:
//!
//! 1. [`rate`]: how often each entry is drawn, as whole numbers.
//! 2. [`schedule`]: which entry supplies slot n of the stream.
//! 3. [`order`]: which example, or which slice of a corpus, a draw is.
//! 4. [`objective`]: how a slice of unlabelled text becomes an example.
//! 5. [`store`]: where the token ids lie.
//! 6. [`mixture`]: the five above put together; [`report`] says what the mixture is.
//! 7. [`pack`] and [`batches`]: windows of the stream as rows, rows as batches.
//! 8. [`overlap`]: what of evaluation data is in the text that is trained on.
//! 9. [`recipe`] and [`prepare`]: a mixture from a file, with everything that it reads.
//!
//! Everything is a pure function of (mixture, seed, index): there is no shuffle buffer and no
//! iterator state, and a place in the stream is two integers, a [`Cursor`].

// Memory maps need it, and say why; nothing else does.
#![deny(unsafe_code)]

pub mod batches;
pub mod export;
pub mod figure;
pub mod mixture;
pub mod objective;
pub mod order;
pub mod overlap;
pub mod pack;
pub mod prefetch;
pub mod prepare;
pub mod rate;
pub mod recipe;
pub mod report;
pub mod schedule;
pub mod store;
pub mod trim;
pub mod unpacked;

pub use batches::{BatchError, BatchOptions, Batches, Cursor, PackedBatch};
pub use mixture::{Denoiser, Entry, EntryKind, Mixture, MixtureError, Settings, TokenExample};
pub use objective::{Objective, Sentinels, SpanCorruption};
pub use pack::{PackedRow, Shape};
pub use prefetch::Prefetch;
pub use prepare::{PrepareError, Prepared};
pub use rate::{Group, Rule, Size};
pub use recipe::MixtureRecipe;
pub use report::{EntryReport, Report};
pub use schedule::{Draw, Schedule};
pub use store::{CorpusStore, StoreError, TokenStore};
pub use trim::{Trim, Trims};
pub use unpacked::{Unpacked, UnpackedError, UnpackedOptions};
