//! The promise: a damaged or unsuitable file is refused with an error that says why, and never
//! brings the program down.

use ext5_text::{ModelError, Vocabulary, VocabularyError};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn model(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    fs::read(folder.join(name)).unwrap()
}

/// A field of a message whose value is bytes.
fn bytes_field(number: u8, value: &[u8]) -> Vec<u8> {
    assert!(value.len() < 0x80);
    [&[number << 3 | 2, value.len() as u8], value].concat()
}

fn integer_field(number: u64, value: u8) -> Vec<u8> {
    let key = number << 3;
    vec![key as u8 & 0x7F | 0x80, (key >> 7) as u8, value]
}

fn piece(text: &str, score: f32, kind: u8) -> Vec<u8> {
    let mut message = bytes_field(1, text.as_bytes());
    message.push(2 << 3 | 5);
    message.extend(score.to_le_bytes());
    message.extend(integer_field(3, kind));
    bytes_field(1, &message)
}

/// The smallest model that is accepted, and `more` after it.
fn tiny(more: &[u8]) -> Vec<u8> {
    let ids = [integer_field(40, 2), integer_field(42, 1), integer_field(43, 0)].concat();
    let pieces = [
        piece("<pad>", 0.0, 3),
        piece("</s>", 0.0, 3),
        piece("<unk>", 0.0, 2),
        piece("\u{2581}a", -1.0, 1),
    ];
    [&pieces.concat(), bytes_field(2, &ids).as_slice(), more].concat()
}

fn problem(bytes: Vec<u8>) -> ModelError {
    match Vocabulary::from_model(bytes) {
        Ok(_) => panic!("accepted"),
        Err(problem) => problem,
    }
}

/// Encodes with whatever a damaged file gave.
fn use_if_accepted(bytes: Vec<u8>) {
    if let Ok(vocabulary) = Vocabulary::from_model(bytes) {
        let ids = vocabulary.encode(" the <sep> e\u{301}ﬁ½ 가나\tqxz\u{3000}😀 \n");
        vocabulary.decode(&ids);
        vocabulary.decode(&(0..vocabulary.size() + 3).filter(|&id| id != 1).collect::<Vec<_>>());
    }
}

#[test]
fn cut_anywhere() {
    for name in ["rules.model", "fallback.model"] {
        let whole = model(name);
        for length in (0..whole.len()).step_by(7) {
            use_if_accepted(whole[..length].to_vec());
        }
    }
    assert_eq!(problem(Vec::new()).to_string(), "no SentencePiece model: it has no normal pieces");
}

proptest! {
    #[test]
    fn changed_anywhere(
        name in prop::sample::select(vec!["rules.model", "fallback.model", "suffix.model"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = model(name);
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        use_if_accepted(bytes);
    }

    #[test]
    fn noise(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        use_if_accepted(bytes.clone());
        use_if_accepted(tiny(&bytes));
    }
}

#[test]
fn says_what_is_wrong() {
    assert_eq!(Vocabulary::from_model(tiny(&[])).unwrap().size(), 104);
    let unusable = |more: &[u8]| problem(tiny(more)).to_string();
    assert!(
        unusable(&bytes_field(2, &integer_field(3, 2)))
            .starts_with("a SentencePiece model of type bpe; only unigram")
    );
    assert!(
        unusable(&bytes_field(2, &integer_field(42, 2)))
            .contains("found padding at 0, end at 2, unknown at 2")
    );
    assert_eq!(unusable(&piece("", 0.0, 1)), "piece 4: it is empty");
    assert_eq!(unusable(&piece("b", f32::NAN, 1)), "piece 4: its score is not a number");
    assert_eq!(unusable(&piece("\u{2581}a", 0.0, 5)), "piece 4: it is defined twice");
    assert_eq!(unusable(&piece("<unk2>", 0.0, 2)), "piece 4: a second unknown piece");
    assert!(unusable(&bytes_field(2, &integer_field(35, 1))).contains("not all 256 byte pieces"));
    assert!(
        unusable(&bytes_field(3, &bytes_field(2, b"\xff\xff\xff\xff_")))
            .contains("character map is damaged")
    );
    assert!(unusable(&bytes_field(5, &bytes_field(2, b"x"))).contains("denormalizer"));
    assert!(unusable(b"\x0a\xff\xff\xff\xff\x0f").contains("more bytes than the file has"));
}

#[test]
fn names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no.model");
    let Err(error) = Vocabulary::open(&missing) else { panic!("opened nothing") };
    assert!(matches!(&error, VocabularyError::Read { path, .. } if *path == missing));
    let text = folder.path().join("text.model");
    fs::write(&text, "This is no model.").unwrap();
    let Err(error) = Vocabulary::open(&text) else { panic!("opened a text") };
    let message = error.to_string();
    assert!(
        message.starts_with(&format!("{}: no SentencePiece model", text.display())),
        "{message}"
    );
}
