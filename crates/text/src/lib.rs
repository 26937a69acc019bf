//! Vocabularies: text to token ids and back.
//!
//! [`Vocabulary::open`] reads a SentencePiece unigram model (`spiece.model`, or a `tokenizer.json` of
//! one) and encodes with it
//! exactly as the sentencepiece library does, version 0.2.3: the same normalised text, the same
//! segmentation, the same choice among equal scores. [`Vocabulary::bytes`] is the vocabulary of
//! UTF-8 bytes. Both lay their ids out as T5 does: padding 0, end of sequence 1, unknown 2, and
//! the sentinels at the top, counted downwards.

mod bytes;
mod certainty;
mod charsmap;
mod decode;
mod error;
mod hugging_face;
mod model;
mod model_file;
mod normalizer;
mod tokenizer_json;
pub mod train;
mod trie;
mod unigram;
mod vocabulary;
mod wire;
mod words;

pub use error::{ModelError, VocabularyError};
pub use unigram::Scratch;
pub use vocabulary::Vocabulary;
