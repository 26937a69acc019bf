//! Which pieces begin at a place in a text: a trie in a double array (Aoe 1989).

use std::collections::VecDeque;

/// A trie over byte strings. A state is an index into one array; its child by byte `b` is at
/// `base + b`, if the unit there has the label `b`: no two states have one base. One step touches
/// one unit, and units are small, so that those in use stay in the cache.
pub(crate) struct Trie {
    units: Vec<Unit>,
    /// By id.
    scores: Vec<f32>,
}

/// One state: its base, the byte that leads to it, and the piece that ends in it.
#[derive(Clone, Copy)]
struct Unit {
    base: u32,
    /// The label in the low 9 bits, the id above.
    label_and_id: u32,
}

/// The label of a unit that no byte leads to.
const NO_LABEL: u32 = 256;
const LABEL_BITS: u32 = 9;
/// In place of an id, where no piece ends.
const NO_ID: u32 = u32::MAX >> LABEL_BITS;
/// Ids must be below.
pub(crate) const ID_LIMIT: u32 = NO_ID;

const FREE: Unit = Unit { base: 0, label_and_id: NO_ID << LABEL_BITS | NO_LABEL };

impl Unit {
    fn label(self) -> u32 {
        self.label_and_id & ((1 << LABEL_BITS) - 1)
    }

    fn id(self) -> u32 {
        self.label_and_id >> LABEL_BITS
    }

    fn is_free(self) -> bool {
        self.label() == NO_LABEL
    }

    fn set_label(&mut self, byte: u8) {
        self.label_and_id = self.id() << LABEL_BITS | u32::from(byte);
    }

    fn set_id(&mut self, id: u32) {
        self.label_and_id = id << LABEL_BITS | self.label();
    }
}

/// A piece to be found in texts. `id` is below [`ID_LIMIT`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) id: u32,
    pub(crate) score: f32,
}

impl Trie {
    /// The trie of `entries`, whose bytes must differ and not be empty.
    pub(crate) fn new(mut entries: Vec<Entry<'_>>) -> Self {
        entries.sort_unstable_by_key(|entry| entry.bytes);
        let mut builder = Builder::new();
        // A state, the entries below it, and the length of the prefix that they share. The states
        // nearest to the root, which are used most, come to lie together.
        let mut pending = VecDeque::from([(0, entries.as_slice(), 0)]);
        let mut children = Vec::new();
        while let Some((state, mut below, depth)) = pending.pop_front() {
            if let [first, rest @ ..] = below
                && first.bytes.len() == depth
            {
                builder.units[state].set_id(first.id);
                below = rest;
            }
            children.clear();
            children.extend(below.chunk_by(|a, b| a.bytes[depth] == b.bytes[depth]));
            let base = builder.place(&children, depth);
            builder.units[state].base = base as u32;
            for child in &children {
                let byte = child[0].bytes[depth];
                let index = base + usize::from(byte);
                builder.units[index].set_label(byte);
                pending.push_back((index, *child, depth + 1));
            }
        }
        let ids = entries.iter().map(|entry| entry.id as usize + 1).max();
        let mut scores = vec![0.0; ids.unwrap_or(0)];
        for entry in entries {
            scores[entry.id as usize] = entry.score;
        }
        Trie { units: builder.units, scores }
    }

    /// The entries that `text` begins with, the shortest first: length, id and score.
    #[inline]
    pub(crate) fn prefixes(&self, text: &[u8]) -> impl Iterator<Item = (usize, u32, f32)> {
        let mut base = self.units[0].base;
        text.iter()
            .map_while(move |&byte| {
                let unit = self.units.get(base as usize + usize::from(byte))?;
                base = unit.base;
                (unit.label() == u32::from(byte)).then_some(unit.id())
            })
            .enumerate()
            .filter(|&(_, id)| id != NO_ID)
            .map(|(last, id)| (last + 1, id, self.scores[id as usize]))
    }
}

struct Builder {
    units: Vec<Unit>,
    /// For each index, whether it is the base of a state.
    is_base: Vec<bool>,
    /// Where to look for room first: before it nearly all is taken.
    search_from: usize,
}

impl Builder {
    fn new() -> Self {
        // The root is at 0 and base 0 that of states without children: what would be the child of
        // one by byte `b` is at `b`, where no unit has the label `b`, as all bases are above 0.
        Builder { units: vec![FREE; 512], is_base: vec![false; 512], search_from: 1 }
    }

    /// A base of its own at which the units of all children are free; the array grows to hold
    /// them. The search moves past regions that are nearly full, as the original Darts does, which
    /// keeps building linear in practice.
    fn place(&mut self, children: &[&[Entry<'_>]], depth: usize) -> usize {
        let byte = |child: &&[Entry<'_>]| usize::from(child[0].bytes[depth]);
        let Some(first) = children.first().map(byte) else {
            return 0;
        };
        let start = self.search_from.max(first + 1);
        let mut taken = 0;
        let mut slot = start;
        loop {
            // Room for every byte at the base, so that the loop below stays inside.
            if slot + 256 >= self.units.len() {
                let length = self.units.len() * 2;
                self.units.resize(length, FREE);
                self.is_base.resize(length, false);
            }
            let base = slot - first;
            if !self.units[slot].is_free() {
                taken += 1;
            } else if !self.is_base[base]
                && children.iter().all(|child| self.units[base + byte(child)].is_free())
            {
                if taken * 20 >= (slot - start + 1) * 19 {
                    self.search_from = slot;
                }
                self.is_base[base] = true;
                return base;
            }
            slot += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        /// Against the definition: every entry that is a prefix, by length.
        #[test]
        fn finds_all_prefixes(
            keys in proptest::collection::btree_set("[abcé]{1,5}", 0..60),
            text in "[abcé]{0,8}",
        ) {
            let keys: BTreeSet<String> = keys;
            let entries = keys.iter().enumerate().map(|(id, key)| Entry {
                bytes: key.as_bytes(),
                id: id as u32,
                score: -(id as f32),
            });
            let trie = Trie::new(entries.clone().collect());
            let mut expected: Vec<_> = entries
                .filter(|entry| text.as_bytes().starts_with(entry.bytes))
                .map(|entry| (entry.bytes.len(), entry.id, entry.score))
                .collect();
            expected.sort_by_key(|&(length, ..)| length);
            let found: Vec<_> = trie.prefixes(text.as_bytes()).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn nothing_begins_with_an_entry_of_no_trie() {
        assert_eq!(Trie::new(Vec::new()).prefixes(b"\0abc").count(), 0);
    }
}
