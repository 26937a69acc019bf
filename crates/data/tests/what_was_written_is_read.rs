//! What any writer wrote, the reader returns: all text, in every format and compression.

mod support;

use ext5_data::{Format, Row, Rows, Tolerance};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;

/// Text with what separates, quotes and ends things in it.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{0,8}".boxed(),
        1 => Just("\"".to_owned()).boxed(),
        1 => Just(",".to_owned()).boxed(),
        1 => Just("\t".to_owned()).boxed(),
        1 => Just("\n".to_owned()).boxed(),
        1 => Just("\r\n".to_owned()).boxed(),
        1 => "\\PC{1,3}".boxed(),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn table() -> impl Strategy<Value = Vec<[String; 3]>> {
    vec([text(), text(), text()], 1..20)
}

const COLUMNS: [&str; 3] = ["id", "some text", "naïve"];

fn expected(table: &[[String; 3]]) -> Vec<Row> {
    let row = |fields: &[String; 3]| {
        COLUMNS
            .iter()
            .zip(fields)
            .map(|(name, text)| (name.to_string(), Value::from(text.clone())))
            .collect()
    };
    table.iter().map(row).collect()
}

#[derive(Clone, Copy, Debug)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

/// Compressed in pieces, as appending to a file and parallel compressors do.
fn compress(bytes: &[u8], compression: Compression, piece: usize) -> Vec<u8> {
    let pieces = bytes.chunks(piece.max(1));
    match compression {
        Compression::None => bytes.to_vec(),
        Compression::Gzip => pieces
            .flat_map(|piece| {
                let mut writer =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                writer.write_all(piece).unwrap();
                writer.finish().unwrap()
            })
            .collect(),
        Compression::Zstd => pieces.flat_map(|piece| zstd::encode_all(piece, 1).unwrap()).collect(),
    }
}

fn compression() -> impl Strategy<Value = (Compression, usize)> {
    let kind =
        prop_oneof![Just(Compression::None), Just(Compression::Gzip), Just(Compression::Zstd)];
    (kind, 1..500usize)
}

fn read(format: Format, bytes: &[u8]) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, bytes).unwrap();
    let rows = Rows::new(format, vec![path], Tolerance::NONE);
    rows.map(|row| row.unwrap().row).collect()
}

/// Writes a table as the csv crates do.
fn csv(table: &[[String; 3]]) -> Vec<u8> {
    let mut core = csv_core::Writer::new();
    let mut out = Vec::new();
    let header = COLUMNS.map(str::to_owned);
    for fields in std::iter::once(&header).chain(table) {
        for (index, text) in fields.iter().enumerate() {
            let mut buffer = vec![0; 2 * text.len() + 8];
            let mut written = 0;
            if index > 0 {
                written += core.delimiter(&mut buffer).1;
            }
            written += core.field(text.as_bytes(), &mut buffer[written..]).2;
            out.extend_from_slice(&buffer[..written]);
        }
        let mut end = [0; 4];
        let written = core.terminator(&mut end).1;
        out.extend_from_slice(&end[..written]);
    }
    out
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value > 0x7F {
        out.push(value as u8 & 0x7F | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [vec![number << 3 | 2], varint(bytes.len()), bytes.to_vec()].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn json_lines(table in table(), (kind, piece) in compression()) {
        let lines = expected(&table).into_iter().map(|row| Value::Object(row).to_string() + "\n");
        let bytes = lines.collect::<String>().into_bytes();
        prop_assert_eq!(read(Format::Jsonl, &compress(&bytes, kind, piece)), expected(&table));
    }

    #[test]
    fn comma_separated_values(table in table(), (kind, piece) in compression()) {
        prop_assert_eq!(read(Format::Csv, &compress(&csv(&table), kind, piece)), expected(&table));
    }

    #[test]
    fn tab_separated_values(table in table(), (kind, piece) in compression()) {
        // What the format cannot hold: tabs and line ends. A row of nothing is an empty line to no
        // reader, as its tabs are there.
        let table: Vec<_> = table
            .into_iter()
            .map(|fields| fields.map(|text| text.replace(['\t', '\n', '\r'], " ")))
            .collect();
        let header = COLUMNS.join("\t");
        let lines = table.iter().map(|fields| fields.join("\t"));
        let text = std::iter::once(header).chain(lines).collect::<Vec<_>>().join("\r\n");
        let bytes = compress(text.as_bytes(), kind, piece);
        prop_assert_eq!(read(Format::Tsv, &bytes), expected(&table));
    }

    #[test]
    fn tf_records(table in table(), (kind, piece) in compression()) {
        let example = |fields: &[String; 3]| {
            let entries = COLUMNS.iter().zip(fields).flat_map(|(name, text)| {
                let feature = field(1, &field(1, text.as_bytes()));
                field(1, &[field(1, name.as_bytes()), field(2, &feature)].concat())
            });
            field(1, &entries.collect::<Vec<_>>())
        };
        let bytes: Vec<u8> =
            table.iter().flat_map(|fields| support::framed(&example(fields))).collect();
        prop_assert_eq!(read(Format::TfRecord, &compress(&bytes, kind, piece)), expected(&table));
    }

    #[test]
    fn plain_text(lines in vec("\\PC{1,20}", 1..20), (kind, piece) in compression()) {
        let bytes = compress(lines.join("\n").as_bytes(), kind, piece);
        let kept = lines.iter().map(|line| line.trim_ascii_end()).filter(|line| !line.is_empty());
        let expected: Vec<_> = kept.map(|line| json!({ "text": line })).collect();
        if !expected.is_empty() {
            let rows = read(Format::Text, &bytes).into_iter().map(Value::Object);
            prop_assert_eq!(rows.collect::<Vec<_>>(), expected);
        }
    }
}
