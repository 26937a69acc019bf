//! N-grams of words as numbers, which sort and compare fast.

use std::collections::HashMap;

/// The longest n-grams that fit into a [`Gram`].
pub(super) const LONGEST: usize = 4;

/// Up to four words, told apart by their numbers. N-grams of different lengths are not to be
/// compared.
pub(super) type Gram = u128;

/// Gives every word a number, the same to equal words.
#[derive(Default)]
pub(super) struct Numbers<'a>(HashMap<&'a str, u32>);

impl<'a> Numbers<'a> {
    /// The numbers of words in their order.
    pub fn of(&mut self, words: impl IntoIterator<Item = &'a str>) -> Vec<u32> {
        let number = |word| {
            let next = self.0.len() as u32;
            *self.0.entry(word).or_insert(next)
        };
        words.into_iter().map(number).collect()
    }
}

/// The n-grams of a text, sorted; `order` is from 1 to [`LONGEST`].
pub(super) fn grams(words: &[u32], order: usize) -> Vec<Gram> {
    let gram = |window: &[u32]| window.iter().fold(0, |gram, &word| gram << 32 | Gram::from(word));
    let mut grams: Vec<Gram> = words.windows(order.clamp(1, LONGEST)).map(gram).collect();
    grams.sort_unstable();
    grams
}

/// Different n-grams of a sorted list, and how often each comes.
pub(super) fn counts(sorted: &[Gram]) -> impl Iterator<Item = (Gram, u64)> {
    sorted.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64))
}

/// How many n-grams two sorted lists share, each as often as the list that has fewer of it.
pub(super) fn common(first: &[Gram], second: &[Gram]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let (Some(a), Some(b)) = (first.get(i), second.get(j)) {
        common += usize::from(a == b);
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_common() {
        let mut numbers = Numbers::default();
        let first = grams(&numbers.of(["a", "b", "a", "b", "a"]), 2);
        let second = grams(&numbers.of(["b", "a", "b", "c"]), 2);
        assert_eq!(counts(&first).map(|(_, count)| count).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(common(&first, &second), 2);
        assert_eq!(grams(&numbers.of(["a"]), 2), [0; 0]);
    }
}
