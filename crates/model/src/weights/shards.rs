//! The weights of a folder, in one file or several.

use super::{INDEX, WEIGHTS};
use crate::error::ModelError;
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Weights as PyTorch pickles them, in folders of before safetensors.
const PICKLE: &str = "pytorch_model.bin";

/// `model.safetensors.index.json`.
#[derive(Deserialize, Serialize)]
pub(super) struct Index {
    pub metadata: Metadata,
    /// The file of each tensor.
    pub weight_map: BTreeMap<String, String>,
}

/// What the index says of all files together.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Metadata {
    /// Bytes of all tensors.
    pub total_size: u64,
}

/// The bytes of the weights files of a folder.
pub(super) struct Shards {
    files: Vec<(PathBuf, Vec<u8>)>,
    /// The file that holds all weights, or the index of those that do: what errors name.
    pub path: PathBuf,
    index: Option<Index>,
}

/// The tensors of all files.
pub(super) struct Tensors<'a>(Vec<SafeTensors<'a>>);

pub(super) fn read(path: PathBuf) -> Result<(PathBuf, Vec<u8>), ModelError> {
    match std::fs::read(&path) {
        Ok(bytes) => Ok((path, bytes)),
        Err(source) => Err(ModelError::File { path, source }),
    }
}

impl Shards {
    /// Reads `model.safetensors` or, where there is none, the files that the index names.
    pub fn read(folder: &Path) -> Result<Shards, ModelError> {
        let whole = folder.join(WEIGHTS);
        let path = folder.join(INDEX);
        if !whole.exists() && !path.exists() && folder.join(PICKLE).exists() {
            let what = format!(
                "holds {PICKLE} alone, which can run code when it is read; expected {WEIGHTS}. In \
                 transformers, from_pretrained and then save_pretrained write it"
            );
            return Err(ModelError::Weights { folder: folder.to_owned(), what });
        }
        if whole.exists() || !path.exists() {
            let files = vec![read(whole.clone())?];
            return Ok(Shards { files, path: whole, index: None });
        }
        let (path, bytes) = read(path)?;
        let index: Index = serde_json::from_slice(&bytes).map_err(|error| {
            ModelError::ConfigFile { path: path.clone(), what: format!("not an index: {error}") }
        })?;
        let mut names: Vec<&str> = index.weight_map.values().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let mut files = Vec::with_capacity(names.len());
        for name in names {
            // An index may come from anywhere: it names files beside it and no others.
            if Path::new(name).file_name().is_none_or(|plain| plain != name) {
                let what = format!("`{name}` is not the name of a file in this folder");
                return Err(ModelError::ConfigFile { path, what });
            }
            files.push(read(folder.join(name))?);
        }
        Ok(Shards { files, path, index: Some(index) })
    }

    /// The tensors of all files. Each must lie where the index says.
    pub fn tensors(&self) -> Result<Tensors<'_>, ModelError> {
        let mut tensors = Vec::with_capacity(self.files.len());
        let mut seen = BTreeSet::new();
        for (path, bytes) in &self.files {
            let parsed = SafeTensors::deserialize(bytes);
            let parsed =
                parsed.map_err(|source| ModelError::Safetensors { path: path.clone(), source })?;
            let file = path.file_name().unwrap_or_default();
            let expected = self.index.iter().flat_map(|index| &index.weight_map);
            let missing = expected
                .filter(|(name, of)| file == of.as_str() && parsed.tensor(name).is_err())
                .map(|(name, _)| format!("{name} is missing; {INDEX} says that it is here"));
            let twice = parsed.names().into_iter().filter(|name| !seen.insert((*name).to_owned()));
            let twice = twice.map(|name| format!("{name} is in another file of {INDEX} too"));
            let wrong: Vec<_> = missing.chain(twice).collect();
            if !wrong.is_empty() {
                let what = wrong.join("; ");
                return Err(ModelError::Tensors { path: path.clone(), what });
            }
            tensors.push(parsed);
        }
        Ok(Tensors(tensors))
    }
}

impl<'a> Tensors<'a> {
    /// The tensor called `name`, from the first file that has it.
    pub fn tensor(&self, name: &str) -> Option<TensorView<'a>> {
        self.0.iter().find_map(|file| file.tensor(name).ok())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(SafeTensors::names)
    }
}
