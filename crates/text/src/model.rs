//! A SentencePiece model as its file has it: `ModelProto` in sentencepiece_model.proto.

use crate::ModelError;
use crate::trie::ID_LIMIT;
use crate::wire::{Message, Value};
use std::collections::HashSet;

/// sentencepiece refuses longer ones.
const LONGEST_PIECE: usize = 7_999;

/// What a piece stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Unknown,
    Control,
    UserDefined,
    Unused,
    Byte,
}

/// One entry of the vocabulary; its id is its place in the list.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// Log probability under the unigram model.
    pub(crate) score: f32,
    pub(crate) kind: Kind,
}

/// How text is normalised before it is segmented.
#[derive(Clone, Debug)]
pub(crate) struct NormalizerSpec {
    pub(crate) character_map: Vec<u8>,
    pub(crate) add_dummy_prefix: bool,
    pub(crate) remove_extra_whitespaces: bool,
    pub(crate) escape_whitespaces: bool,
    pub(crate) whitespace_as_suffix: bool,
}

/// The parts of a model that encoding and decoding use.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) byte_fallback: bool,
    /// What an unknown piece decodes to.
    pub(crate) unknown_surface: String,
    pub(crate) normalizer: NormalizerSpec,
    pad: i32,
    eos: i32,
    unk: i32,
}

/// The defaults that sentencepiece_model.proto gives.
impl Default for Model {
    fn default() -> Self {
        Model {
            pieces: Vec::new(),
            byte_fallback: false,
            unknown_surface: " \u{2047} ".to_owned(),
            normalizer: NormalizerSpec {
                character_map: Vec::new(),
                add_dummy_prefix: true,
                remove_extra_whitespaces: true,
                escape_whitespaces: true,
                whitespace_as_suffix: false,
            },
            pad: -1,
            eos: 2,
            unk: 0,
        }
    }
}

impl Model {
    /// Reads the bytes of a `.model` file and checks all that sentencepiece checks, and that the
    /// special ids are T5's.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut model = Model::default();
        Message { bytes, offset: 0 }.fields(|number, value| {
            match (number, value) {
                (1, Value::Bytes(message)) => model.pieces.push(piece(message)?),
                (2, Value::Bytes(message)) => model.read_trainer(message)?,
                (3, Value::Bytes(message)) => model.read_normalizer(message)?,
                (5, Value::Bytes(message)) => refuse_denormalizer(message)?,
                _ => {}
            }
            Ok(())
        })?;
        model.check()?;
        Ok(model)
    }

    fn read_trainer(&mut self, message: Message<'_>) -> Result<(), ModelError> {
        message.fields(|number, value| {
            match (number, value) {
                (3, Value::Integer(kind)) if kind != 1 => {
                    return Err(ModelError::ModelType {
                        found: match kind {
                            2 => "bpe".to_owned(),
                            3 => "word".to_owned(),
                            4 => "char".to_owned(),
                            other => format!("number {other}"),
                        },
                    });
                }
                (24, Value::Integer(flag)) => self.normalizer.whitespace_as_suffix = flag != 0,
                (35, Value::Integer(flag)) => self.byte_fallback = flag != 0,
                (40, Value::Integer(id)) => self.unk = id as i32,
                (42, Value::Integer(id)) => self.eos = id as i32,
                (43, Value::Integer(id)) => self.pad = id as i32,
                (44, Value::Bytes(surface)) => self.unknown_surface = surface.text()?.to_owned(),
                _ => {}
            }
            Ok(())
        })
    }

    fn read_normalizer(&mut self, message: Message<'_>) -> Result<(), ModelError> {
        let spec = &mut self.normalizer;
        message.fields(|number, value| {
            match (number, value) {
                (2, Value::Bytes(map)) => spec.character_map = map.bytes.to_vec(),
                (3, Value::Integer(flag)) => spec.add_dummy_prefix = flag != 0,
                (4, Value::Integer(flag)) => spec.remove_extra_whitespaces = flag != 0,
                (5, Value::Integer(flag)) => spec.escape_whitespaces = flag != 0,
                _ => {}
            }
            Ok(())
        })
    }

    fn check(&self) -> Result<(), ModelError> {
        if !self.pieces.iter().any(|piece| piece.kind == Kind::Normal) {
            return Err(ModelError::Unusable("no SentencePiece model: it has no normal pieces"));
        }
        let kinds = [Kind::Control, Kind::Control, Kind::Unknown];
        let found = self.pieces.iter().map(|piece| piece.kind);
        if [self.pad, self.eos, self.unk] != [0, 1, 2] || !found.take(3).eq(kinds) {
            return Err(ModelError::SpecialIds { pad: self.pad, eos: self.eos, unk: self.unk });
        }
        if self.pieces.len() > ID_LIMIT as usize {
            return Err(ModelError::Unusable("it has more pieces than any vocabulary"));
        }
        let mut known = HashSet::with_capacity(self.pieces.len());
        for (id, piece) in self.pieces.iter().enumerate() {
            // Text never becomes a reserved piece, so that one may look like a piece of text.
            let reserved = matches!(piece.kind, Kind::Control | Kind::Unknown | Kind::Byte);
            let problem = match piece.kind {
                _ if piece.text.is_empty() => "it is empty",
                _ if piece.text.len() > LONGEST_PIECE => "it has 8,000 bytes or more",
                _ if piece.text.contains('\0') => "it contains the null character",
                _ if !known.insert((reserved, &piece.text)) => "it is defined twice",
                _ if !piece.score.is_finite() => "its score is not a number",
                Kind::Unknown if id != 2 => "a second unknown piece",
                Kind::Byte if !self.byte_fallback => {
                    "a byte piece, but the model does not fall back to bytes"
                }
                Kind::Byte if byte_of(&piece.text).is_none() => {
                    "a byte piece not named like <0x0A>"
                }
                _ => continue,
            };
            return Err(ModelError::Piece { id: id as u32, problem });
        }
        Ok(())
    }
}

/// The byte that a byte piece stands for: `<0x0A>` is 10.
pub(crate) fn byte_of(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("<0x")?.strip_suffix('>')?;
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    let is_number = digits.len() == 2 && digits.bytes().all(is_digit);
    u8::from_str_radix(digits, 16).ok().filter(|_| is_number)
}

fn piece(message: Message<'_>) -> Result<Piece, ModelError> {
    let mut piece = Piece { text: String::new(), score: 0.0, kind: Kind::Normal };
    message.fields(|number, value| {
        match (number, value) {
            (1, Value::Bytes(text)) => piece.text = text.text()?.to_owned(),
            (2, Value::Fixed32(bits)) => piece.score = f32::from_bits(bits),
            (3, Value::Integer(kind)) => {
                piece.kind = match kind {
                    1 => Kind::Normal,
                    2 => Kind::Unknown,
                    3 => Kind::Control,
                    4 => Kind::UserDefined,
                    5 => Kind::Unused,
                    6 => Kind::Byte,
                    // A value that the format's authors add later reads as the default, as
                    // protocol buffers have it.
                    _ => Kind::Normal,
                };
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(piece)
}

/// Text decoded with a denormalizer would differ from ours.
fn refuse_denormalizer(message: Message<'_>) -> Result<(), ModelError> {
    message.fields(|number, value| match (number, value) {
        (2, Value::Bytes(map)) if !map.bytes.is_empty() => Err(ModelError::Unusable(
            "a SentencePiece model with a denormalizer, which is not supported: train without \
             --denormalization_rule_tsv",
        )),
        _ => Ok(()),
    })
}
