//! Reading a Hugging Face folder.

use super::CONFIG;
use super::shards::{self, Shards, Tensors};
use crate::config::{Published, T5Config};
use crate::error::ModelError;
use crate::parameters::{Role, Spec, specs};
use crate::t5::T5;
use half::f16;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use std::collections::BTreeSet;
use std::path::Path;

const EMBEDDING: &str = "shared.weight";
/// Other names of the embedding in files that hold it more than once.
const EMBEDDING_ALIASES: [&str; 2] = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"];
const HEAD: &str = "lm_head.weight";

/// A table that the first published T5s have and nothing uses.
const UNUSED: &str = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";

impl T5 {
    /// Reads a folder's `config.json` and `model.safetensors`, or the files that
    /// `model.safetensors.index.json` names.
    ///
    /// # Errors
    /// When a file is missing or is not what it should be. Tensors that are missing, not known, or
    /// of another shape than the configuration asks for are all named.
    pub fn load(folder: &Path) -> Result<T5, ModelError> {
        let (path, bytes) = shards::read(folder.join(CONFIG))?;
        let published = Published::read(&String::from_utf8_lossy(&bytes), &path)?;
        let shards = Shards::read(folder)?;
        let file = shards.tensors()?;
        let config = published.config(has_own_head(&file));
        match take_all(&config, &file) {
            Ok(values) => Ok(T5::from_values(config, values)),
            Err(wrong) => Err(ModelError::Tensors { path: shards.path, what: wrong.join("; ") }),
        }
    }
}

/// The values of all parameters in order, or all that is wrong.
fn take_all(config: &T5Config, file: &Tensors<'_>) -> Result<Vec<Vec<f32>>, Vec<String>> {
    let specs = specs(config);
    let mut wrong = Vec::new();
    let mut left: BTreeSet<&str> = file.names().collect();
    let mut values = Vec::with_capacity(specs.len());
    for spec in &specs {
        let view = find(file, spec);
        left.remove(spec.name.as_str());
        match view.ok_or_else(|| format!("{} is missing; {}", spec.name, expected(spec))) {
            Ok(view) => match take(&view, spec) {
                Ok(taken) => values.push(taken),
                Err(what) => wrong.push(what),
            },
            Err(what) => wrong.push(what),
        }
    }
    left.remove(UNUSED);
    let head = config.tie_word_embeddings.then_some(HEAD);
    for alias in EMBEDDING_ALIASES.into_iter().chain(head) {
        if left.remove(alias) && !is_embedding(file, alias) {
            wrong.push(format!("{alias} differs from {EMBEDDING}, which it is tied to"));
        }
    }
    wrong.extend(left.into_iter().map(|name| format!("{name} is unknown")));
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

fn find<'a>(file: &Tensors<'a>, spec: &Spec) -> Option<TensorView<'a>> {
    match spec.role {
        Role::Embedding => embedding(file),
        _ => file.tensor(&spec.name),
    }
}

/// The embedding, under the first of its names that the files have.
fn embedding<'a>(file: &Tensors<'a>) -> Option<TensorView<'a>> {
    std::iter::once(EMBEDDING).chain(EMBEDDING_ALIASES).find_map(|name| file.tensor(name))
}

/// Whether the tensor called `alias` is the embedding to the bit.
fn is_embedding(file: &Tensors<'_>, alias: &str) -> bool {
    match (file.tensor(alias), embedding(file)) {
        (Some(one), Some(other)) => one.dtype() == other.dtype() && one.data() == other.data(),
        _ => false,
    }
}

fn has_own_head(file: &Tensors<'_>) -> bool {
    file.tensor(HEAD).is_some() && !is_embedding(file, HEAD)
}

fn expected(spec: &Spec) -> String {
    format!("expected the shape {:?}", spec.shape)
}

fn take(view: &TensorView<'_>, spec: &Spec) -> Result<Vec<f32>, String> {
    let name = &spec.name;
    if view.shape() != spec.shape {
        return Err(format!("{name} has the shape {:?}; {}", view.shape(), expected(spec)));
    }
    match view.dtype() {
        Dtype::F32 => {
            let (words, _) = view.data().as_chunks::<4>();
            Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
        }
        Dtype::BF16 => {
            let (words, _) = view.data().as_chunks::<2>();
            let widen = |word: &[u8; 2]| u32::from(u16::from_le_bytes(*word)) << 16;
            Ok(words.iter().map(|word| f32::from_bits(widen(word))).collect())
        }
        Dtype::F16 => {
            let (words, _) = view.data().as_chunks::<2>();
            Ok(words.iter().map(|word| f16::from_le_bytes(*word).to_f32()).collect())
        }
        other => Err(format!("{name} is {other:?}; expected F32, BF16 or F16")),
    }
}
