//! Which example of a task, or which slice of a corpus, a draw is. Nothing is stored.

use ext5_core::{Key, Permutation};

/// The order of a task's examples: every epoch is a new random order of all of them.
#[derive(Clone, Copy, Debug)]
pub struct ExampleOrder {
    key: Key,
    examples: u64,
}

impl ExampleOrder {
    /// The order of `examples` examples under an entry's key.
    ///
    /// # Panics
    /// Using it panics when `examples` is 0; stores are never empty.
    pub fn new(entry: Key, examples: u64) -> Self {
        ExampleOrder { key: entry.name("order"), examples }
    }

    /// The example that draw `k` is: epoch k / examples, position k mod examples in its order.
    pub fn example(&self, k: u64) -> u64 {
        let epoch = self.key.index(k / self.examples);
        Permutation::new(epoch, self.examples).apply(k % self.examples)
    }
}

/// The order of a corpus's slices. An epoch cuts the corpus, closed to a ring, into
/// ⌈tokens / slice⌉ slices from an offset of its own, and visits them in a random order; the last
/// one overlaps the first where the length does not divide. So every token is in every epoch.
#[derive(Clone, Copy, Debug)]
pub struct SliceOrder {
    key: Key,
    offsets: Key,
    tokens: u64,
    slice: u64,
}

impl SliceOrder {
    /// The order of slices of `slice` tokens of a corpus of `tokens` tokens, under an entry's key.
    /// A corpus shorter than a slice is one slice.
    ///
    /// # Panics
    /// Using it panics when `tokens` or `slice` is 0; corpora are never empty.
    pub fn new(entry: Key, tokens: u64, slice: u64) -> Self {
        SliceOrder {
            key: entry.name("order"),
            offsets: entry.name("offset"),
            tokens,
            slice: slice.min(tokens),
        }
    }

    /// Slices in an epoch.
    pub fn slices(&self) -> u64 {
        self.tokens.div_ceil(self.slice)
    }

    /// Tokens in a slice.
    pub fn length(&self) -> u64 {
        self.slice
    }

    /// Where the slice that draw `k` is starts, below the number of tokens. It is
    /// [`length`](Self::length) tokens long and goes on at the corpus's start when it meets the end.
    pub fn start(&self, k: u64) -> u64 {
        let epoch = k / self.slices();
        let order = Permutation::new(self.key.index(epoch), self.slices());
        let offset = self.offsets.index(epoch).rng().below(self.tokens);
        // Both terms are below the number of tokens.
        let within = order.apply(k % self.slices()) * self.slice;
        let end = self.tokens - offset;
        if within < end { offset + within } else { within - end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_epoch_visits_every_example_once(seed: u64, examples in 1u64..300, epoch in 0u64..1000) {
            let order = ExampleOrder::new(Key::new(seed), examples);
            let mut seen: Vec<u64> = (0..examples).map(|p| order.example(epoch * examples + p)).collect();
            seen.sort_unstable();
            prop_assert!(seen.into_iter().eq(0..examples));
        }

        #[test]
        fn an_epoch_covers_every_token(
            seed: u64, tokens in 1u64..500, slice in 1u64..200, epoch in 0u64..1000,
        ) {
            let order = SliceOrder::new(Key::new(seed), tokens, slice);
            let mut times = vec![0u64; tokens as usize];
            for position in 0..order.slices() {
                let start = order.start(epoch * order.slices() + position);
                prop_assert!(start < tokens);
                for token in start..start + order.length() {
                    times[(token % tokens) as usize] += 1;
                }
            }
            prop_assert!(times.iter().all(|&t| t == 1 || t == 2));
            prop_assert_eq!(times.iter().sum::<u64>(), order.slices() * order.length());
        }
    }

    #[test]
    fn epochs_differ() {
        let examples = ExampleOrder::new(Key::new(1), 100);
        let epoch = |e: u64| (0..100).map(|p| examples.example(e * 100 + p)).collect::<Vec<_>>();
        assert_ne!(epoch(0), epoch(1));
        let slices = SliceOrder::new(Key::new(1), 1000, 70);
        let epoch = |e: u64| {
            let mut starts: Vec<_> = (0..15).map(|p| slices.start(e * 15 + p) % 70).collect();
            starts.sort_unstable();
            starts
        };
        assert_ne!(epoch(0), epoch(1), "offsets are drawn anew");
    }
}
