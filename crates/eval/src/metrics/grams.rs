//! N-grams of words as numbers, which sort and compare fast.

use foldhash::fast::RandomState;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::Hash;

/// The longest n-grams there are.
pub(super) const LONGEST: usize = 4;

/// Bits of a word's number.
const BITS: usize = 32;

/// Up to four words, told apart by their numbers. N-grams of different lengths are not to be
/// compared.
pub(super) type Gram = u128;

/// Gives every word a number from 1, the same to equal words.
pub(super) struct Numbers<W>(HashMap<W, u32, RandomState>);

impl<W> Default for Numbers<W> {
    fn default() -> Self {
        // A sentence's worth.
        Numbers(HashMap::with_capacity_and_hasher(48, RandomState::default()))
    }
}

impl<W: Eq + Hash> Numbers<W> {
    /// The numbers of words in their order.
    pub fn of(&mut self, words: impl IntoIterator<Item = W>) -> Vec<u32> {
        let number = |word| {
            let next = self.0.len() as u32 + 1;
            *self.0.entry(word).or_insert(next)
        };
        words.into_iter().map(number).collect()
    }

    /// One more than the greatest number.
    pub fn end(&self) -> usize {
        self.0.len() + 1
    }
}

/// The n-grams of a text, or of several together.
pub(super) struct Grams {
    /// The four words from each place on, with 0 behind the end. In their order, shorter n-grams are
    /// in order, too.
    sorted: Vec<Gram>,
}

impl Grams {
    /// The n-grams of each of some texts.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a Vec<u32>>) -> Self {
        let mut sorted = Vec::new();
        for words in texts {
            // From the end: a word in front pushes the fifth out.
            let mut gram: Gram = 0;
            sorted.extend(words.iter().rev().map(|&word| {
                gram = gram >> BITS | Gram::from(word) << ((LONGEST - 1) * BITS);
                gram
            }));
        }
        sorted.sort_unstable();
        Grams { sorted }
    }

    /// The different n-grams of a length from 1 to [`LONGEST`] in order, and how often each comes.
    pub fn counts(&self, order: usize) -> impl Iterator<Item = (Gram, u64)> {
        let cut = cut(order);
        let equal = self.sorted.chunk_by(move |a, b| a >> cut == b >> cut);
        equal.map(move |equal| (equal[0] >> cut, equal.len() as u64)).filter(is_whole)
    }

    /// How many n-grams of a length two texts share, each as often as the one that has fewer of it.
    pub fn common(&self, other: &Self, order: usize) -> usize {
        let cut = cut(order);
        let (mut first, mut second) = (self.sorted.iter(), other.sorted.iter());
        let mut next = (first.next(), second.next());
        let mut common = 0;
        while let (Some(a), Some(b)) = next {
            match (a >> cut).cmp(&(b >> cut)) {
                Ordering::Less => next.0 = first.next(),
                Ordering::Greater => next.1 = second.next(),
                Ordering::Equal => {
                    common += usize::from(is_whole(&(a >> cut, 1)));
                    next = (first.next(), second.next());
                }
            }
        }
        common
    }
}

/// How many words two texts share, each as often as the text that has fewer of it; all numbers are
/// below `end`.
pub(super) fn common_words(first: &[u32], second: &[u32], end: usize) -> usize {
    let mut left = vec![0u32; end];
    for &word in first {
        left[word as usize] += 1;
    }
    let mut found = |&&word: &&u32| {
        let left = &mut left[word as usize];
        *left > 0 && {
            *left -= 1;
            true
        }
    };
    second.iter().filter(|word| found(word)).count()
}

/// How many bits stand behind the first `order` words.
fn cut(order: usize) -> usize {
    (LONGEST - order.clamp(1, LONGEST)) * BITS
}

/// Whether the last word stands before the text's end.
fn is_whole(&(gram, _): &(Gram, u64)) -> bool {
    gram as u32 != 0
}

/// Number of n-grams of a length in a text.
pub(super) fn number(words: &[u32], order: usize) -> usize {
    (words.len() + 1).saturating_sub(order.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_common() {
        let mut numbers = Numbers::default();
        let (first, second) =
            (numbers.of(["a", "b", "a", "b", "a"]), numbers.of(["b", "a", "b", "c"]));
        let grams = |words| Grams::new([words]);
        let counts = |order| grams(&first).counts(order).map(|(_, n)| n).collect::<Vec<_>>();
        assert_eq!([1, 2, 3, 4].map(counts), [vec![3, 2], vec![2, 2], vec![2, 1], vec![1, 1]]);
        let common = |order| grams(&first).common(&grams(&second), order);
        assert_eq!([1, 2, 3, 4].map(common), [3, 2, 1, 0]);
        assert_eq!(common_words(&first, &second, numbers.end()), 3);
        assert_eq!([1, 2, 4].map(|order| number(&first, order)), [5, 4, 2]);
        let both = Grams::new([&first, &second]);
        assert_eq!(both.counts(2).map(|(_, n)| n).sum::<u64>(), 7);
        assert_eq!(grams(&numbers.of(["a"])).counts(2).count(), 0);
        assert_eq!((numbers.end(), number(&[], 1)), (4, 0));
    }
}
