//! The wire format of protocol buffers, as much as reading one message takes.

use crate::ModelError;

/// The value of one field.
pub(crate) enum Value<'a> {
    /// A variable-length integer: also enumerations, booleans and signed numbers.
    Integer(u64),
    /// Four bytes, little-endian.
    Fixed32(u32),
    /// Eight bytes; no field that is read here has them.
    Fixed64,
    /// A string, bytes or a message.
    Bytes(Message<'a>),
}

/// The bytes of a message, or of a string, and where they stand in the file.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) offset: usize,
}

impl<'a> Message<'a> {
    /// Calls `visit` with the number and value of each field, in the order of the file. Nothing is
    /// copied, so a length in the file never decides how much memory is taken.
    pub(crate) fn fields(
        self,
        mut visit: impl FnMut(u64, Value<'a>) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        let mut rest = self;
        while !rest.bytes.is_empty() {
            let key = rest.integer()?;
            let value = match key & 7 {
                0 => Value::Integer(rest.integer()?),
                1 => {
                    rest.take(8)?;
                    Value::Fixed64
                }
                2 => {
                    let length = rest.integer()?;
                    Value::Bytes(rest.take(usize::try_from(length).unwrap_or(usize::MAX))?)
                }
                5 => {
                    let mut word = [0; 4];
                    word.copy_from_slice(rest.take(4)?.bytes);
                    Value::Fixed32(u32::from_le_bytes(word))
                }
                _ => return Err(rest.malformed("a field of a known wire type")),
            };
            visit(key >> 3, value)?;
        }
        Ok(())
    }

    /// The bytes as text.
    pub(crate) fn text(self) -> Result<&'a str, ModelError> {
        std::str::from_utf8(self.bytes).map_err(|_| self.malformed("UTF-8 text"))
    }

    fn malformed(self, expected: &'static str) -> ModelError {
        ModelError::Malformed { offset: self.offset, expected }
    }

    fn take(&mut self, length: usize) -> Result<Message<'a>, ModelError> {
        let Some((head, tail)) = self.bytes.split_at_checked(length) else {
            return Err(self.malformed("more bytes than the file has"));
        };
        let taken = Message { bytes: head, offset: self.offset };
        self.bytes = tail;
        self.offset += length;
        Ok(taken)
    }

    fn integer(&mut self) -> Result<u64, ModelError> {
        let mut value = 0;
        for (index, &byte) in self.bytes.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7F) << (7 * index);
            if byte < 0x80 {
                self.take(index + 1)?;
                return Ok(value);
            }
        }
        Err(self.malformed("an integer of at most ten bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u64, String)>, ModelError> {
        let mut seen = Vec::new();
        Message { bytes, offset: 0 }.fields(|number, value| {
            seen.push((
                number,
                match value {
                    Value::Integer(v) => format!("{v}"),
                    Value::Fixed32(v) => format!("{v:#x}"),
                    Value::Fixed64 => "fixed64".to_owned(),
                    Value::Bytes(message) => message.text()?.to_owned(),
                },
            ));
            Ok(())
        })?;
        Ok(seen)
    }

    /// The examples of the format's own documentation: 150 in field 1, "testing" in field 2.
    #[test]
    fn reads_the_documented_examples() {
        let bytes = b"\x08\x96\x01\x12\x07testing\x1d\x01\x02\x03\x04";
        let expected = [(1, "150"), (2, "testing"), (3, "0x4030201")];
        assert_eq!(
            read(bytes).unwrap(),
            expected.map(|(number, value)| (number, value.to_owned()))
        );
    }

    #[test]
    fn refuses_what_is_cut_or_malformed() {
        let cases: [(&[u8], usize); 5] = [
            (b"\x08\x96", 1),
            (b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 1),
            (b"\x12\x07test", 2),
            (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11),
            (b"\x0b\x08\x01", 1),
        ];
        for (bytes, at) in cases {
            match read(bytes) {
                Err(ModelError::Malformed { offset, .. }) => assert_eq!(offset, at, "{bytes:x?}"),
                other => panic!("{bytes:x?} gave {other:?}"),
            }
        }
    }
}
