//! Counting the words of a text in bounded memory.

use crate::normalizer::SPACE;
use std::collections::{BTreeMap, HashMap};

/// A part of a word, without characters that are not covered, and how often it occurs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fragment {
    pub(crate) text: Box<str>,
    pub(crate) count: u64,
}

/// How often each word occurs: lossy counting (Manku and Motwani 2002), so that the number of words
/// held is bounded; exact as long as the bound is not met.
pub(crate) struct WordCounts {
    counts: HashMap<Box<str>, u64>,
    limit: usize,
    total: u64,
    uncounted: u64,
}

impl WordCounts {
    pub(crate) fn new(limit: usize) -> Self {
        WordCounts { counts: HashMap::new(), limit, total: 0, uncounted: 0 }
    }

    /// Counts the words of a normalised text: each begins with [`SPACE`], but perhaps the first.
    pub(crate) fn add(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let next = rest[first.len_utf8()..].find(SPACE);
            let (word, after) = rest.split_at(next.map_or(rest.len(), |at| at + first.len_utf8()));
            rest = after;
            self.total += 1;
            match self.counts.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    if self.counts.len() >= self.limit {
                        self.drop_rarest();
                    }
                    self.counts.insert(word.into(), 1);
                }
            }
        }
    }

    /// Takes one from every count, and again, until half of the room is free.
    fn drop_rarest(&mut self) {
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        let middle = counts.len() / 2;
        let (_, &mut taken, _) = counts.select_nth_unstable(middle);
        self.counts.retain(|_, count| {
            *count = count.saturating_sub(taken);
            *count > 0
        });
        self.uncounted += taken;
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn different(&self) -> usize {
        self.counts.len()
    }

    /// By how much a count may be too low.
    pub(crate) fn uncounted(&self) -> u64 {
        self.uncounted
    }

    /// The words in order, cut where a character is not covered, and the covered characters, the
    /// most frequent first: as many as make up `coverage` of all.
    pub(crate) fn fragments(self, coverage: f64) -> (Vec<Fragment>, Vec<(String, u64)>) {
        let mut characters = BTreeMap::new();
        for (word, count) in &self.counts {
            for character in word.chars() {
                *characters.entry(character).or_insert(0) += count;
            }
        }
        // No model may have a piece with it.
        characters.remove(&'\0');
        let total: u64 = characters.values().sum();
        let mut characters: Vec<(char, u64)> = characters.into_iter().collect();
        characters.sort_by_key(|&(character, count)| (std::cmp::Reverse(count), character));
        let mut covered = 0;
        let enough = |covered: u64| covered as f64 >= coverage * total as f64;
        let kept = characters.iter().take_while(|(_, count)| {
            let more = !enough(covered);
            covered += count;
            more
        });
        let kept = kept.count();
        characters.truncate(kept);
        let mut sorted: Vec<char> = characters.iter().map(|&(character, _)| character).collect();
        sorted.sort_unstable();
        let mut fragments = BTreeMap::new();
        for (word, count) in self.counts {
            let is_uncovered = |character| sorted.binary_search(&character).is_err();
            for part in word.split(is_uncovered).filter(|part| !part.is_empty()) {
                *fragments.entry(Box::from(part)).or_insert(0) += count;
            }
        }
        let fragments = fragments.into_iter().map(|(text, count)| Fragment { text, count });
        let text = characters.into_iter().map(|(character, count)| (character.to_string(), count));
        (fragments.collect(), text.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(text: &str, count: u64) -> Fragment {
        Fragment { text: text.into(), count }
    }

    #[test]
    fn counts_words_and_covers_characters() {
        let mut counts = WordCounts::new(100);
        counts.add("▁ab▁ab▁axb");
        counts.add("▁ab▁");
        let (fragments, characters) = counts.fragments(0.9);
        let expected = [("▁", 1), ("▁a", 1), ("▁ab", 3), ("b", 1)];
        let expected = [
            fragment("b", expected[3].1),
            fragment("▁", expected[0].1),
            fragment("▁a", expected[1].1),
            fragment("▁ab", expected[2].1),
        ];
        assert_eq!(fragments, expected);
        assert_eq!(characters.iter().map(|(text, _)| &**text).collect::<String>(), "▁ab");
    }

    /// The promise of lossy counting.
    #[test]
    fn counts_are_too_low_by_no_more_than_is_said() {
        let mut counts = WordCounts::new(50);
        for round in 0..400 {
            counts.add(&format!("▁often▁rare{round}▁often▁second"));
        }
        assert!(counts.different() <= 50 && counts.uncounted() > 0);
        let often = counts.counts["▁often"];
        assert!(often <= 800 && often + counts.uncounted() >= 800);
    }
}
