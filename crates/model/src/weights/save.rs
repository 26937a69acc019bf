//! Writing a folder that Hugging Face transformers opens.

use super::{CONFIG, WEIGHTS};
use crate::error::ModelError;
use crate::flex;
use crate::parameters::Spec;
use crate::t5::T5;
use burn::tensor::Tensor;
use safetensors::{Dtype, SafeTensorError, View};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

impl T5 {
    /// Writes `config.json` and `model.safetensors` into an existing folder. Write into a folder of
    /// [`ext5_core::atomic::write_folder`] to have it appear whole.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), ModelError> {
        let path = folder.join(CONFIG);
        let text = format!("{:#}\n", self.config.to_hugging_face());
        std::fs::write(&path, text).map_err(|source| ModelError::File { path, source })?;

        let path = folder.join(WEIGHTS);
        let entries = self.specs.iter().zip(&self.tensors);
        let entries = entries.map(|(spec, tensor)| (&spec.name, Entry { spec, tensor }));
        // Without this mark transformers refuses the file.
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        safetensors::serialize_to_file(entries, Some(metadata), &path).map_err(
            |source| match source {
                SafeTensorError::IoError(source) => ModelError::File { path, source },
                source => ModelError::Safetensors { path, source },
            },
        )
    }
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
