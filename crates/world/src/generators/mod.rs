//! How an instance becomes a row, a file a family.

pub(crate) mod acceptability;
pub(crate) mod classification;
pub(crate) mod closed_book;
pub(crate) mod commonsense;
pub(crate) mod coreference;
pub(crate) mod data_to_text;
pub(crate) mod dialogue;
pub(crate) mod nli;
pub(crate) mod paraphrase;
pub(crate) mod parsing;
pub(crate) mod probes;
pub(crate) mod reading;
pub(crate) mod rewriting;
pub(crate) mod summary;
pub(crate) mod tagging;
