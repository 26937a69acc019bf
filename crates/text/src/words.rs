//! Whole words that were segmented before, so that text costs one look-up a word.
//!
//! A word is what stands between two spaces of the raw text. What an entry says is a function of
//! the word and the vocabulary alone, so that it never matters what a table has seen.

use crate::vocabulary::Vocabulary;

/// Most pieces of a word in a table; an entry then fills a cache line of 64 bytes.
pub(crate) const MOST_PIECES: usize = 5;
/// Entries of a table: 2 MiB, in pairs of which the newer stands first.
const ENTRIES: usize = 1 << 15;
/// A table is made when so many words were looked up: short-lived ones are not worth its memory.
const WORTH_A_TABLE: u32 = if cfg!(test) { 1 } else { 2_000 };

/// The bytes of a word of at most 15 bytes, zeros, and the length in the highest byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(u128);

impl Key {
    const NONE: Key = Key(0);

    /// The word at the start of `text`, which is not empty, up to a space or the end; none where
    /// it is too long for a table.
    #[inline]
    pub(crate) fn first_of(text: &[u8]) -> Option<(Key, usize)> {
        let window = match text.first_chunk() {
            Some(window) => u128::from_le_bytes(*window),
            None => {
                let mut window = [b' '; 16];
                window[..text.len()].copy_from_slice(text);
                u128::from_le_bytes(window)
            }
        };
        const ONES: u128 = u128::from_le_bytes([1; 16]);
        // A byte of `differs` is zero where the text has a space. The lowest bit set below is the
        // highest one of the first such byte.
        let differs = window ^ (ONES * b' ' as u128);
        let spaces = differs.wrapping_sub(ONES) & !differs & (ONES << 7);
        if spaces == 0 {
            return None;
        }
        let bits = spaces.trailing_zeros() - 7;
        let bytes = window & ((1 << bits) - 1);
        let length = bits / 8;
        Some((Key(bytes | u128::from(length) << 120), length as usize))
    }

    fn hash(self) -> usize {
        let (low, high) = (self.0 as u64, (self.0 >> 64) as u64);
        let mixed = (low ^ high.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ high).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        (mixed >> 40) as usize
    }
}

/// How a word is segmented.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Word {
    key: Key,
    /// The segmentation is sentencepiece's as long as the path score before the word is not
    /// further from 0. Negative where it never is.
    pub(crate) certain_to: f32,
    pub(crate) count: u32,
    pub(crate) ids: [u32; MOST_PIECES],
    pub(crate) scores: [f32; MOST_PIECES],
}

const NO_WORD: Word = Word {
    key: Key::NONE,
    certain_to: -1.0,
    count: 0,
    ids: [Vocabulary::PAD; MOST_PIECES],
    scores: [0.0; MOST_PIECES],
};

impl Word {
    /// A word of which no segmentation is certain.
    pub(crate) fn uncertain(key: Key) -> Self {
        Word { key, ..NO_WORD }
    }

    /// Adds a piece at the end; false where there is no room.
    pub(crate) fn push(&mut self, id: u32, score: f32) -> bool {
        let at = self.count as usize;
        let (Some(place), Some(place_of_score)) = (self.ids.get_mut(at), self.scores.get_mut(at))
        else {
            return false;
        };
        (*place, *place_of_score) = (id, score);
        self.count += 1;
        true
    }

    /// Appends the ids; returns the path score after the word, given the one before it.
    #[inline]
    pub(crate) fn append(&self, score: f32, ids: &mut Vec<u32>) -> f32 {
        let count = self.count as usize;
        ids.extend_from_slice(&self.ids[..count]);
        self.scores[..count].iter().fold(score, |sum, piece| sum + piece)
    }

    /// The last piece first.
    pub(crate) fn reverse(&mut self) {
        self.ids[..self.count as usize].reverse();
        self.scores[..self.count as usize].reverse();
    }
}

/// A bounded table of words of one vocabulary.
#[derive(Clone, Debug, Default)]
pub(crate) struct WordTable {
    vocabulary: u64,
    looked_up: u32,
    entries: Vec<Word>,
}

impl WordTable {
    /// Forgets everything, unless it is about the vocabulary of this number.
    pub(crate) fn belong_to(&mut self, vocabulary: u64) {
        if self.vocabulary != vocabulary {
            self.vocabulary = vocabulary;
            self.looked_up = 0;
            self.entries.fill(NO_WORD);
        }
    }

    /// Whether a word is to be put in.
    pub(crate) fn lacks(&mut self, key: Key) -> bool {
        if self.entries.is_empty() {
            self.looked_up += 1;
            if self.looked_up < WORTH_A_TABLE {
                return false;
            }
            self.entries.resize(ENTRIES, NO_WORD);
        }
        self.get(key).is_none()
    }

    #[inline]
    pub(crate) fn get(&self, key: Key) -> Option<&Word> {
        let first = key.hash() & (ENTRIES - 2);
        let pair = self.entries.get(first..first + 2)?;
        pair.iter().find(|word| word.key == key)
    }

    /// Puts a word in, in place of the older one of two.
    pub(crate) fn put(&mut self, word: Word) {
        let first = word.key.hash() & (ENTRIES - 2);
        if let Some([newer, older]) = self.entries.get_mut(first..first + 2) {
            *older = *newer;
            *newer = word;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_end_at_a_space_or_the_end() {
        let length = |text: &str| Key::first_of(text.as_bytes()).map(|(_, length)| length);
        assert_eq!(length("a"), Some(1));
        assert_eq!(length("a "), Some(1));
        assert_eq!(length("a house, a garden, a tree"), Some(1));
        assert_eq!(length("!\u{1}\u{21}\u{a0} \u{1f}"), Some(5));
        assert_eq!(length(&"x".repeat(15)), Some(15));
        assert_eq!(length(&format!("{} and more", "x".repeat(15))), Some(15));
        assert_eq!(length(&"x".repeat(16)), None);
        assert_eq!(length(&format!("{} and more", "x".repeat(16))), None);
    }

    #[test]
    fn keys_differ_as_words_do() {
        let key = |text: &str| Key::first_of(text.as_bytes()).unwrap().0;
        assert_eq!(key("house"), key("house of cards in the garden"));
        for (a, b) in [("a", "a\0"), ("a\0", "a\0\0"), ("house", "houses"), ("\0", "\0\0")] {
            assert_ne!(key(a), key(b));
            assert_ne!(key(a), Key::NONE);
        }
    }

    #[test]
    fn an_entry_is_a_cache_line() {
        assert_eq!(size_of::<Word>(), 64);
    }

    #[test]
    fn words_of_another_vocabulary_are_forgotten() {
        let mut table = WordTable::default();
        table.belong_to(1);
        let (key, _) = Key::first_of(b"house").unwrap();
        while !table.lacks(key) {}
        table.put(Word::uncertain(key));
        table.belong_to(1);
        assert!(table.get(key).is_some());
        table.belong_to(2);
        assert!(table.get(key).is_none());
    }
}
