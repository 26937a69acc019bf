//! Which pieces begin at a place in a text: a trie in a double array (Aoe 1989).

/// No state, no piece.
const NONE: u32 = u32::MAX;

/// A trie over byte strings. A state is an index into one array; its child by byte `b` is at
/// `base + b`, if the unit there names the state as its parent. One step touches one unit, and a
/// unit holds all that segmentation needs of the piece that ends in it.
pub(crate) struct Trie {
    units: Vec<Unit>,
}

/// One state.
#[derive(Clone, Copy)]
struct Unit {
    base: u32,
    parent: u32,
    id: u32,
    score: f32,
}

const FREE: Unit = Unit { base: 0, parent: NONE, id: NONE, score: 0.0 };

/// A piece to be found in texts. `id` is anything below `u32::MAX`.
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
        let mut builder = Builder { units: vec![FREE; 512], search_from: 1 };
        // A state, the entries below it, and the length of the prefix that they share.
        let mut pending = vec![(0, entries.as_slice(), 0)];
        let mut children = Vec::new();
        while let Some((state, mut below, depth)) = pending.pop() {
            if let [first, rest @ ..] = below
                && first.bytes.len() == depth
            {
                let unit = &mut builder.units[state as usize];
                (unit.id, unit.score) = (first.id, first.score);
                below = rest;
            }
            children.clear();
            children.extend(below.chunk_by(|a, b| a.bytes[depth] == b.bytes[depth]));
            let base = builder.place(&children, depth);
            builder.units[state as usize].base = base;
            for child in &children {
                let index = base + u32::from(child[0].bytes[depth]);
                builder.units[index as usize].parent = state;
                pending.push((index, *child, depth + 1));
            }
        }
        Trie { units: builder.units }
    }

    /// The entries that `text` begins with, the shortest first: length, id and score.
    #[inline]
    pub(crate) fn prefixes(&self, text: &[u8]) -> impl Iterator<Item = (usize, u32, f32)> {
        let (mut state, mut base) = (0, self.units[0].base);
        text.iter()
            .map_while(move |&byte| {
                let index = base + u32::from(byte);
                let unit = self.units.get(index as usize)?;
                if unit.parent != state {
                    return None;
                }
                (state, base) = (index, unit.base);
                Some(*unit)
            })
            .enumerate()
            .filter(|(_, unit)| unit.id != NONE)
            .map(|(last, unit)| (last + 1, unit.id, unit.score))
    }
}

struct Builder {
    units: Vec<Unit>,
    /// Where to look for room first: before it nearly all is taken.
    search_from: usize,
}

impl Builder {
    /// A base at which the units of all children are free; the array grows to hold them. The
    /// search moves past regions that are nearly full, as the original Darts does, which keeps
    /// building linear in practice.
    fn place(&mut self, children: &[&[Entry<'_>]], depth: usize) -> u32 {
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
                self.units.resize(self.units.len() * 2, FREE);
            }
            if self.units[slot].parent != NONE {
                taken += 1;
            } else {
                let base = slot - first;
                let free = |child| self.units[base + byte(child)].parent == NONE;
                if children.iter().all(free) {
                    if taken * 20 >= (slot - start + 1) * 19 {
                        self.search_from = slot;
                    }
                    return base as u32;
                }
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
