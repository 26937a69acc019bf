//! Writing a folder that Hugging Face transformers opens.

use super::shards::{Index, Metadata};
use super::{CONFIG, INDEX, WEIGHTS};
use crate::error::ModelError;
use crate::flex;
use crate::parameters::Spec;
use crate::t5::T5;
use burn::tensor::Tensor;
use safetensors::{Dtype, SafeTensorError, View};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

impl T5 {
    /// Writes `config.json` and `model.safetensors` into an existing folder. Write into a folder of
    /// [`ext5_core::atomic::write_folder`] to have it appear whole.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), ModelError> {
        self.save_config(folder)?;
        write(&folder.join(WEIGHTS), self.entries())
    }

    /// As [`save`](Self::save), with the weights in files of at most `most` bytes of tensors each
    /// (a larger tensor has a file for itself) and an index of them, as transformers writes large
    /// models.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn save_sharded(&self, folder: &Path, most: usize) -> Result<(), ModelError> {
        self.save_config(folder)?;
        let mut shards: Vec<Vec<(&String, Entry<'_>)>> = Vec::new();
        let mut room = 0;
        for (name, entry) in self.entries() {
            let bytes = entry.data_len();
            match shards.last_mut() {
                Some(shard) if bytes <= room => shard.push((name, entry)),
                _ => {
                    shards.push(vec![(name, entry)]);
                    room = most;
                }
            }
            room = room.saturating_sub(bytes);
        }
        let count = shards.len();
        let mut index = Index { metadata: Metadata::default(), weight_map: BTreeMap::new() };
        for (number, shard) in (1..).zip(shards) {
            let file = format!("model-{number:05}-of-{count:05}.safetensors");
            for (name, entry) in &shard {
                index.metadata.total_size += entry.data_len() as u64;
                index.weight_map.insert((*name).clone(), file.clone());
            }
            write(&folder.join(file), shard)?;
        }
        let path = folder.join(INDEX);
        let text = serde_json::to_string_pretty(&index).map_err(std::io::Error::from);
        text.and_then(|text| std::fs::write(&path, text + "\n"))
            .map_err(|source| ModelError::File { path, source })
    }

    fn save_config(&self, folder: &Path) -> Result<(), ModelError> {
        let path = folder.join(CONFIG);
        let text = format!("{:#}\n", self.config.to_hugging_face());
        std::fs::write(&path, text).map_err(|source| ModelError::File { path, source })
    }

    fn entries(&self) -> impl Iterator<Item = (&String, Entry<'_>)> {
        let entries = self.specs.iter().zip(&self.tensors);
        entries.map(|(spec, tensor)| (&spec.name, Entry { spec, tensor }))
    }
}

fn write<'a>(
    path: &Path,
    entries: impl IntoIterator<Item = (&'a String, Entry<'a>)>,
) -> Result<(), ModelError> {
    // Without this mark transformers refuses the file.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize_to_file(entries, Some(metadata), path).map_err(|source| match source {
        SafeTensorError::IoError(source) => ModelError::File { path: path.to_owned(), source },
        source => ModelError::Safetensors { path: path.to_owned(), source },
    })
}

/// One tensor of the file; its bytes are copied when its turn comes.
struct Entry<'a> {
    spec: &'a Spec,
    tensor: &'a Tensor<2>,
}

impl View for Entry<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.spec.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Cow::Owned(flex::read(self.tensor, bytes))
    }

    fn data_len(&self) -> usize {
        size_of::<f32>() * self.spec.shape.iter().product::<usize>()
    }
}
