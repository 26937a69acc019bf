//! Ids to text: `SentencePieceProcessor::Decode`, and sentinels.

use crate::model::{Kind, byte_of};
use crate::normalizer::SPACE;
use crate::unigram::Unigram;
use crate::vocabulary::sentinel_name;

impl Unigram {
    /// The text of `ids`. A sentinel is a word of its own, as a piece `▁<extra_id_k>` would be;
    /// seqio and t5 have it so.
    pub(crate) fn decode(&self, ids: &[u32]) -> String {
        let mut text = Decoder {
            unigram: self,
            text: String::new(),
            bytes: Vec::new(),
            at_start: true,
            first_space_taken: false,
        };
        for &id in ids {
            match self.pieces.get(id as usize) {
                Some(piece) => match (piece.kind, byte_of(&piece.text)) {
                    (Kind::Byte, Some(byte)) => text.bytes.push(byte),
                    (Kind::Unknown, _) => text.push_unknown(),
                    (Kind::Control, _) => text.begin_piece(),
                    _ => text.push(&piece.text),
                },
                None if id < self.size() => {
                    let name = sentinel_name(self.size() - 1 - id);
                    text.push(&format!("{SPACE}{name}"));
                }
                None => text.push_unknown(),
            }
        }
        text.flush_bytes();
        text.text
    }
}

struct Decoder<'a> {
    unigram: &'a Unigram,
    text: String,
    /// Bytes from byte pieces that are not in `text` yet.
    bytes: Vec<u8>,
    /// Whether no text stands before, so that a leading space is the normaliser's own.
    at_start: bool,
    first_space_taken: bool,
}

impl Decoder<'_> {
    fn begin_piece(&mut self) {
        self.flush_bytes();
        if std::mem::take(&mut self.first_space_taken) || !self.text.is_empty() {
            self.at_start = false;
        }
    }

    fn push_unknown(&mut self) {
        self.begin_piece();
        self.text.push_str(&self.unigram.unknown_surface);
    }

    fn push(&mut self, piece: &str) {
        self.begin_piece();
        let normalizer = &self.unigram.normalizer;
        let mut piece = piece;
        if self.at_start
            && normalizer.strips_first_space()
            && let Some(rest) = piece.strip_prefix(SPACE)
        {
            piece = rest;
            self.first_space_taken = !normalizer.removes_extra_whitespaces();
        }
        for (index, part) in piece.split(SPACE).enumerate() {
            if index > 0 {
                self.text.push(' ');
            }
            self.text.push_str(part);
        }
    }

    /// Bytes that are no UTF-8 become one replacement character each.
    fn flush_bytes(&mut self) {
        for chunk in self.bytes.utf8_chunks() {
            self.text.push_str(chunk.valid());
            self.text.extend(chunk.invalid().iter().map(|_| '\u{FFFD}'));
        }
        self.bytes.clear();
    }
}
