//! Sentinels: the ids that stand for spans.

use ext5_text::Vocabulary;

/// The sentinels of a vocabulary: they are its last ids, counted downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentinels {
    vocabulary: u32,
    count: u32,
}

impl Sentinels {
    /// The last `count` ids of a vocabulary of `vocabulary` ids. Padding rows of an embedding do
    /// not count.
    pub fn new(vocabulary: u32, count: u32) -> Self {
        Sentinels { vocabulary, count: count.min(vocabulary) }
    }

    /// The sentinels of a vocabulary.
    pub fn of(vocabulary: &Vocabulary) -> Self {
        Sentinels::new(vocabulary.size(), vocabulary.sentinels())
    }

    /// How many sentinels there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The id of sentinel `k`, nothing when there are not so many.
    pub fn id(&self, k: u32) -> Option<u32> {
        (k < self.count).then(|| self.vocabulary - 1 - k)
    }
}

/// Replaces every marked span by one sentinel, counting from 0 (`noise_span_to_unique_sentinel`).
/// There must be as many sentinels as spans.
pub(super) fn replace(tokens: &[u32], marked: &[bool], sentinels: Sentinels) -> Vec<u32> {
    let mut replaced = Vec::with_capacity(tokens.len());
    let mut next = sentinels.vocabulary;
    let mut inside = false;
    for (&token, &marked) in tokens.iter().zip(marked) {
        if !marked {
            replaced.push(token);
        } else if !inside {
            next -= 1;
            replaced.push(next);
        }
        inside = marked;
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The goldens of t5's `preprocessors_test.py`.
    #[test]
    fn replace_follows_t5() {
        let sentinels = Sentinels::new(1000, 100);
        let tokens = [10, 11, 12, 13, 14, 15];
        let noisy = [true, true, false, false, true, false];
        assert_eq!(replace(&tokens, &noisy, sentinels), [999, 12, 13, 998, 15]);
        let clean = noisy.map(|noisy| !noisy);
        assert_eq!(replace(&tokens, &clean, sentinels), [10, 11, 999, 14, 998]);
        // An id of 0 is a token like any other.
        assert_eq!(replace(&[0, 5], &[false, true], sentinels), [0, 999]);
    }

    #[test]
    fn sentinels_descend_from_the_last_id() {
        let sentinels = Sentinels::new(32_100, 100);
        assert_eq!(sentinels.id(0), Some(32_099));
        assert_eq!(sentinels.id(99), Some(32_000));
        assert_eq!(sentinels.id(100), None);
        assert_eq!(sentinels.id(u32::MAX), None);
    }
}
