//! `tokenizer.json`, the file of the Hugging Face `tokenizers` library: unigram models in and out.
//!
//! Only what gives sentencepiece's ids is read and written. Where texts begin and end, added tokens
//! inside them, truncation and padding are not a vocabulary's business here, and are not read.

use crate::ModelError;
use crate::model::{Kind, NormalizerSpec, Piece};
use crate::model_file;
use crate::normalizer::SPACE;
use crate::unigram::Unigram;
use crate::vocabulary::sentinel_name;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    normalizer: Option<Value>,
    pre_tokenizer: Option<Value>,
    model: UnigramModel,
}

#[derive(Deserialize)]
struct AddedToken {
    id: usize,
    content: String,
}

#[derive(Deserialize)]
struct UnigramModel {
    #[serde(rename = "type")]
    kind: Option<String>,
    unk_id: Option<u32>,
    #[serde(default)]
    vocab: Value,
    #[serde(default)]
    byte_fallback: bool,
}

fn refuse<T>(key: &'static str, problem: impl Into<String>) -> Result<T, ModelError> {
    Err(ModelError::TokenizerJson { key, problem: problem.into() })
}

/// The SentencePiece model, as the bytes of its file, that gives the ids of a `tokenizer.json`.
pub(crate) fn to_model(json: &[u8]) -> Result<Vec<u8>, ModelError> {
    let file: File = match serde_json::from_slice(json) {
        Ok(file) => file,
        Err(error) => return refuse("the file", error.to_string()),
    };
    let kind = file.model.kind.as_deref().unwrap_or("none");
    if kind != "Unigram" {
        return refuse("model.type", format!("expected Unigram, found {kind}"));
    }
    if file.model.unk_id != Some(2) {
        return refuse("model.unk_id", "expected 2, as in T5");
    }
    let pieces = pieces(&file)?;
    let normalizer = NormalizerSpec {
        character_map: character_map(&file)?,
        add_dummy_prefix: true,
        remove_extra_whitespaces: true,
        escape_whitespaces: true,
        whitespace_as_suffix: false,
    };
    Ok(model_file::write(&pieces, &normalizer, file.model.byte_fallback))
}

/// The pieces without sentinels.
fn pieces(file: &File) -> Result<Vec<Piece>, ModelError> {
    let mut vocab: Vec<(String, f64)> = match Vec::deserialize(&file.model.vocab) {
        Ok(vocab) => vocab,
        Err(error) => return refuse("model.vocab", error.to_string()),
    };
    if vocab.iter().take(3).map(|(name, _)| &**name).ne(["<pad>", "</s>", "<unk>"]) {
        return refuse("model.vocab", "expected <pad>, </s>, <unk> as its first pieces, as in T5");
    }
    let sentinels: Vec<String> = (0..Unigram::SENTINELS).rev().map(sentinel_name).collect();
    let below = vocab.len().saturating_sub(sentinels.len());
    if vocab[below..].iter().map(|(name, _)| name).eq(&sentinels) {
        vocab.truncate(below);
    }
    for token in &file.added_tokens {
        let names = vocab.iter().take(3).map(|(name, _)| name).chain(&sentinels);
        let mut ids = (0..3).chain(vocab.len()..);
        if !names.zip(ids.by_ref()).any(|(name, id)| *name == token.content && id == token.id) {
            return refuse(
                "added_tokens",
                format!(
                    "{:?} with id {}: only T5's <pad>, </s>, <unk> and its {} sentinels are \
                     supported, with T5's ids",
                    token.content,
                    token.id,
                    sentinels.len()
                ),
            );
        }
    }
    let mut pieces = Vec::with_capacity(vocab.len());
    for (id, (text, exact)) in vocab.into_iter().enumerate() {
        let score = exact as f32;
        // The parser may miss the nearest number by a little.
        if (f64::from(score) - exact).abs() > 4.0 * f64::EPSILON * exact.abs() {
            return refuse(
                "model.vocab",
                format!(
                    "piece {id}: its score {exact} has no 32-bit form, as SentencePiece's have"
                ),
            );
        }
        let kind = match id {
            0 | 1 => Kind::Control,
            2 => Kind::Unknown,
            _ if file.model.byte_fallback && crate::model::byte_of(&text).is_some() => Kind::Byte,
            _ => Kind::Normal,
        };
        pieces.push(Piece { text, score, kind });
    }
    Ok(pieces)
}

