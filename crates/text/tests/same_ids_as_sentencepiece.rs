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

const SMALL: [&str; 4] = ["rules", "fallback", "suffix", "words"];

#[derive(Deserialize)]
struct Adversarial {
    families: IndexMap,
    group: usize,
    /// By model and family, one a group.
    digests: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// In the order of the file, which the numbers of the generator depend on.
type IndexMap = serde_json::Map<String, Value>;

/// Steele, Lea and Flood's SplitMix64, as the oracle has it.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ z >> 31) % limit
    }
}

impl Adversarial {
    /// The strings of one group of the family at `index`.
    fn strings(&self, index: usize, group: usize) -> Vec<String> {
        let items = self.families.values().nth(index).unwrap().as_array().unwrap();
        let mut numbers = SplitMix(index as u64 * 1000 + group as u64);
        let draw = |index: usize| {
            let mut text = String::new();
            for _ in 0..numbers.below(if index % 5 == 4 { 400 } else { 30 }) + 1 {
                let item = &items[numbers.below(items.len() as u64) as usize];
                match item.as_str() {
                    Some(" ") if index % 5 == 3 => {}
                    Some(item) => text.push_str(item),
                    None => {
                        let [low, high] = [0, 1].map(|end| item[end].as_u64().unwrap());
                        let code = low + numbers.below(high - low + 1);
                        text.push(char::from_u32(code as u32).unwrap());
                    }
                }
            }
            text
        };
        (0..self.group).map(draw).collect()
    }

    fn check(&self, model: &str, vocabulary: &Vocabulary) {
        let mut differing = Vec::new();
        for (index, family) in self.families.keys().enumerate() {
            for (group, expected) in self.digests[model][family].iter().enumerate() {
                // Once with a scratch that has seen no words and once with one that has.
                let mut ids = Ids::default();
                for _ in 0..2 {
                    ids.bytes.clear();
                    for text in self.strings(index, group) {
                        ids.add(vocabulary, &text);
                    }
                    if !ids.digest().to_string().starts_with(expected) {
                        differing.push(format!("{family} {group}"));
                    }
                }
            }
        }
        assert!(differing.is_empty(), "{model}: other ids in {differing:?}");
    }
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

/// Four small models: rules of the normaliser, unused and user-defined pieces and equal scores;
/// spelling in bytes and kept whitespace; spaces after words; words that are segmented one by one.
#[test]
fn of_small_models() {
    for name in SMALL {
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
fn of_generated_adversarial_strings() {
    let adversarial: Adversarial = read("adversarial.json");
    // The last one was trained here: the library opens it and agrees.
    for name in SMALL.into_iter().chain(["trained"]) {
        let vocabulary = Vocabulary::open(&golden(&format!("{name}.model"))).unwrap();
        adversarial.check(name, &vocabulary);
    }
    let Some(root) = realdata() else { return };
    let vocabulary = Vocabulary::open(&root.join("vocab/spiece.model")).unwrap();
    adversarial.check("t5", &vocabulary);
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
