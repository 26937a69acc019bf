//! `tf.Example`: a map from names to lists of bytes, floats or integers.

use super::wire::{Value as Wire, fields, integer};
use crate::number;
use crate::rows::Row;
use serde_json::Value;

/// The row that a message holds.
///
/// # Errors
/// When the bytes are no `tf.Example`.
pub(super) fn row(message: &[u8]) -> Result<Row, String> {
    read(message).map_err(|reason| format!("no tf.Example: {reason}"))
}

fn read(message: &[u8]) -> Result<Row, String> {
    let mut row = Row::new();
    // Example { features = 1 }, Features { feature = 1 }, an entry of a map { key = 1, value = 2 }
    for features in messages(message, 1) {
        for entry in messages(features?, 1) {
            let entry = entry?;
            let mut name = "";
            let mut feature: &[u8] = &[];
            for field in fields(entry) {
                match field? {
                    (1, Wire::Bytes(bytes)) => {
                        name = std::str::from_utf8(bytes)
                            .map_err(|_| "the name of a feature is not UTF-8".to_owned())?;
                    }
                    (2, Wire::Bytes(bytes)) => feature = bytes,
                    _ => {}
                }
            }
            if let Some(value) = value(feature)? {
                row.insert(name.to_owned(), value);
            }
        }
    }
    Ok(row)
}

/// The messages in field `number`; other fields are passed over, as protocol buffers have it.
fn messages(message: &[u8], number: u64) -> impl Iterator<Item = Result<&[u8], String>> {
    fields(message).filter_map(move |field| match field {
        Ok((n, Wire::Bytes(bytes))) if n == number => Some(Ok(bytes)),
        Ok((n, _)) if n == number => Some(Err(format!("field {n} is no message"))),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// The value of a feature; `None` where it is bytes that are not UTF-8.
fn value(feature: &[u8]) -> Result<Option<Value>, String> {
    let mut values = Vec::new();
    for field in fields(feature) {
        let (kind, Wire::Bytes(list)) = field? else { continue };
        for item in fields(list) {
            let (1, item) = item? else { continue };
            match (kind, item) {
                (1, Wire::Bytes(bytes)) => match std::str::from_utf8(bytes) {
                    Ok(text) => values.push(Value::from(text)),
                    Err(_) => return Ok(None),
                },
                (2, Wire::Fixed32(bytes)) => values.push(number::float(f32::from_le_bytes(bytes))),
                (2, Wire::Bytes(packed)) => {
                    let (words, rest) = packed.as_chunks::<4>();
                    if !rest.is_empty() {
                        return Err("a list of floats is cut short".to_owned());
                    }
                    values
                        .extend(words.iter().map(|&word| number::float(f32::from_le_bytes(word))));
                }
                (3, Wire::Integer(bits)) => values.push(Value::from(bits as i64)),
                (3, Wire::Bytes(mut packed)) => {
                    while !packed.is_empty() {
                        let bits = integer(&mut packed)
                            .ok_or_else(|| "a list of integers is cut short".to_owned())?;
                        values.push(Value::from(bits as i64));
                    }
                }
                _ => return Err("a feature has values of another type than its list".to_owned()),
            }
        }
    }
    Ok(Some(match values.len() {
        1 => values.remove(0),
        _ => Value::Array(values),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        // Lengths of up to 14 bits.
        let length = [bytes.len() as u8 | 0x80, (bytes.len() >> 7) as u8];
        [&[number << 3 | 2], &length[..], bytes].concat()
    }

    fn example(features: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let entries = features.iter().flat_map(|(name, feature)| {
            field(1, &[field(1, name.as_bytes()), field(2, feature)].concat())
        });
        field(1, &entries.collect::<Vec<_>>())
    }

    #[test]
    fn lists_of_one_are_scalars() {
        let strings = |texts: &[&[u8]]| {
            field(1, &texts.iter().flat_map(|text| field(1, text)).collect::<Vec<_>>())
        };
        let message = example(&[
            ("one", strings(&[b"x"])),
            ("two", strings(&["\u{e9}".as_bytes(), b""])),
            ("none", strings(&[])),
            ("unset", vec![]),
            ("binary", strings(&[b"x", b"\xFF"])),
            ("packed", field(3, &field(1, &[1, 0xAC, 2]))),
            ("unpacked", field(3, &[8, 7, 8, 9])),
            ("negative", field(3, &field(1, &[255, 255, 255, 255, 255, 255, 255, 255, 255, 1]))),
            ("float", field(2, &field(1, &0.1f32.to_le_bytes()))),
            ("nan", field(2, &[&[13], &f32::NAN.to_le_bytes()[..]].concat())),
        ]);
        let expected = serde_json::json!({
            "one": "x", "two": ["\u{e9}", ""], "none": [], "unset": [], "packed": [1, 300],
            "unpacked": [7, 9], "negative": -1, "float": 0.1, "nan": null,
        });
        assert_eq!(Value::Object(row(&message).unwrap()), expected);
    }

    #[test]
    fn other_messages_are_no_example() {
        assert_eq!(row(b""), Ok(Row::new()));
        let cases = [
            b"\x0A\x05ab".to_vec(),
            vec![8, 1],
            example(&[("a", field(3, &field(1, &[0x80])))]),
            example(&[("a", field(2, &field(1, &[0; 5])))]),
            example(&[("a", field(1, &[8, 1]))]),
        ];
        for message in cases {
            assert!(row(&message).unwrap_err().starts_with("no tf.Example: "), "{message:x?}");
        }
    }
}
