//! The evaluation side: hashes of its texts and whose they are.

use super::words;

/// Texts of fewer words are not compared: they say nothing of where they come from.
pub const LEAST_WORDS: usize = 4;

/// What an entry takes, with its part of the filter: for bounding memory.
pub const ENTRY_BYTES: usize = 16 + 2;

/// Hashes with the numbers of their examples: sorted, behind a filter of 16 bits an entry that
/// tells of most hashes that they are not there with a single look at memory.
#[derive(Default)]
pub struct Index {
    entries: Vec<(u64, u32)>,
    filter: Vec<u64>,
    mask: u64,
}

impl Index {
    /// Adds an example's texts; gives whether any of them can be compared.
    pub fn add(&mut self, example: u32, texts: &[String], n: usize) -> bool {
        let mut words = Vec::new();
        let mut longest = Vec::new();
        let before = self.entries.len();
        for text in texts {
            words::hashes(text, &mut words);
            self.entries.extend(words::runs(&words, n).map(|hash| (hash, example)));
            if words.len() > longest.len() {
                longest.clone_from(&words);
            }
        }
        if before == self.entries.len() && longest.len() >= LEAST_WORDS.min(n) {
            self.entries.push((words::whole(&longest), example));
        }
        before < self.entries.len()
    }

    /// Number of hashes.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Makes it ready for [`find`](Self::find).
    pub fn finish(&mut self) {
        self.entries.sort_unstable();
        self.entries.dedup();
        let bits = (self.entries.len().max(4) * 16).next_power_of_two();
        self.filter = vec![0; bits / 64];
        self.mask = bits as u64 - 1;
        for (hash, _) in &self.entries {
            let bit = hash & self.mask;
            if let Some(word) = self.filter.get_mut((bit / 64) as usize) {
                *word |= 1 << (bit % 64);
            }
        }
    }

    /// Adds the examples that a training text overlaps with.
    pub fn find(&self, text: &str, n: usize, words: &mut Vec<u64>, found: &mut Vec<u32>) {
        words::hashes(text, words);
        let whole = (words.len() < n).then(|| words::whole(words));
        self.look_up(words::runs(words, n).chain(whole), found);
    }

    /// Adds the examples that a line of a training document equals as a whole; those that it has a
    /// run of words of are found with its document.
    pub fn find_line(&self, line: &str, n: usize, words: &mut Vec<u64>, found: &mut Vec<u32>) {
        words::first_hashes(line, n, words);
        let whole = (words.len() < n).then(|| words::whole(words));
        self.look_up(whole.into_iter(), found);
    }

    fn look_up(&self, hashes: impl Iterator<Item = u64>, found: &mut Vec<u32>) {
        for hash in hashes {
            let bit = hash & self.mask;
            let word = self.filter.get((bit / 64) as usize).copied().unwrap_or(0);
            if word >> (bit % 64) & 1 == 1 {
                let start = self.entries.partition_point(|&(other, _)| other < hash);
                let same = self.entries.iter().skip(start).take_while(|&&(other, _)| other == hash);
                found.extend(same.map(|&(_, example)| example));
            }
        }
    }
}
