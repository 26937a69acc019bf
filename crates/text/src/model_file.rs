//! A SentencePiece model written as a file, `ModelProto` of sentencepiece_model.proto.

use crate::model::{Kind, NormalizerSpec, Piece};

/// The bytes of a unigram `.model` file with T5's special ids. The same model gives the same bytes.
pub(crate) fn write(pieces: &[Piece], normalizer: &NormalizerSpec, byte_fallback: bool) -> Vec<u8> {
    let mut file = Vec::new();
    for piece in pieces {
        let mut message = Vec::new();
        bytes(&mut message, 1, piece.text.as_bytes());
        fixed32(&mut message, 2, piece.score.to_bits());
        integer(&mut message, 3, kind_number(piece.kind));
        bytes(&mut file, 1, &message);
    }

    let mut trainer = Vec::new();
    integer(&mut trainer, 3, 1);
    integer(&mut trainer, 4, pieces.len() as u64);
    integer(&mut trainer, 24, u64::from(normalizer.whitespace_as_suffix));
    integer(&mut trainer, 35, u64::from(byte_fallback));
    integer(&mut trainer, 40, 2);
    // There is no beginning of sequence: -1, in two's complement of 64 bits.
    integer(&mut trainer, 41, u64::MAX);
    integer(&mut trainer, 42, 1);
    integer(&mut trainer, 43, 0);
    for (field, piece) in [(48, 0), (47, 1), (45, 2)] {
        if let Some(piece) = pieces.get(piece) {
            bytes(&mut trainer, field, piece.text.as_bytes());
        }
    }
    bytes(&mut file, 2, &trainer);

    let mut spec = Vec::new();
    if !normalizer.character_map.is_empty() {
        bytes(&mut spec, 2, &normalizer.character_map);
    }
    integer(&mut spec, 3, u64::from(normalizer.add_dummy_prefix));
    integer(&mut spec, 4, u64::from(normalizer.remove_extra_whitespaces));
    integer(&mut spec, 5, u64::from(normalizer.escape_whitespaces));
    bytes(&mut file, 3, &spec);
    file
}

fn kind_number(kind: Kind) -> u64 {
    match kind {
        Kind::Normal => 1,
        Kind::Unknown => 2,
        Kind::Control => 3,
        Kind::UserDefined => 4,
        Kind::Unused => 5,
        Kind::Byte => 6,
    }
}

fn variable_length(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn integer(out: &mut Vec<u8>, field: u64, value: u64) {
    variable_length(out, field << 3);
    variable_length(out, value);
}

fn fixed32(out: &mut Vec<u8>, field: u64, bits: u32) {
    variable_length(out, field << 3 | 5);
    out.extend(bits.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    variable_length(out, field << 3 | 2);
    variable_length(out, value.len() as u64);
    out.extend(value);
}

#[cfg(test)]
mod tests {
    use crate::model::Model;

    /// What this crate reads of a model is all that it writes.
    #[test]
    fn what_is_written_is_read_again() {
        for file in [
            include_bytes!("../tests/golden/rules.model").as_slice(),
            include_bytes!("../tests/golden/fallback.model"),
            include_bytes!("../tests/golden/suffix.model"),
        ] {
            let mut model = Model::parse(file).unwrap();
            let written = super::write(&model.pieces, &model.normalizer, model.byte_fallback);
            let again = Model::parse(&written).unwrap();
            // What unknown characters decode to is not written.
            model.unknown_surface = again.unknown_surface.clone();
            assert_eq!(format!("{again:?}"), format!("{model:?}"));
        }
    }
}
