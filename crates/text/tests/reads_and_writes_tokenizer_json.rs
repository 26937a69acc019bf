//! The promise: a `tokenizer.json` is read only where it gives sentencepiece's ids, and the one that
//! is written is what `tokenizers` gives these ids with. Recorded by tools/oracles/tokenizers_ids.py.

use ext5_core::Digest;
use ext5_text::Vocabulary;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn golden_json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(golden(name)).unwrap()).unwrap()
}

fn same_ids(vocabulary: &Vocabulary, golden: &str) {
    for case in golden_json(golden)["encode"].as_array().unwrap() {
        let ids: Vec<u32> = serde_json::from_value(case[1].clone()).unwrap();
        assert_eq!(vocabulary.encode(case[0].as_str().unwrap()), ids, "{}", case[0]);
    }
}

#[test]
fn what_is_written_is_what_tokenizers_was_tried_with() {
    let vocabulary = Vocabulary::open(&golden("words.model")).unwrap();
    let written = vocabulary.tokenizer_json().unwrap();
    assert!(written == fs::read(golden("words.tokenizer.json")).unwrap());
    let recorded = &golden_json("tokenizers.json")["words"];
    assert_eq!(recorded["digest"], Digest::of(&written).to_string());
    for family in ["words", "emoji", "joiners", "nulls", "private_use", "hangul", "scripts"] {
        assert_eq!(recorded["differing_of"][family][0], 0, "{family}");
    }
}

#[test]
fn what_is_read_has_the_ids_of_the_model() {
    let path = golden("words.tokenizer.json");
    let vocabulary = Vocabulary::open(&path).unwrap();
    same_ids(&vocabulary, "words.json");
    assert_eq!(vocabulary.size(), Vocabulary::open(&golden("words.model")).unwrap().size());
    assert!(vocabulary.tokenizer_json().unwrap() == fs::read(path).unwrap());
}

#[test]
fn a_folder_may_have_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(golden("words.tokenizer.json"), folder.path().join("tokenizer.json")).unwrap();
    same_ids(&Vocabulary::open(folder.path()).unwrap(), "words.json");
}

/// The file of T5 is reproduced, key for key, from its model.
#[test]
fn of_t5() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/realdata");
    let root = std::env::var_os("EXT5_REALDATA").map_or_else(beside, PathBuf::from).join("vocab");
    if !root.join("tokenizer.json").is_file() {
        ext5_core::testing::skipped("no tokenizer.json of T5; set EXT5_REALDATA");
        return;
    }
    let published = fs::read(root.join("tokenizer.json")).unwrap();
    same_ids(&Vocabulary::open(&root.join("tokenizer.json")).unwrap(), "t5.json");
    let written = Vocabulary::open(&root.join("spiece.model")).unwrap().tokenizer_json().unwrap();
    let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    assert!(parse(&written) == parse(&published));
}

#[test]
fn what_tokenizers_cannot_do_is_not_written() {
    for name in ["rules.model", "fallback.model", "suffix.model"] {
        assert!(Vocabulary::open(&golden(name)).unwrap().tokenizer_json().is_none(), "{name}");
    }
    assert!(Vocabulary::bytes().tokenizer_json().is_none());
}

#[test]
fn what_has_other_ids_is_refused() {
    let metaspace = json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"});
    let user = json!({"id": 500, "content": "<user>", "special": false});
    let cases: [(&str, Value, &str); 12] = [
        ("/model/type", json!("BPE"), "model.type: expected Unigram, found BPE"),
        ("/model/type", json!(null), "found none"),
        ("/model/unk_id", json!(0), "model.unk_id"),
        ("/model/vocab", json!({"a": 1}), "model.vocab: invalid type"),
        ("/model/vocab/1/0", json!("<s>"), "expected <pad>, </s>, <unk>"),
        ("/model/vocab/7/1", json!(-3.3), "piece 7: its score -3.3"),
        ("/normalizer", json!(null), "normalizer: only Precompiled"),
        ("/normalizer", json!({"type": "NFKC"}), "normalizer: only Precompiled"),
        ("/normalizer/normalizers/0/precompiled_charsmap", json!("*"), "precompiled_charsmap"),
        ("/pre_tokenizer", metaspace, "pre_tokenizer: only Metaspace"),
        ("/added_tokens/2", user, "added_tokens: \"<user>\" with id 500"),
        ("/added_tokens/5/content", json!("<extra_id_99>"), "added_tokens: \"<extra_id_99>\""),
    ];
    for (key, value, expected) in cases {
        let mut file = golden_json("words.tokenizer.json");
        *file.pointer_mut(key).unwrap() = value;
        let error = Vocabulary::from_tokenizer_json(file.to_string().as_bytes()).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("tokenizer.json: ") && error.contains(expected), "{error}");
    }
    let error = Vocabulary::from_tokenizer_json(b"{\"model\": ").unwrap_err().to_string();
    assert!(error.contains("EOF"), "{error}");
}
