//! Evaluation examples whose text stands in what is trained on.
//!
//! Texts are compared as sequences of words: runs of letters and digits, in lower case. An example
//! overlaps with a training row or document that has any n words of one of its texts in the same
//! order (n is 13 by default). An example whose texts are all shorter than that overlaps with a
//! row or line that is, as a whole, its longest text; one of fewer than four words is not compared,
//! and counted.
//!
//! [`words`]: text to hashes. [`index`]: the evaluation side, in memory. [`texts`]: the texts of a
//! row. [`check`](check()): the training side, read once as a stream. [`exclusions`]: the list of
//! training rows that a mixture leaves out.

pub mod check;
pub mod exclusions;
pub mod index;
pub mod texts;
pub mod words;

pub use check::{Options, Overlaps, Pair, check};
pub use exclusions::{ExcludedFile, ExclusionError, Exclusions};
