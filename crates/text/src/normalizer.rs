//! Text to the form that is segmented: sentencepiece's `normalizer.cc`, rule for rule.

use crate::ModelError;
use crate::charsmap::CharacterMap;
use crate::model::NormalizerSpec;
use crate::trie::{Entry, Trie};

/// What stands for a space in pieces, U+2581.
pub(crate) const SPACE: &str = "\u{2581}";

pub(crate) struct Normalizer {
    map: CharacterMap,
    /// User-defined pieces: they are taken as they are.
    user_defined: Trie,
    /// ASCII characters that are copied when ASCII, or nothing, follows. Most text is that.
    plain: [bool; 128],
    space: &'static str,
    spec: NormalizerSpec,
}

impl Normalizer {
    /// The normaliser that `spec` describes, for a model with these user-defined pieces.
    pub(crate) fn new(
        spec: NormalizerSpec,
        user_defined: Vec<Entry<'_>>,
    ) -> Result<Self, ModelError> {
        let map = CharacterMap::parse(&spec.character_map)?;
        let mut plain = map.plain();
        let first_bytes = user_defined.iter().map(|entry| entry.bytes[0]);
        for byte in first_bytes.chain([b' ']) {
            if let Some(flag) = plain.get_mut(usize::from(byte)) {
                *flag = false;
            }
        }
        Ok(Normalizer {
            map,
            user_defined: Trie::new(user_defined),
            plain,
            space: if spec.escape_whitespaces { SPACE } else { " " },
            spec,
        })
    }

    pub(crate) fn spec(&self) -> &NormalizerSpec {
        &self.spec
    }

    /// Whether sentencepiece's decoding takes the space before the first word away.
    pub(crate) fn strips_first_space(&self) -> bool {
        self.spec.add_dummy_prefix || self.spec.remove_extra_whitespaces
    }

    /// Whether it takes away all leading spaces.
    pub(crate) fn removes_extra_whitespaces(&self) -> bool {
        self.spec.remove_extra_whitespaces
    }

    /// Whether the normal form of a text is that of the parts between its spaces, one after the
    /// other. It holds of parts without [`SPACE`] in them.
    pub(crate) fn works_word_by_word(&self) -> bool {
        let spec = &self.spec;
        spec.add_dummy_prefix
            && spec.remove_extra_whitespaces
            && spec.escape_whitespaces
            && !spec.whitespace_as_suffix
            && self.map.leaves_spaces(SPACE)
    }

    /// Replaces the contents of `normalized` by the normal form of `text`. It is UTF-8 unless the
    /// model's character map is malicious.
    pub(crate) fn normalize(&self, text: &str, normalized: &mut Vec<u8>) {
        normalized.clear();
        let remove_extra = self.spec.remove_extra_whitespaces;
        let mut position = 0;
        if remove_extra {
            while let Some((b" ", length)) = self.prefix(text, position) {
                position += length;
            }
        }
        if position == text.len() {
            return;
        }
        let space = self.space.as_bytes();
        let dummy = self.spec.add_dummy_prefix;
        if dummy && !self.spec.whitespace_as_suffix {
            normalized.extend_from_slice(space);
        }
        let mut after_space = remove_extra;
        loop {
            let run = self.plain_run(&text.as_bytes()[position..]);
            if !run.is_empty() {
                normalized.extend_from_slice(run);
                position += run.len();
                after_space = false;
            }
            let Some((mut replacement, length)) = self.prefix(text, position) else {
                break;
            };
            position += length;
            while after_space && let [b' ', rest @ ..] = replacement {
                replacement = rest;
            }
            let Some(&last) = replacement.last() else {
                // Nothing was added, so a space before is still the last thing.
                continue;
            };
            for &byte in replacement {
                match byte {
                    b' ' => normalized.extend_from_slice(space),
                    byte => normalized.push(byte),
                }
            }
            after_space = remove_extra && last == b' ';
        }
        if remove_extra {
            while normalized.ends_with(space) {
                normalized.truncate(normalized.len() - space.len());
            }
        }
        if dummy && self.spec.whitespace_as_suffix {
            normalized.extend_from_slice(space);
        }
    }

    /// The longest start of `bytes` that is copied character by character.
    fn plain_run<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let is_plain = |&byte: &u8| *self.plain.get(usize::from(byte)).unwrap_or(&false);
        let length = bytes.iter().take_while(|byte| is_plain(byte)).count();
        match bytes.get(length) {
            // The last one may combine with what follows, as a letter does with an accent.
            Some(next) if !next.is_ascii() => &bytes[..length.saturating_sub(1)],
            _ => &bytes[..length],
        }
    }

    /// The normal form of the shortest unit at `position`, and that unit's length; none at the
    /// end of the text.
    fn prefix<'a>(&'a self, text: &'a str, position: usize) -> Option<(&'a [u8], usize)> {
        let rest = &text.as_bytes()[position..];
        let first = *rest.first()?;
        if let Some((length, ..)) = self.user_defined.prefixes(rest).last() {
            return Some((&rest[..length], length));
        }
        if let Some((length, replacement)) = self.map.longest(rest) {
            return Some((replacement, length));
        }
        if !text.is_char_boundary(position) {
            // A rule that ends inside a character leaves its other bytes over.
            return Some(("\u{FFFD}".as_bytes(), 1));
        }
        let length = character_length(first).min(rest.len());
        Some((&rest[..length], length))
    }
}

/// How many bytes the UTF-8 character has that begins with `first`, as sentencepiece counts; 1
/// for what begins none.
pub(crate) fn character_length(first: u8) -> usize {
    match first {
        0xF0.. => 4,
        0xE0.. => 3,
        0xC0.. => 2,
        _ => 1,
    }
}
