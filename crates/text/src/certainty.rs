//! When the segmentation of a word does not depend on what stands before it.
//!
//! sentencepiece adds up the scores of a path in 32 bits from the start of the text, so that which
//! of two ways to split a word wins may depend, by rounding, on the score s that was reached before
//! the word. It does not where the best way is better than all others by more than rounding can
//! make up for:
//!
//! - Rounding is monotone, so the search finds a path whose rounded sum is the largest of all.
//! - A rounded sum of at most k additions of numbers that are not above 0 lies within a factor of
//!   1 ± d of the exact one, d = (1 + 2⁻²⁴)ᵏ − 1; a path has at most as many pieces as the word has
//!   characters.
//! - So with c the cost (the negative score) of the best way and m its distance from the second
//!   best, the best way is found whenever (|s| + c + m)(1 − d) > (|s| + c)(1 + d), that is
//!   |s| < m (1 − d) / 2d − c.

use crate::normalizer::character_length;
use crate::trie::Trie;
use crate::unigram::RESET_SCORE;
use crate::vocabulary::Vocabulary;

/// Working memory, a step for each place in the word.
pub(crate) type Steps = Vec<Step>;

/// The two best ways to one place in a word, in 64 bits, and the last piece of the best.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    best: f64,
    second: f64,
    pub(crate) id: u32,
    pub(crate) score: f32,
    pub(crate) length: u32,
}

const UNREACHED: Step =
    Step { best: f64::NEG_INFINITY, second: f64::NEG_INFINITY, id: 0, score: 0.0, length: 0 };

impl Step {
    fn offer(&mut self, from: Step, (length, id, score): (usize, u32, f32)) {
        let best = from.best + f64::from(score);
        let second = from.second + f64::from(score);
        if best > self.best {
            self.second = self.best.max(second);
            (self.best, self.id, self.score, self.length) = (best, id, score, length as u32);
        } else {
            self.second = self.second.max(best);
        }
    }
}

/// Finds the best way to split `word`, which is normalised and not empty, by pieces with scores
/// that are not above 0; `steps` then hold its pieces, to be read from the end. Returns how far
/// from 0 the path score before the word may be; negative where that is nowhere.
pub(crate) fn certain_to(trie: &Trie, word: &[u8], unknown_score: f32, steps: &mut Steps) -> f32 {
    steps.clear();
    steps.resize(word.len() + 1, UNREACHED);
    steps[0] = Step { best: 0.0, ..UNREACHED };
    let mut characters = 0;
    for start in 0..word.len() {
        // A place inside a character is never reached: pieces are whole characters.
        let from = steps[start];
        if from.best.is_finite() {
            characters += 1;
            let character = character_length(word[start]).min(word.len() - start);
            let mut character_is_known = false;
            for piece in trie.prefixes(&word[start..]) {
                steps[start + piece.0].offer(from, piece);
                character_is_known |= piece.0 == character;
            }
            if !character_is_known {
                let unknown = (character, Vocabulary::UNK, unknown_score);
                steps[start + character].offer(from, unknown);
            }
        }
    }
    let Step { best, second, .. } = steps[word.len()];
    let characters = f64::from(characters);
    // The factors of 1.01 and 0.99 are more than what is lost by computing all this in 64 bits.
    let drift = 1.01 * characters * f64::from(f32::EPSILON / 2.0);
    let by_margin = 0.99 * (best - second) * (1.0 - drift) / (2.0 * drift) + best;
    // No place in the word may come near the score that sentencepiece moves back to 0; the worst
    // way to any is by unknown characters.
    let by_reset = 0.99 * f64::from(RESET_SCORE) + characters * f64::from(unknown_score);
    by_margin.min(by_reset) as f32
}
