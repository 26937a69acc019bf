//! The promise: the same text gives the same model file, byte for byte, wherever and whenever; and
//! a file that is good: sentencepiece opens it (tools/oracles/sentencepiece_ids.py) and it is about
//! as good as the library's own.

use ext5_text::train::{Options, TrainError, Trainer};
use ext5_text::{Scratch, Vocabulary};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// The Latin strings of a golden file: made-up language, and adversarial strings.
fn texts() -> Vec<String> {
    let golden: Value = serde_json::from_slice(&fs::read(golden("words.json")).unwrap()).unwrap();
    let cases = golden["encode"].as_array().unwrap().iter();
    let texts = cases.map(|case| case[0].as_str().unwrap().to_owned());
    texts.filter(|text| text.chars().all(|character| character < '\u{250}')).collect()
}

fn train(options: Options, texts: &[String]) -> Result<Vec<u8>, TrainError> {
    let like = Vocabulary::open(&golden("words.model")).unwrap();
    let mut trainer = Trainer::new(options, Some(&like))?;
    texts.iter().for_each(|text| trainer.add(text));
    Ok(trainer.train()?.model)
}

fn options() -> Options {
    Options { size: 300, character_coverage: 0.98, ..Options::default() }
}

#[test]
fn the_same_bytes_every_time() {
    let expected = fs::read(golden("trained.model")).unwrap();
    assert!(train(options(), &texts()).unwrap() == expected);
    // Nor does the order of texts matter, as long as no word is dropped.
    let mut backwards = texts();
    backwards.reverse();
    assert!(train(options(), &backwards).unwrap() == expected);
    assert!(train(options(), &texts()[20..]).unwrap() != expected);
}

/// Not a test: makes the golden file.
#[test]
#[ignore = "writes tests/golden/trained.model"]
fn write_golden() {
    fs::write(golden("trained.model"), train(options(), &texts()).unwrap()).unwrap();
}

#[test]
fn the_model_is_as_it_was_asked_for() {
    let model = train(options(), &texts()).unwrap();
    let vocabulary = Vocabulary::from_model(model).unwrap();
    assert_eq!(vocabulary.size(), 400);
    let special = [0, 1, 2].map(|id| vocabulary.piece(id).unwrap().into_owned());
    assert_eq!(special, ["<pad>", "</s>", "<unk>"]);
    let short = Options { max_piece_length: 3, size: 250, ..options() };
    let vocabulary = Vocabulary::from_model(train(short, &texts()).unwrap()).unwrap();
    for id in 3..250 {
        assert!(vocabulary.piece(id).unwrap().chars().count() <= 3, "{id}");
    }
}

/// Without a map that makes spaces of them, the ends of lines are pieces, so that a text of several
/// lines has nothing unknown.
#[test]
fn line_ends_are_known() {
    let mut trainer = Trainer::new(options(), None).unwrap();
    texts().iter().for_each(|text| trainer.add(text));
    let model = trainer.train().unwrap().model;
    let vocabulary = Vocabulary::from_model(model).unwrap();
    let ids = vocabulary.encode("one line\nand one more");
    assert!(!ids.contains(&Vocabulary::UNK), "{ids:?}");
    assert_eq!(vocabulary.decode(&ids), "one line\nand one more");
}

#[test]
fn what_cannot_be_trained_is_an_error() {
    let message = |options| train(options, &texts()).unwrap_err().to_string();
    let cases = [
        (Options { size: 100_000, ..options() }, "the text gives only"),
        (Options { size: 20, ..options() }, "has no room for them"),
        (Options { size: 0, ..options() }, "size is 0; expected 16"),
        (Options { character_coverage: f64::NAN, ..options() }, "character_coverage is NaN"),
        (Options { max_piece_length: 0, ..options() }, "max_piece_length is 0"),
        (Options { seed_pieces: 10, ..options() }, "seed_pieces is 10"),
    ];
    for (options, expected) in cases {
        let message = message(options);
        assert!(message.contains(expected), "{message}");
    }
    let bytes = Trainer::new(options(), Some(&Vocabulary::bytes())).err().unwrap().to_string();
    assert!(bytes.starts_with("normalization: "), "{bytes}");
}

/// The library's own trainer, version 0.2.3, with the same text, size, special ids and
/// normalisation, gave a model that makes LIBRARY tokens of the text that was held out.
#[test]
fn as_few_tokens_as_the_library() {
    const LIBRARY: usize = 680_471;
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/realdata");
    let root = std::env::var_os("EXT5_REALDATA").map_or_else(beside, PathBuf::from);
    if !root.join("corpus/us_speeches.txt").is_file() {
        ext5_core::testing::skipped("no corpus; set EXT5_REALDATA");
        return;
    }
    let like = Vocabulary::open(&root.join("vocab/spiece.model")).unwrap();
    let mut trainer = Trainer::new(Options::default(), Some(&like)).unwrap();
    let text = fs::read_to_string(root.join("corpus/us_speeches.txt")).unwrap();
    text.lines().for_each(|line| trainer.add(line));
    let vocabulary = Vocabulary::from_model(trainer.train().unwrap().model).unwrap();
    let (mut ids, mut scratch) = (Vec::new(), Scratch::default());
    for line in fs::read_to_string(root.join("corpus/validation_books.txt")).unwrap().lines() {
        vocabulary.encode_into(line, &mut ids, &mut scratch);
    }
    let ratio = ids.len() as f64 / LIBRARY as f64;
    assert!(ratio < 1.01, "{} tokens, {ratio:.4} of the library's", ids.len());
}
