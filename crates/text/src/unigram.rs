//! Segmentation by a unigram language model: sentencepiece's `unigram_model.cc`.

use crate::ModelError;
use crate::model::{Kind, Model, Piece, byte_of};
use crate::normalizer::{Normalizer, character_length};
use crate::trie::{Entry, Trie};
use crate::vocabulary::Vocabulary;

/// What an unknown character costs beyond the least likely piece.
const UNKNOWN_PENALTY: f32 = 10.0;
/// Where path scores are moved back to 0, so that long texts keep their precision.
const RESET_SCORE: f32 = 100_000.0;

/// Working memory of [`Vocabulary::encode_into`], to be used again from text to text.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    normalized: Vec<u8>,
    ends: Vec<End>,
}

/// The best segmentation of the text up to one place.
#[derive(Clone, Copy, Debug)]
struct End {
    score: f32,
    /// Id of its last piece.
    id: u32,
    /// Length of its last piece in bytes; 0 where no segmentation ends.
    length: u32,
}

const UNREACHED: End = End { score: 0.0, id: 0, length: 0 };

/// A SentencePiece unigram model, ready to encode and decode, with T5's sentinels on top.
pub(crate) struct Unigram {
    file: Vec<u8>,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) unknown_surface: String,
    pub(crate) normalizer: Normalizer,
    trie: Trie,
    unknown_score: f32,
    /// Ids of the byte pieces, where unknown characters are spelled in bytes.
    byte_ids: Option<Box<[u32; 256]>>,
}

impl Unigram {
    pub(crate) const SENTINELS: u32 = 100;

    /// Reads a model file.
    pub(crate) fn new(file: Vec<u8>) -> Result<Self, ModelError> {
        let Model { pieces, byte_fallback, unknown_surface, normalizer, .. } = Model::parse(&file)?;
        let entries_of = |kind, score: fn(&Piece) -> f32| -> Vec<Entry<'_>> {
            let with_ids = pieces.iter().zip(0..);
            with_ids
                .filter(|(piece, _)| piece.kind == kind)
                .map(|(piece, id)| Entry { bytes: piece.text.as_bytes(), id, score: score(piece) })
                .collect()
        };
        // Text becomes pieces of these two kinds only.
        let user_defined = entries_of(Kind::UserDefined, user_defined_score);
        let mut entries = entries_of(Kind::Normal, |piece| piece.score);
        let lowest = entries.iter().map(|entry| entry.score).reduce(f32::min);
        entries.extend(&user_defined);
        Ok(Unigram {
            normalizer: Normalizer::new(normalizer, user_defined)?,
            trie: Trie::new(entries),
            unknown_score: lowest.unwrap_or_default() - UNKNOWN_PENALTY,
            byte_ids: match byte_fallback {
                true => Some(byte_ids(&pieces)?),
                false => None,
            },
            pieces,
            unknown_surface,
            file,
        })
    }

    pub(crate) fn file(&self) -> &[u8] {
        &self.file
    }

    pub(crate) fn size(&self) -> u32 {
        self.pieces.len() as u32 + Self::SENTINELS
    }

    pub(crate) fn piece(&self, id: u32) -> Option<&str> {
        self.pieces.get(id as usize).map(|piece| &*piece.text)
    }

    pub(crate) fn encode_into(&self, text: &str, ids: &mut Vec<u32>, scratch: &mut Scratch) {
        let Scratch { normalized, ends } = scratch;
        self.normalizer.normalize(text, normalized);
        self.search(normalized, ends);
        self.trace(normalized, ends, ids);
    }

    /// The best segmentation up to each place (Viterbi's algorithm), with the arithmetic, the
    /// order of comparison and so the choice among equals of sentencepiece's `EncodeOptimized`.
    fn search(&self, text: &[u8], ends: &mut Vec<End>) {
        ends.clear();
        ends.resize(text.len() + 1, UNREACHED);
        let mut start = 0;
        let mut frontier = 0;
        while start < text.len() {
            if ends[start].score.abs() > RESET_SCORE {
                let offset = ends[start].score;
                for end in &mut ends[start..=frontier] {
                    end.score -= offset;
                }
            }
            let here = ends[start].score;
            let character = character_length(text[start]).min(text.len() - start);
            let mut character_is_known = false;
            for (length, id, score) in self.trie.prefixes(&text[start..]) {
                frontier = frontier.max(start + length);
                ends[start + length].offer(here + score, id, length);
                character_is_known |= length == character;
            }
            if !character_is_known {
                frontier = frontier.max(start + character);
                let score = here + self.unknown_score;
                ends[start + character].offer(score, Vocabulary::UNK, character);
            }
            start += character;
        }
    }

    /// Appends the ids of the best path. Unknown characters in a row become one unknown id, or
    /// the bytes of each, where the model has pieces for bytes.
    fn trace(&self, text: &[u8], ends: &[End], ids: &mut Vec<u32>) {
        let first = ids.len();
        let mut end = text.len();
        let mut after_unknown = false;
        while end > 0 {
            let End { id, length, .. } = ends[end];
            let start = end - length as usize;
            let unknown = id == Vocabulary::UNK;
            match &self.byte_ids {
                Some(byte_ids) if unknown => {
                    let bytes = text[start..end].iter().rev();
                    ids.extend(bytes.map(|&byte| byte_ids[usize::from(byte)]));
                }
                _ if unknown && after_unknown => {}
                _ => ids.push(id),
            }
            after_unknown = unknown;
            end = start;
        }
        ids[first..].reverse();
    }
}

impl End {
    #[inline]
    fn offer(&mut self, score: f32, id: u32, length: usize) {
        if self.length == 0 || score > self.score {
            *self = End { score, id, length: length as u32 };
        }
    }
}

/// Not below 0, so that a user-defined piece wins over any way to split it.
fn user_defined_score(piece: &Piece) -> f32 {
    (0.1 * (piece.text.len() as f64 - 1.0)) as f32
}

fn byte_ids(pieces: &[Piece]) -> Result<Box<[u32; 256]>, ModelError> {
    let mut ids = Box::new([u32::MAX; 256]);
    for (piece, id) in pieces.iter().zip(0..) {
        if piece.kind == Kind::Byte
            && let Some(byte) = byte_of(&piece.text)
        {
            ids[usize::from(byte)] = id;
        }
    }
    if ids.contains(&u32::MAX) {
        return Err(ModelError::Unusable(
            "the model falls back to bytes, but has not all 256 byte pieces",
        ));
    }
    Ok(ids)
}
