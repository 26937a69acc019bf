//! The precompiled character map: which strings of a text become which others.
//!
//! A four-byte length, a double array of that many bytes in the layout of darts-clone, then the
//! replacements, each ended by a null byte, to which the values in the array point. Written by
//! sentencepiece's `Normalizer::EncodePrecompiledCharsMap`.

use crate::ModelError;

/// A unit of darts-clone's array, 32 bits: an inner unit has its label in the low byte and bit 31
/// clear; a leaf has bit 31 set and a value in the other bits.
#[derive(Clone, Copy)]
struct Unit(u32);

impl Unit {
    fn is_leaf(self) -> bool {
        self.0 >> 31 == 1
    }

    fn has_leaf(self) -> bool {
        self.0 >> 8 & 1 == 1
    }

    fn value(self) -> usize {
        (self.0 & 0x7FFF_FFFF) as usize
    }

    /// Bit 31 takes part, so that no byte equals the label of a leaf.
    fn label(self) -> u32 {
        self.0 & 0x8000_00FF
    }

    fn offset(self) -> usize {
        ((self.0 >> 10) << ((self.0 & 1 << 9) >> 6)) as usize
    }
}

/// The map; it may be empty.
pub(crate) struct CharacterMap {
    units: Vec<Unit>,
    replacements: Vec<u8>,
}

impl CharacterMap {
    /// Reads and checks a map as a model file has it; no bytes are the empty map.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let damaged = |problem| Err(ModelError::CharacterMap(problem));
        if bytes.is_empty() {
            return Ok(CharacterMap { units: Vec::new(), replacements: Vec::new() });
        }
        let Some((&length, rest)) = bytes.split_first_chunk() else {
            return damaged("it has no length");
        };
        let Some((array, replacements)) =
            rest.split_at_checked(u32::from_le_bytes(length) as usize)
        else {
            return damaged("its array is longer than the map");
        };
        if array.is_empty() || array.len() % 1024 != 0 {
            return damaged("its array is no multiple of 1024 bytes long");
        }
        if replacements.last() != Some(&0) {
            return damaged("its replacements do not end with a null byte");
        }
        let units = array.as_chunks().0.iter();
        let map = CharacterMap {
            units: units.map(|&unit| Unit(u32::from_le_bytes(unit))).collect(),
            replacements: replacements.to_vec(),
        };
        match map.is_consistent() {
            true => Ok(map),
            false => damaged("its array points outside itself or the replacements"),
        }
    }

    /// What darts-clone's `validate` asks: no step from any unit leads outside the array, every
    /// leaf points to a replacement.
    fn is_consistent(&self) -> bool {
        let Some(root) = self.units.first() else {
            return false;
        };
        root.label() == 0
            && !root.has_leaf()
            && root.offset() != 0
            && self.units.iter().enumerate().all(|(index, unit)| {
                if unit.is_leaf() {
                    return unit.value() < self.replacements.len();
                }
                let child = index ^ unit.offset();
                let leaf_is_leaf = |leaf: &Unit| !unit.has_leaf() || leaf.is_leaf();
                child | 0xFF < self.units.len() && self.units.get(child).is_some_and(leaf_is_leaf)
            })
    }

    /// The longest string in the map that `text` begins with: its length, which is above 0, and
    /// what replaces it.
    pub(crate) fn longest(&self, text: &[u8]) -> Option<(usize, &[u8])> {
        let mut node = self.units.first()?.offset();
        let mut longest = None;
        for (last, &byte) in text.iter().enumerate() {
            node ^= usize::from(byte);
            let unit = self.units.get(node)?;
            if unit.label() != u32::from(byte) {
                break;
            }
            node ^= unit.offset();
            if unit.has_leaf() {
                longest = Some((last + 1, self.units.get(node)?.value()));
            }
        }
        let (length, start) = longest?;
        let replacement = self.replacements.get(start..)?;
        let end = replacement.iter().position(|&byte| byte == 0)?;
        Some((length, &replacement[..end]))
    }

    /// Whether no string in the map has a space in it, and nothing is replaced by `space` or by two
    /// spaces in a row. May deny it of a map with units that cannot be reached.
    pub(crate) fn leaves_spaces(&self, space: &str) -> bool {
        let has_space_below = |(index, unit): (usize, &Unit)| {
            let child = (index ^ unit.offset()) ^ usize::from(b' ');
            !unit.is_leaf()
                && self.units.get(child).is_some_and(|unit| unit.label() == u32::from(b' '))
        };
        let has =
            |wanted: &[u8]| self.replacements.windows(wanted.len()).any(|part| part == wanted);
        !self.units.iter().enumerate().any(has_space_below) && !has(space.as_bytes()) && !has(b"  ")
    }

    /// For each ASCII character, whether it stays as it is when another ASCII character, or
    /// nothing, follows.
    pub(crate) fn plain(&self) -> [bool; 128] {
        let Some(root) = self.units.first() else {
            return [true; 128];
        };
        let step = |node: usize, byte: u8| {
            let child = node ^ usize::from(byte);
            let unit = self.units.get(child)?;
            (unit.label() == u32::from(byte)).then_some((child ^ unit.offset(), *unit))
        };
        std::array::from_fn(|byte| match step(root.offset(), byte as u8) {
            None => true,
            Some((node, unit)) => {
                !unit.has_leaf() && (0..128).all(|next| step(node, next).is_none())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map with one rule, "a" to "bc", built by hand: the root's children lie at 256 ^ byte;
    /// free units have the label of a byte that no text contains.
    fn one_rule() -> Vec<u8> {
        let mut units = vec![0xFEu32; 512];
        units[0] = 256 << 10;
        let child = 256 ^ usize::from(b'a');
        units[child] = u32::from(b'a') | 1 << 8 | 1 << 10;
        units[child ^ 1] = 1 << 31 | 1;
        let mut bytes = (units.len() as u32 * 4).to_le_bytes().to_vec();
        bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes.extend(b"\0bc\0");
        bytes
    }

    #[test]
    fn replaces_by_the_longest_rule() {
        let map = CharacterMap::parse(&one_rule()).unwrap();
        assert_eq!(map.longest(b"aa"), Some((1, b"bc".as_slice())));
        for text in [b"".as_slice(), b"b", b"\0a", b"\xe2"] {
            assert_eq!(map.longest(text), None);
        }
        let plain = map.plain();
        assert!(!plain[usize::from(b'a')] && plain[usize::from(b'b')]);
    }

    #[test]
    fn refuses_damage() {
        let whole = one_rule();
        assert!(CharacterMap::parse(&[]).is_ok());
        for length in 1..whole.len() {
            assert!(CharacterMap::parse(&whole[..length]).is_err(), "{length}");
        }
        for index in 0..whole.len() - 4 {
            let mut damaged = whole.clone();
            damaged[index] ^= 0xFF;
            if let Ok(map) = CharacterMap::parse(&damaged) {
                for byte in 0..=255 {
                    map.longest(&[byte, byte, b'a']);
                }
                map.plain();
            }
        }
    }
}
