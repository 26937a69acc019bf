//! All ways to split a word into pieces.

use crate::trie::{Entry, Trie};

/// Pieces to be found in words, and their log probabilities.
pub(crate) struct Lexicon {
    trie: Trie,
    scores: Vec<f64>,
}

/// Working memory.
#[derive(Default)]
pub(crate) struct Lattice {
    forward: Vec<f64>,
    backward: Vec<f64>,
    /// Start, end and id of every piece in the word, by start.
    edges: Vec<(usize, usize, u32)>,
    best: Vec<(f64, usize, u32)>,
}

impl Lexicon {
    pub(crate) fn new(pieces: &[(&str, f64)]) -> Self {
        let entries = pieces.iter().zip(0..);
        let entries =
            entries.map(|(piece, id)| Entry { bytes: piece.0.as_bytes(), id, score: 0.0 });
        Lexicon {
            trie: Trie::new(entries.collect()),
            scores: pieces.iter().map(|&(_, score)| score).collect(),
        }
    }

    fn edges(&self, word: &str, edges: &mut Vec<(usize, usize, u32)>) {
        edges.clear();
        for (start, _) in word.char_indices() {
            let pieces = self.trie.prefixes(&word.as_bytes()[start..]);
            edges.extend(pieces.map(|(length, id, _)| (start, start + length, id)));
        }
    }

    /// Adds, for each piece, how often it is expected in `count` times `word`.
    pub(crate) fn expect(
        &self,
        word: &str,
        count: f64,
        lattice: &mut Lattice,
        expected: &mut [f64],
    ) {
        let Lattice { forward, backward, edges, .. } = lattice;
        self.edges(word, edges);
        for sums in [&mut *forward, &mut *backward] {
            sums.clear();
            sums.resize(word.len() + 1, f64::NEG_INFINITY);
        }
        forward[0] = 0.0;
        for &(start, end, id) in edges.iter() {
            forward[end] = log_sum(forward[end], forward[start] + self.scores[id as usize]);
        }
        backward[word.len()] = 0.0;
        for &(start, end, id) in edges.iter().rev() {
            backward[start] = log_sum(backward[start], backward[end] + self.scores[id as usize]);
        }
        let all = forward[word.len()];
        if !all.is_finite() {
            return;
        }
        for &(start, end, id) in edges.iter() {
            let share = forward[start] + self.scores[id as usize] + backward[end] - all;
            expected[id as usize] += count * libm::exp(share);
        }
    }

    /// Replaces `ids` by the most probable pieces of `word`, the last first, without piece
    /// `except`; returns their log probability.
    pub(crate) fn split(
        &self,
        word: &str,
        except: Option<u32>,
        lattice: &mut Lattice,
        ids: &mut Vec<u32>,
    ) -> f64 {
        let Lattice { edges, best, .. } = lattice;
        self.edges(word, edges);
        best.clear();
        best.resize(word.len() + 1, (f64::NEG_INFINITY, 0, 0));
        best[0].0 = 0.0;
        for &(start, end, id) in edges.iter().filter(|edge| Some(edge.2) != except) {
            let score = best[start].0 + self.scores[id as usize];
            if score > best[end].0 {
                best[end] = (score, start, id);
            }
        }
        ids.clear();
        let score = best[word.len()].0;
        let mut end = word.len();
        while end > 0 && score.is_finite() {
            let (_, start, id) = best[end];
            ids.push(id);
            end = start;
        }
        score
    }
}

/// ln(eᵃ + eᵇ).
fn log_sum(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    // What is this much smaller does not change the sum.
    if low < high - 40.0 { high } else { high + libm::log1p(libm::exp(low - high)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three ways to split "ab" + "c", by hand: ab|c 0.2 · 0.4, a|b|c 0.1 · 0.3 · 0.4, a|bc 0.1 · 0.5.
    #[test]
    fn expects_pieces_by_the_probability_of_their_ways() {
        let pieces = [("a", 0.1), ("b", 0.3), ("c", 0.4), ("ab", 0.2), ("bc", 0.5)];
        let lexicon = Lexicon::new(&pieces.map(|(text, p): (_, f64)| (text, p.ln())));
        let mut lattice = Lattice::default();
        let mut expected = [0.0; 5];
        lexicon.expect("abc", 10.0, &mut lattice, &mut expected);
        let ways = [0.2 * 0.4, 0.1 * 0.3 * 0.4, 0.1 * 0.5];
        let all: f64 = ways.iter().sum();
        let sums = [ways[1] + ways[2], ways[1], ways[0] + ways[1], ways[0], ways[2]];
        for (found, sum) in expected.iter().zip(sums) {
            assert!((found - 10.0 * sum / all).abs() < 1e-12, "{expected:?}");
        }
        let mut ids = Vec::new();
        let score = lexicon.split("abc", None, &mut lattice, &mut ids);
        assert!(ids == [2, 3] && (score - 0.08f64.ln()).abs() < 1e-12);
        lexicon.split("abc", Some(3), &mut lattice, &mut ids);
        assert_eq!(ids, [4, 0]);
        assert!(!lexicon.split("xyz", None, &mut lattice, &mut ids).is_finite() && ids.is_empty());
    }
}
