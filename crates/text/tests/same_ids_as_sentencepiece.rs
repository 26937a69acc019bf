//! The promise: every text has the ids that the sentencepiece library gives it, and every list of
//! ids decodes to the library's text. Goldens by tools/oracles/sentencepiece_ids.py.

use ext5_core::Digest;
use ext5_text::{Scratch, Vocabulary};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct Golden {
    model: Digest,
    encode: Vec<(String, Vec<u32>, String)>,
    decode: Vec<(Vec<u32>, String)>,
    long: Vec<(String, usize, Digest)>,
}

#[derive(Deserialize)]
struct RealData {
    model: Digest,
    files: BTreeMap<String, (usize, Digest)>,
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_slice(&fs::read(golden(name)).unwrap()).unwrap()
}

/// The folder of real data, or a note that the test is skipped.
fn realdata() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/realdata");
    let folder = std::env::var_os("EXT5_REALDATA").map_or_else(beside, PathBuf::from);
    if folder.join("vocab/spiece.model").is_file() {
        return Some(folder);
    }
    ext5_core::testing::skipped(&format!(
        "no T5 vocabulary at {}; set EXT5_REALDATA to the folder of real data",
        folder.join("vocab/spiece.model").display()
    ));
    None
}

/// A digest of lists of ids, made as the oracle makes it.
#[derive(Default)]
struct Ids {
    bytes: Vec<u8>,
    ids: Vec<u32>,
    scratch: Scratch,
    texts: usize,
}

impl Ids {
    fn add(&mut self, vocabulary: &Vocabulary, text: &str) {
        self.ids.clear();
        vocabulary.encode_into(text, &mut self.ids, &mut self.scratch);
        self.ids.push(u32::MAX);
        let bytes = self.ids.iter().flat_map(|id| id.to_le_bytes());
        self.bytes.extend(bytes);
        self.texts += 1;
    }

    fn add_all_within(&mut self, vocabulary: &Vocabulary, value: &Value) {
        match value {
            Value::String(text) => self.add(vocabulary, text),
            Value::Array(items) => {
                for item in items {
                    self.add_all_within(vocabulary, item);
                }
            }
            Value::Object(items) => {
                for item in items.values() {
                    self.add_all_within(vocabulary, item);
                }
            }
            _ => {}
        }
    }

    fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

fn check(vocabulary: &Vocabulary, golden: &Golden) {
    assert_eq!(
        Digest::of(vocabulary.model_bytes().unwrap()),
        golden.model,
        "the golden values were made with another model"
    );
    let mut scratch = Scratch::default();
    for (text, ids, decoded) in &golden.encode {
        let mut found = vec![7];
        vocabulary.encode_into(text, &mut found, &mut scratch);
        assert_eq!(found[1..], ids[..], "{text:?}");
        assert_eq!(&vocabulary.decode(ids), decoded, "{text:?}");
    }
    for (ids, text) in &golden.decode {
        assert_eq!(&vocabulary.decode(ids), text, "{ids:?}");
    }
    for (unit, times, digest) in &golden.long {
        let mut ids = Ids::default();
        ids.add(vocabulary, &unit.repeat(*times));
        assert_eq!(ids.digest(), *digest, "{unit:?} {times} times");
    }
}

/// Three small models: rules of the normaliser, unused and user-defined pieces and equal scores;
/// spelling in bytes and kept whitespace; spaces after words.
#[test]
fn of_small_models() {
    for name in ["rules", "fallback", "suffix"] {
        let vocabulary = Vocabulary::open(&golden(&format!("{name}.model"))).unwrap();
        check(&vocabulary, &read(&format!("{name}.json")));
    }
}

#[test]
fn of_t5_on_adversarial_strings() {
    let Some(root) = realdata() else { return };
    let vocabulary = Vocabulary::open(&root.join("vocab/spiece.model")).unwrap();
    check(&vocabulary, &read("t5.json"));
}

#[test]
fn of_t5_on_all_real_text() {
    let Some(root) = realdata() else { return };
    let vocabulary = Vocabulary::open(&root.join("vocab/spiece.model")).unwrap();
    let expected: RealData = read("realdata.json");
    assert_eq!(Digest::of(vocabulary.model_bytes().unwrap()), expected.model);
    for (name, (texts, digest)) in &expected.files {
        let file = fs::read_to_string(root.join(name)).unwrap();
        let file = file.strip_suffix('\n').unwrap_or(&file);
        let mut ids = Ids::default();
        for line in file.split('\n') {
            match name.ends_with(".jsonl") {
                true => {
                    ids.add_all_within(&vocabulary, &serde_json::from_str(line).unwrap());
                }
                false => ids.add(&vocabulary, line),
            }
        }
        assert_eq!((ids.texts, ids.digest()), (*texts, *digest), "{name}");
    }
}
