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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentinels_descend_from_the_last_id() {
        let sentinels = Sentinels::new(32_100, 100);
        assert_eq!(sentinels.id(0), Some(32_099));
        assert_eq!(sentinels.id(99), Some(32_000));
        assert_eq!(sentinels.id(100), None);
        assert_eq!(sentinels.id(u32::MAX), None);
    }
}
