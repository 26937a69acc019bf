//! Invented names, one for each number.

use ext5_core::{Key, Permutation};

const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
const VOWELS: &[u8; 5] = b"aeiou";
const SYLLABLES: u64 = (CONSONANTS.len() * VOWELS.len()) as u64;

/// The name of `index` among `count` of its kind; all names of a kind differ.
pub(crate) fn name(key: Key, index: u64, count: u64) -> String {
    let mut syllables = 3;
    while SYLLABLES.pow(syllables) < count {
        syllables += 1;
    }
    let mut rest = Permutation::new(key, SYLLABLES.pow(syllables)).apply(index);
    let mut name = String::new();
    for _ in 0..syllables {
        let syllable = (rest % SYLLABLES) as usize;
        rest /= SYLLABLES;
        let consonant = char::from(CONSONANTS[syllable % CONSONANTS.len()]);
        name.push(if name.is_empty() { consonant.to_ascii_uppercase() } else { consonant });
        name.push(char::from(VOWELS[syllable / CONSONANTS.len()]));
    }
    name
}
