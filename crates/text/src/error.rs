//! Why a vocabulary could not be opened.

use std::path::PathBuf;
use thiserror::Error;

/// Why a vocabulary file was refused.
#[derive(Debug, Error)]
pub enum VocabularyError {
    /// The file could not be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a vocabulary that can be used here.
    #[error("{}: {problem}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: ModelError,
    },
}

/// What is wrong with a SentencePiece model, or with a `tokenizer.json`.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ModelError {
    /// The bytes are no protocol buffer, or end too early.
    #[error(
        "no SentencePiece model, or a damaged one: expected {expected} at byte {offset}; expected \
         a file such as T5's spiece.model"
    )]
    Malformed {
        /// Where in the file, in bytes.
        offset: usize,
        /// What should have stood there.
        expected: &'static str,
    },
    /// The file is larger than any vocabulary.
    #[error("larger than {limit} bytes: no vocabulary is that large; is it the right file?")]
    TooLarge {
        /// The largest size that is read.
        limit: u64,
    },
    /// The model segments in another way than by a unigram language model.
    #[error(
        "a SentencePiece model of type {found}; only unigram models are supported: train with \
         --model_type=unigram"
    )]
    ModelType {
        /// The type as the file has it.
        found: String,
    },
    /// The special ids are not where a T5 expects them.
    #[error(
        "expected the control pieces for padding at id 0 and for end of sequence at id 1, and the \
         unknown piece at id 2, as T5 has them; found padding at {pad}, end at {eos}, unknown at \
         {unk}: train with --pad_id=0 --eos_id=1 --unk_id=2 --bos_id=-1"
    )]
    SpecialIds {
        /// Id of padding; −1 for none.
        pad: i32,
        /// Id of end of sequence; −1 for none.
        eos: i32,
        /// Id of the unknown piece; −1 for none.
        unk: i32,
    },
    /// A `tokenizer.json` cannot be used, or its ids could not be reproduced exactly.
    #[error("tokenizer.json: {key}: {problem}")]
    TokenizerJson {
        /// The part of the file.
        key: &'static str,
        /// What is wrong with it, and what would do.
        problem: String,
    },
    /// One piece cannot be used.
    #[error("piece {id}: {problem}")]
    Piece {
        /// Its id.
        id: u32,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The model as a whole lacks something or holds something unsupported.
    #[error("{0}")]
    Unusable(&'static str),
    /// The map from characters to their normal form is damaged.
    #[error("the normalizer's precompiled character map is damaged: {0}")]
    CharacterMap(&'static str),
}
