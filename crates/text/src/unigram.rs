//! Segmentation by a unigram language model: sentencepiece's `unigram_model.cc`.

use crate::ModelError;
use crate::certainty::{Steps, certain_to};
use crate::model::{Kind, Model, Piece, byte_of};
use crate::normalizer::{Normalizer, SPACE, character_length};
use crate::trie::{Entry, Trie};
use crate::vocabulary::Vocabulary;
use crate::words::{Key, Word, WordTable};
use std::sync::atomic::{AtomicU64, Ordering};

/// What an unknown character costs beyond the least likely piece.
const UNKNOWN_PENALTY: f32 = 10.0;
/// Where path scores are moved back to 0, so that long texts keep their precision.
pub(crate) const RESET_SCORE: f32 = 100_000.0;

/// Working memory of [`Vocabulary::encode_into`], to be used again from text to text.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    normalized: Vec<u8>,
    ends: Vec<End>,
    steps: Steps,
    words: WordTable,
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
    /// What tells the vocabularies of a process apart, from 1, where the words of a text may be
    /// segmented one by one.
    word_by_word: Option<u64>,
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
        let words_are_apart = words_are_apart(&entries) && user_defined.is_empty();
        entries.extend(&user_defined);
        let normalizer = Normalizer::new(normalizer, user_defined)?;
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let word_by_word = words_are_apart && normalizer.works_word_by_word();
        Ok(Unigram {
            word_by_word: word_by_word.then(|| NEXT.fetch_add(1, Ordering::Relaxed)),
            normalizer,
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

    /// Whether unknown characters are spelled in bytes.
    pub(crate) fn spells_bytes(&self) -> bool {
        self.byte_ids.is_some()
    }

    pub(crate) fn encode_into(&self, text: &str, ids: &mut Vec<u32>, scratch: &mut Scratch) {
        let first = ids.len();
        if self.encode_words(text, ids, scratch).is_none() {
            ids.truncate(first);
            self.encode_whole(text, ids, scratch);
        }
    }

    fn encode_whole(&self, text: &str, ids: &mut Vec<u32>, scratch: &mut Scratch) {
        let Scratch { normalized, ends, .. } = scratch;
        self.normalizer.normalize(text, normalized);
        self.search(normalized, 0.0, ends);
        self.trace(normalized, ends, ids);
    }

    /// The same word by word: no piece lies in two words, so the best segmentation of a text is
    /// that of its words, each begun with the score reached before it. None where that does not
    /// hold of the vocabulary or of this text.
    fn encode_words(&self, text: &str, ids: &mut Vec<u32>, scratch: &mut Scratch) -> Option<()> {
        scratch.words.belong_to(self.word_by_word?);
        let bytes = text.as_bytes();
        let mut position = 0;
        let mut score = 0.0f32;
        while let Some(&byte) = bytes.get(position) {
            if byte == b' ' {
                position += 1;
                continue;
            }
            if score.abs() > RESET_SCORE {
                score = 0.0;
            }
            let key = Key::first_of(&bytes[position..]);
            if let Some((key, length)) = key
                && let Some(word) = scratch.words.get(key)
                && score.abs() <= word.certain_to
            {
                score = word.append(score, ids);
                position += length;
                continue;
            }
            let rest = &text[position..];
            let word = rest.split_once(' ').map_or(rest, |(word, _)| word);
            // A space that the text writes as pieces do is not like others: not removed after a
            // word, but removed at the end of a text.
            if word.contains(SPACE) {
                return None;
            }
            position += word.len();
            score = self.encode_word(word, key.map(|(key, _)| key), score, ids, scratch);
        }
        Some(())
    }

    /// Appends the ids of one word, before which `score` is reached; returns the score after it.
    fn encode_word(
        &self,
        word: &str,
        key: Option<Key>,
        score: f32,
        ids: &mut Vec<u32>,
        scratch: &mut Scratch,
    ) -> f32 {
        let Scratch { normalized, ends, steps, words } = scratch;
        self.normalizer.normalize(word, normalized);
        if let Some(key) = key
            && words.lacks(key)
        {
            let word = self.word(key, normalized, steps);
            words.put(word);
            if score.abs() <= word.certain_to {
                return word.append(score, ids);
            }
        }
        self.search(normalized, score, ends);
        self.trace(normalized, ends, ids);
        ends.last().map_or(score, |end| end.score)
    }

    /// The entry of a word for the table.
    fn word(&self, key: Key, normalized: &[u8], steps: &mut Steps) -> Word {
        let mut word = Word::uncertain(key);
        let certain_to = certain_to(&self.trie, normalized, self.unknown_score, steps);
        let mut end = normalized.len();
        while end > 0 {
            let step = steps[end];
            if step.id == Vocabulary::UNK || !word.push(step.id, step.score) {
                return Word::uncertain(key);
            }
            end -= step.length as usize;
        }
        word.certain_to = certain_to;
        word.reverse();
        word
    }

    /// The best segmentation up to each place (Viterbi's algorithm), with the arithmetic, the
    /// order of comparison and so the choice among equals of sentencepiece's `EncodeOptimized`.
    /// `score` is that of the path before the text.
    fn search(&self, text: &[u8], score: f32, ends: &mut Vec<End>) {
        ends.clear();
        ends.resize(text.len() + 1, UNREACHED);
        ends[0].score = score;
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

/// Whether a space always begins a piece and is known, so that no piece lies in two words and no
/// unknown character stands before one of the next word; and whether path scores only fall.
fn words_are_apart(entries: &[Entry<'_>]) -> bool {
    let space = SPACE.as_bytes();
    let inner = |entry: &Entry<'_>| entry.bytes[1..].windows(space.len()).any(|part| part == space);
    entries.iter().any(|entry| entry.bytes == space)
        && !entries.iter().any(|entry| inner(entry) || entry.score > 0.0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words() -> Unigram {
        Unigram::new(include_bytes!("../tests/golden/words.model").to_vec()).unwrap()
    }

    /// All ways to split a text score nearly the same: rounding decides wherever it can.
    fn close_calls() -> Unigram {
        let mut texts = vec![SPACE.to_owned()];
        for a in ["a", "b"] {
            texts.extend([format!("{SPACE}{a}"), a.to_owned()]);
            for b in ["a", "b"] {
                texts.extend([format!("{SPACE}{a}{b}"), format!("{a}{b}")]);
                texts.extend(["a", "b"].map(|c| format!("{a}{b}{c}")));
            }
        }
        let entry = |(text, id): (&'_ String, u32)| {
            let characters = text.chars().count() as f32;
            let score = -3.0 * characters - (id * 37 % 11) as f32 / 8192.0;
            (text.clone(), id, score)
        };
        let entries: Vec<(String, u32, f32)> = texts.iter().zip(3..).map(entry).collect();
        let entries = entries.iter().map(|(text, id, score)| Entry {
            bytes: text.as_bytes(),
            id: *id,
            score: *score,
        });
        let mut unigram = words();
        unigram.trie = Trie::new(entries.collect());
        unigram
    }

    /// Only speed would tell otherwise.
    #[test]
    fn words_are_segmented_one_by_one_where_the_vocabulary_allows() {
        assert!(words().word_by_word.is_some());
        for model in [
            include_bytes!("../tests/golden/rules.model").as_slice(),
            include_bytes!("../tests/golden/fallback.model"),
            include_bytes!("../tests/golden/suffix.model"),
        ] {
            assert!(Unigram::new(model.to_vec()).unwrap().word_by_word.is_none());
        }
    }

    proptest! {
        /// Few letters, so that words come again; ways of equal score; many words, so that the
        /// score before a word grows to where rounding decides, and past its reset.
        #[test]
        fn word_by_word_is_as_a_whole(
            text in "([ab]{1,9} |[abdeiknorst]{1,5}[ ,.]|[a-z\u{301}\u{a0}\u{200b}▁ -]{0,6} ){0,60}",
            times in prop_oneof![Just(1usize), Just(60), 60..400usize],
        ) {
            let text = text.repeat(times);
            for unigram in [words(), close_calls()] {
                let mut whole = Vec::new();
                unigram.encode_whole(&text, &mut whole, &mut Scratch::default());
                let mut scratch = Scratch::default();
                for _ in 0..2 {
                    let mut ids = Vec::new();
                    unigram.encode_into(&text, &mut ids, &mut scratch);
                    prop_assert_eq!(&ids, &whole);
                }
            }
        }
    }
}