/// The character map, if normaliser and pre-tokeniser together do what sentencepiece does with a
/// T5: replace characters, collapse spaces, and begin every word with [`SPACE`].
fn character_map(file: &File) -> Result<Vec<u8>, ModelError> {
    let mut steps = flat(file.normalizer.as_ref(), "normalizers");
    let mut map = Vec::new();
    let has_map = steps.first().is_some_and(|step| step["type"] == "Precompiled");
    if has_map {
        let text = steps.remove(0)["precompiled_charsmap"].as_str().unwrap_or_default();
        map = match STANDARD.decode(text) {
            Ok(map) => map,
            Err(error) => return refuse("normalizer", format!("precompiled_charsmap: {error}")),
        };
    }
    let collapses_spaces = match steps.as_slice() {
        [] => false,
        [strip, replace] => {
            let strips = strip["type"] == "Strip" && strip["strip_right"] == true;
            let with = [SPACE, " "].iter().any(|space| replace["content"] == *space);
            let replaces = replace["type"] == "Replace" && replace["pattern"]["Regex"] == " {2,}";
            if !(strips && replaces && with) {
                return refuse("normalizer", UNKNOWN_STEPS);
            }
            true
        }
        _ => return refuse("normalizer", UNKNOWN_STEPS),
    };
    let splits = match flat(file.pre_tokenizer.as_ref(), "pretokenizers").as_slice() {
        [space] if begins_words(space) => false,
        [split, space] if split["type"] == "WhitespaceSplit" && begins_words(space) => true,
        _ => {
            return refuse(
                "pre_tokenizer",
                "only Metaspace that always begins words, alone or after WhitespaceSplit, gives \
                 SentencePiece's ids",
            );
        }
    };
    match collapses_spaces || (splits && has_map) {
        true => Ok(map),
        false => refuse("normalizer", UNKNOWN_STEPS),
    }
}

const UNKNOWN_STEPS: &str = "only Precompiled, then Strip on the right and Replace of runs of \
     spaces (or a WhitespaceSplit in the pre-tokenizer), gives SentencePiece's ids";

/// A step, or the steps of a sequence, whose list has the name `list`.
fn flat<'a>(step: Option<&'a Value>, list: &str) -> Vec<&'a Value> {
    match step {
        None => Vec::new(),
        Some(step) if step["type"] == "Sequence" => {
            step[list].as_array().into_iter().flatten().collect()
        }
        Some(step) => vec![step],
    }
}

fn begins_words(step: &Value) -> bool {
    let always = match step.get("prepend_scheme") {
        Some(scheme) => scheme == "always" && step["split"] != false,
        // As older files have it.
        None => step["add_prefix_space"] == true,
    };
    step["type"] == "Metaspace" && step["replacement"] == SPACE && always
}

/// The `tokenizer.json` of a model; none where `tokenizers` could not give its ids.
pub(crate) fn from_model(unigram: &Unigram) -> Option<Vec<u8>> {
    let spec = unigram.normalizer.spec();
    let settings = spec.add_dummy_prefix
        && spec.remove_extra_whitespaces
        && spec.escape_whitespaces
        && !spec.whitespace_as_suffix;
    let unsupported = |piece: &Piece| matches!(piece.kind, Kind::UserDefined | Kind::Unused);
    let names = unigram.pieces.iter().take(3).map(|piece| &*piece.text);
    if !settings || unigram.pieces.iter().any(unsupported) || names.ne(["<pad>", "</s>", "<unk>"]) {
        return None;
    }
    let pieces = unigram.pieces.iter().map(|piece| (piece.text.clone(), piece.score));
    let first_sentinel = unigram.pieces.len();
    let sentinels = (0..Unigram::SENTINELS).rev().map(sentinel_name);
    let vocab: Vec<_> = pieces.chain(sentinels.clone().map(|name| (name, 0.0))).collect();
    let special = vocab.iter().take(3).map(|(name, _)| name.clone()).enumerate();
    let sentinels = sentinels.enumerate().map(|(index, name)| (first_sentinel + index, name));
    // Text around a sentinel loses its spaces there, as in the files of T5.
    let strip = |id: usize| id >= first_sentinel;
    let added: Vec<Value> = special
        .chain(sentinels)
        .map(|(id, name)| {
            json!({
                "id": id, "content": name, "single_word": false, "lstrip": strip(id),
                "rstrip": strip(id), "normalized": false, "special": true,
            })
        })
        .collect();
    let mut normalizers = vec![
        json!({"type": "Strip", "strip_left": false, "strip_right": true}),
        json!({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": SPACE}),
    ];
    if !spec.character_map.is_empty() {
        let map = STANDARD.encode(&spec.character_map);
        normalizers.insert(0, json!({"type": "Precompiled", "precompiled_charsmap": map}));
    }
    let space = json!({
        "type": "Metaspace", "replacement": SPACE, "prepend_scheme": "always", "split": true,
    });
    let sequence = |id| json!({"Sequence": {"id": id, "type_id": 0}});
    let end = json!({"SpecialToken": {"id": "</s>", "type_id": 0}});
    let file = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": normalizers},
        "pre_tokenizer": space,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [sequence("A"), end],
            "pair": [sequence("A"), end, sequence("B"), end],
            "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}},
        },
        "decoder": space,
        "model": {
            "type": "Unigram", "unk_id": 2, "vocab": vocab,
            "byte_fallback": unigram.spells_bytes(),
        },
    });
    Some(format!("{file}\n").into_bytes())
}
