//! The files with which Hugging Face transformers opens a vocabulary.

use crate::vocabulary::sentinel_name;
use crate::{Vocabulary, VocabularyError};
use serde_json::json;
use std::path::Path;

const MODEL: &str = "spiece.model";
const JSON: &str = "tokenizer.json";
const CONFIG: &str = "tokenizer_config.json";
const BYTES_CLASS: &str = "ByT5Tokenizer";

/// The vocabulary of a folder: bytes where its configuration says so, else its model, else its
/// `tokenizer.json`.
pub(crate) fn open_folder(folder: &Path) -> Result<Vocabulary, VocabularyError> {
    // The file is large and only one of its keys matters; whatever is wrong with it, the model
    // file is what tells.
    let config = std::fs::read(folder.join(CONFIG)).ok();
    let config: Option<serde_json::Value> =
        config.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    match config.as_ref().and_then(|config| config["tokenizer_class"].as_str()) {
        Some(BYTES_CLASS) => Ok(Vocabulary::bytes()),
        _ if !folder.join(MODEL).exists() && folder.join(JSON).exists() => {
            Vocabulary::open(&folder.join(JSON))
        }
        _ => Vocabulary::open(&folder.join(MODEL)),
    }
}

/// The model, where there is one, its `tokenizer.json`, where there can be one, and
/// `tokenizer_config.json`.
pub(crate) fn tokenizer_files(vocabulary: &Vocabulary) -> Vec<(&'static str, Vec<u8>)> {
    let sentinels = 0..vocabulary.sentinels();
    let mut files = Vec::new();
    let config = match vocabulary.model_bytes() {
        Some(model) => {
            files.push((MODEL, model.to_vec()));
            files.extend(vocabulary.tokenizer_json().map(|json| (JSON, json)));
            json!({
                "tokenizer_class": "T5Tokenizer",
                "pad_token": "<pad>",
                "eos_token": "</s>",
                "unk_token": "<unk>",
                "extra_ids": vocabulary.sentinels(),
                "additional_special_tokens": sentinels.map(sentinel_name).collect::<Vec<_>>(),
                // Releases before 5 split differently after a special token without this.
                "legacy": true,
            })
        }
        None => json!({
            "tokenizer_class": BYTES_CLASS,
            "pad_token": "<pad>",
            "eos_token": "</s>",
            "unk_token": "<unk>",
            "extra_ids": vocabulary.sentinels(),
            // This class numbers them upwards in the order of the list.
            "additional_special_tokens": sentinels.rev().map(sentinel_name).collect::<Vec<_>>(),
        }),
    };
    let text = format!("{config:#}\n");
    files.push((CONFIG, text.into_bytes()));
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// What transformers 5.23.0 opens as a tokenizer of the same ids.
    #[test]
    fn names_class_and_sentinels() {
        let model = include_bytes!("../tests/golden/rules.model");
        let unigram = Vocabulary::from_model(model.to_vec()).unwrap();
        let cases = [
            (unigram, "T5Tokenizer", "<extra_id_0>", "<extra_id_99>"),
            (Vocabulary::bytes(), "ByT5Tokenizer", "<extra_id_124>", "<extra_id_0>"),
        ];
        for (vocabulary, class, first, last) in cases {
            let mut files = tokenizer_files(&vocabulary);
            let (name, config) = files.pop().unwrap();
            assert_eq!(name, "tokenizer_config.json");
            let config: Value = serde_json::from_slice(&config).unwrap();
            assert_eq!(config["tokenizer_class"], class);
            let sentinels = config["additional_special_tokens"].as_array().unwrap();
            assert_eq!(sentinels.len() as u32, vocabulary.sentinels());
            assert_eq!(sentinels.first().unwrap(), first);
            assert_eq!(sentinels.last().unwrap(), last);
            let model = vocabulary.model_bytes();
            let written = files.iter().map(|(name, bytes)| (*name, bytes.as_slice()));
            assert!(written.eq(model.map(|bytes| ("spiece.model", bytes))), "no tokenizer.json");
        }
    }

    #[test]
    fn folders_open_as_what_was_written() {
        let model = include_bytes!("../tests/golden/rules.model");
        for vocabulary in [Vocabulary::from_model(model.to_vec()).unwrap(), Vocabulary::bytes()] {
            let folder = tempfile::tempdir().unwrap();
            for (name, bytes) in tokenizer_files(&vocabulary) {
                std::fs::write(folder.path().join(name), bytes).unwrap();
            }
            let opened = open_folder(folder.path()).unwrap();
            assert_eq!(opened.digest(), vocabulary.digest());
        }
        let empty = tempfile::tempdir().unwrap();
        let error = open_folder(empty.path()).unwrap_err().to_string();
        assert!(error.contains("spiece.model: cannot be read"), "{error}");
    }
}
