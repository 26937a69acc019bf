//! The wire format of protocol buffers, as much as `tf.Example` needs.

/// The value of one field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// A variable-length integer.
    Integer(u64),
    /// Four bytes, little-endian.
    Fixed32([u8; 4]),
    /// Eight bytes, which no field of `tf.Example` has.
    Fixed64,
    /// A string, bytes, packed numbers or a message.
    Bytes(&'a [u8]),
}

/// The fields of a message, with their numbers, in order.
pub(super) fn fields(bytes: &[u8]) -> impl Iterator<Item = Result<(u64, Value<'_>), String>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = field(&mut rest);
        if field.is_none() {
            // What follows cannot be told apart any more.
            rest = &[];
        }
        Some(field.ok_or_else(|| "cut short or not a protocol buffer".to_owned()))
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let key = integer(rest)?;
    let value = match key & 7 {
        0 => Value::Integer(integer(rest)?),
        1 => take(rest, 8).map(|_| Value::Fixed64)?,
        2 => {
            let length = usize::try_from(integer(rest)?).ok()?;
            Value::Bytes(take(rest, length)?)
        }
        5 => Value::Fixed32(take(rest, 4)?.try_into().ok()?),
        _ => return None,
    };
    Some((key >> 3, value))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(head)
}

/// Takes one variable-length integer off the front.
pub(super) fn integer(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for (index, &byte) in rest.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte < 0x80 {
            *rest = &rest[index + 1..];
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the format's own documentation: 150 in field 1, "testing" in field 2.
    #[test]
    fn the_documented_examples_are_read() {
        let bytes = b"\x08\x96\x01\x12\x07testing\x1d\x01\x02\x03\x04";
        let read: Result<Vec<_>, _> = fields(bytes).collect();
        let expected = [
            (1, Value::Integer(150)),
            (2, Value::Bytes(b"testing")),
            (3, Value::Fixed32([1, 2, 3, 4])),
        ];
        assert_eq!(read.unwrap(), expected);
    }

    #[test]
    fn what_is_cut_or_malformed_is_refused() {
        let cases: [&[u8]; 5] = [
            b"\x08\x96",
            b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
            b"\x12\x07test",
            b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\x0b\x08\x01",
        ];
        for bytes in cases {
            let read: Vec<_> = fields(bytes).collect();
            assert!(read.len() == 1 && read[0].is_err(), "{bytes:x?} gave {read:?}");
        }
    }
}
