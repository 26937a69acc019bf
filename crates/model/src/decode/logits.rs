//! All logits of a batch.

use crate::error::ModelError;
use crate::flex;
use crate::inputs::Inputs;
use crate::t5::T5;
use ext5_core::Batch;

impl T5 {
    /// The logits of every decoder position, `[rows, targets, vocab_size]`: a great deal of memory,
    /// meant for comparing models. At padded positions they mean nothing.
    ///
    /// # Errors
    /// When the batch does not fit its own shape or the model.
    pub fn logits(&self, batch: &Batch) -> Result<Vec<f32>, ModelError> {
        let inputs = Inputs::new(batch, self.config())?;
        let forward = self.forward(&self.tensors, None);
        let memory = forward.embed(&batch.encoder_ids, batch.rows);
        let memory = forward.encode(memory, inputs.encoder);
        let vectors = forward.embed(&batch.decoder_inputs, batch.rows);
        let hidden = forward.decode(vectors, &memory, inputs.decoder, inputs.cross);
        let [rows, length, width] = hidden.dims();
        let hidden = hidden.reshape([rows * length, width]);
        Ok(flex::into_vec(hidden.matmul(forward.head().clone().transpose())))
    }
}
