//! The vocabulary of UTF-8 bytes, as ByT5's.

use crate::vocabulary::sentinel_name;
use std::borrow::Cow;

/// Ids 0 to 2 are special, 3 to 258 are the bytes, the rest are sentinels.
pub(crate) struct ByteVocabulary;

const SPECIAL: [&str; 3] = ["<pad>", "</s>", "<unk>"];

impl ByteVocabulary {
    pub(crate) const SENTINELS: u32 = 125;
    pub(crate) const SIZE: u32 = SPECIAL.len() as u32 + 256 + Self::SENTINELS;

    pub(crate) fn encode_into(text: &str, ids: &mut Vec<u32>) {
        ids.extend(text.bytes().map(|byte| u32::from(byte) + SPECIAL.len() as u32));
    }

    pub(crate) fn decode(ids: &[u32]) -> String {
        let mut bytes = Vec::new();
        for &id in ids {
            if let Some(byte) = byte_of(id) {
                bytes.push(byte);
            } else if (Self::SIZE - Self::SENTINELS..Self::SIZE).contains(&id) {
                bytes.extend(sentinel_name(Self::SIZE - 1 - id).into_bytes());
            }
        }
        bytes.utf8_chunks().map(|chunk| chunk.valid()).collect()
    }

    /// How a special id or a byte is written.
    pub(crate) fn piece(id: u32) -> Option<Cow<'static, str>> {
        match SPECIAL.get(id as usize) {
            Some(&name) => Some(name.into()),
            None => byte_of(id).map(|byte| format!("<0x{byte:02X}>").into()),
        }
    }
}

fn byte_of(id: u32) -> Option<u8> {
    u8::try_from(id.checked_sub(SPECIAL.len() as u32)?).ok()
}

#[cfg(test)]
mod tests {
    use crate::Vocabulary;

    /// As `ByT5Tokenizer` of transformers 5.23.0 gives them, less its end of sequence.
    #[test]
    fn same_ids_as_byt5() {
        let vocabulary = Vocabulary::bytes();
        let ids = [100, 198, 172, 243, 162, 155, 131];
        assert_eq!(vocabulary.encode("aé😀"), ids);
        assert_eq!(vocabulary.decode(&ids), "aé😀");
        assert_eq!(vocabulary.size(), 384);
        assert_eq!(vocabulary.piece(100).as_deref(), Some("<0x61>"));
    }

    #[test]
    fn decoding_leaves_out_what_spells_nothing() {
        let vocabulary = Vocabulary::bytes();
        let ids = [0, 100, 383, 198, 2, 101, 258, 999, 259, 1, 102];
        assert_eq!(vocabulary.decode(&ids), "a<extra_id_0>b<extra_id_124>");
    }
}
