//! The vocabulary as the rest of the project sees it.

use crate::bytes::ByteVocabulary;
use crate::hugging_face;
use crate::tokenizer_json;
use crate::unigram::{Scratch, Unigram};
use crate::{ModelError, VocabularyError};
use ext5_core::Digest;
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// No vocabulary comes near; the limit keeps a wrong path from filling the memory.
const LARGEST_FILE: u64 = 64 << 20;

/// A vocabulary: text to token ids and back.
///
/// Ids are laid out as T5's: [`PAD`](Self::PAD), [`EOS`](Self::EOS), [`UNK`](Self::UNK), the
/// pieces, and the sentinels at the top: sentinel 0, written `<extra_id_0>`, is the highest id.
///
/// Text never encodes to a special id or a sentinel: `</s>` or `<extra_id_0>` inside a text is
/// text like any other and becomes the pieces it is spelled with, so data cannot forge a mask.
pub struct Vocabulary {
    kind: Kind,
}

enum Kind {
    Unigram(Box<Unigram>),
    Bytes,
}

impl Vocabulary {
    /// Id of padding.
    pub const PAD: u32 = 0;
    /// Id of the end of a sequence. No encoding adds it.
    pub const EOS: u32 = 1;
    /// Id of what the vocabulary cannot spell.
    pub const UNK: u32 = 2;

    /// Opens a SentencePiece unigram model, such as T5's `spiece.model`, and appends T5's 100
    /// sentinels to its pieces; or a Hugging Face `tokenizer.json` of such a model, sentinels
    /// included; or the vocabulary of a folder: bytes where its `tokenizer_config.json` names
    /// ByT5's tokenizer, else its `spiece.model`, else its `tokenizer.json`.
    ///
    /// A `tokenizer.json` gives the ids that the sentencepiece library gives for the same pieces;
    /// `docs/design/vocabularies.md` says where the `tokenizers` library itself differs.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, is no unigram model, does not have T5's special
    /// ids, or is a `tokenizer.json` whose ids could not be reproduced exactly.
    pub fn open(path: &Path) -> Result<Self, VocabularyError> {
        if path.is_dir() {
            return hugging_face::open_folder(path);
        }
        let mut bytes = Vec::new();
        let read = |file: File| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes);
        if let Err(source) = File::open(path).and_then(read) {
            let path = path.to_owned();
            return Err(VocabularyError::Read { path, source });
        }
        // A model begins with the tag of its first piece, a line feed; JSON with a brace.
        let is_json = bytes.trim_ascii_start().first() == Some(&b'{');
        match is_json {
            true => Self::from_tokenizer_json(&bytes),
            false => Self::from_model(bytes),
        }
        .map_err(|problem| VocabularyError::Model { path: path.to_owned(), problem })
    }

    /// The vocabulary of a Hugging Face `tokenizer.json` given as its bytes.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_tokenizer_json(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(ModelError::TooLarge { limit: LARGEST_FILE });
        }
        Self::from_model(tokenizer_json::to_model(bytes)?)
    }

    /// The `tokenizer.json` with which the Hugging Face `tokenizers` library has this vocabulary;
    /// none for bytes, and for a model that does what that library cannot: user-defined or unused
    /// pieces, other rules about spaces than T5's, or other names of the special pieces.
    pub fn tokenizer_json(&self) -> Option<Vec<u8>> {
        match &self.kind {
            Kind::Unigram(unigram) => tokenizer_json::from_model(unigram),
            Kind::Bytes => None,
        }
    }

    /// The vocabulary of a SentencePiece unigram model given as the bytes of its file.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_model(bytes: Vec<u8>) -> Result<Self, ModelError> {
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(ModelError::TooLarge { limit: LARGEST_FILE });
        }
        Ok(Vocabulary { kind: Kind::Unigram(Box::new(Unigram::new(bytes)?)) })
    }

    /// The vocabulary of UTF-8 bytes, as ByT5's: byte `b` has the id `b + 3`, and 125 sentinels
    /// lie above, 384 ids in all.
    ///
    /// Sentinel 0 is id 383, as everywhere in T5. The published ByT5 weights were trained with
    /// sentinels that count down from 258 instead, over the ids of bytes that UTF-8 does not use.
    pub fn bytes() -> Self {
        Vocabulary { kind: Kind::Bytes }
    }

    /// Number of ids, sentinels included: 32,100 for T5.
    pub fn size(&self) -> u32 {
        match &self.kind {
            Kind::Unigram(unigram) => unigram.size(),
            Kind::Bytes => ByteVocabulary::SIZE,
        }
    }

    /// Number of sentinels: 100 for T5.
    pub fn sentinels(&self) -> u32 {
        match &self.kind {
            Kind::Unigram(_) => Unigram::SENTINELS,
            Kind::Bytes => ByteVocabulary::SENTINELS,
        }
    }

    /// Id of sentinel `k`, counted from 0: `size() - 1 - k`; none past the last.
    pub fn sentinel(&self, k: u32) -> Option<u32> {
        (k < self.sentinels()).then(|| self.size() - 1 - k)
    }

    /// The ids of `text`, without an end of sequence.
    ///
    /// Encode a line or a paragraph at a time: the work takes some 20 bytes of memory for each
    /// byte of text.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.encode_into(text, &mut ids, &mut Scratch::default());
        ids
    }

    /// Appends the ids of `text` to `ids`. With a `scratch` used before, nothing is allocated
    /// but what `ids` grows by.
    pub fn encode_into(&self, text: &str, ids: &mut Vec<u32>, scratch: &mut Scratch) {
        match &self.kind {
            Kind::Unigram(unigram) => unigram.encode_into(text, ids, scratch),
            Kind::Bytes => ByteVocabulary::encode_into(text, ids),
        }
    }

    /// The text of `ids`, up to the first [`EOS`](Self::EOS).
    ///
    /// Padding and other control pieces are invisible; sentinels are written `<extra_id_k>`, with
    /// a space before them; unknown ids, and ids past the end of the vocabulary, become the
    /// model's sign for the unknown, ` ⁇ ` by default. In a vocabulary of bytes, ids that spell
    /// no UTF-8 are left out.
    pub fn decode(&self, ids: &[u32]) -> String {
        let end = ids.iter().position(|&id| id == Self::EOS);
        let ids = &ids[..end.unwrap_or(ids.len())];
        match &self.kind {
            Kind::Unigram(unigram) => unigram.decode(ids),
            Kind::Bytes => ByteVocabulary::decode(ids),
        }
    }

    /// How an id is written: `▁house`, `</s>`, `<extra_id_0>`, `<0x41>`.
    pub fn piece(&self, id: u32) -> Option<Cow<'_, str>> {
        let size = self.size();
        if id >= size {
            return None;
        }
        let sentinel = size - 1 - id;
        if sentinel < self.sentinels() {
            return Some(sentinel_name(sentinel).into());
        }
        match &self.kind {
            Kind::Unigram(unigram) => unigram.piece(id).map(Cow::from),
            Kind::Bytes => ByteVocabulary::piece(id),
        }
    }

    /// The map of characters, where spaces are treated as T5 does.
    pub(crate) fn character_map(&self) -> Option<Vec<u8>> {
        let Kind::Unigram(unigram) = &self.kind else {
            return None;
        };
        let spec = unigram.normalizer.spec();
        let spaces = spec.add_dummy_prefix
            && spec.remove_extra_whitespaces
            && spec.escape_whitespaces
            && !spec.whitespace_as_suffix;
        spaces.then(|| spec.character_map.clone())
    }

    /// A digest of all that decides the ids of a text.
    pub fn digest(&self) -> Digest {
        let sentinels = self.sentinels().to_le_bytes();
        let (kind, model) = match &self.kind {
            Kind::Unigram(unigram) => ("unigram", unigram.file()),
            Kind::Bytes => ("bytes", &[] as &[u8]),
        };
        Digest::of_parts([
            ("vocabulary", kind.as_bytes()),
            ("model", model),
            ("sentinels", &sentinels),
        ])
    }

    /// The bytes of the model file that was opened, to be copied to wherever weights go; none
    /// for a vocabulary of bytes.
    pub fn model_bytes(&self) -> Option<&[u8]> {
        match &self.kind {
            Kind::Unigram(unigram) => Some(unigram.file()),
            Kind::Bytes => None,
        }
    }

    /// The files, by name, with which Hugging Face transformers opens this vocabulary from a
    /// folder: the model itself, where there is one, and the configuration of the tokenizer.
    pub fn tokenizer_files(&self) -> Vec<(&'static str, Vec<u8>)> {
        hugging_face::tokenizer_files(self)
    }
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Vocabulary");
        text.field("size", &self.size());
        text.field("digest", &self.digest()).finish()
    }
}

/// How sentinel `k` is written.
pub(crate) fn sentinel_name(k: u32) -> String {
    format!("<extra_id_{k}>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Vocabulary {
        let model = include_bytes!("../tests/golden/rules.model");
        Vocabulary::from_model(model.to_vec()).unwrap()
    }

    #[test]
    fn ids_are_laid_out_as_in_t5() {
        for (vocabulary, sentinels) in [(small(), 100), (Vocabulary::bytes(), 125)] {
            let piece = |id| vocabulary.piece(id).map(Cow::into_owned);
            let special = [Vocabulary::PAD, Vocabulary::EOS, Vocabulary::UNK].map(piece);
            assert_eq!(special, ["<pad>", "</s>", "<unk>"].map(|name| Some(name.to_owned())));
            let size = vocabulary.size();
            assert_eq!(vocabulary.sentinels(), sentinels);
            assert_eq!(vocabulary.sentinel(0), Some(size - 1));
            assert_eq!(vocabulary.sentinel(sentinels - 1), Some(size - sentinels));
            assert_eq!(vocabulary.sentinel(sentinels), None);
            assert_eq!(piece(size - 1), Some("<extra_id_0>".to_owned()));
            assert_ne!(piece(size - sentinels - 1), Some(sentinel_name(sentinels)));
            assert_eq!(piece(size), None);
        }
    }

    #[test]
    fn text_never_becomes_a_special_id() {
        for vocabulary in [small(), Vocabulary::bytes()] {
            let ids = vocabulary.encode("<extra_id_0> a</s> <pad><extra_id_99>");
            let sentinels = vocabulary.size() - vocabulary.sentinels()..;
            let special = [Vocabulary::PAD, Vocabulary::EOS];
            assert!(!ids.iter().any(|id| special.contains(id) || sentinels.contains(id)));
        }
    }

    #[test]
    fn digests_tell_vocabularies_apart() {
        let model = include_bytes!("../tests/golden/suffix.model");
        let other = Vocabulary::from_model(model.to_vec()).unwrap();
        assert_eq!(small().digest(), small().digest());
        assert_ne!(small().digest(), other.digest());
        assert_ne!(small().digest(), Vocabulary::bytes().digest());
    }
}
