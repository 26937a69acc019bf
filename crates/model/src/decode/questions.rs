//! Questions of unequal lengths as one encoder batch.

use crate::config::T5Config;
use crate::error::ModelError;
use crate::inputs::check_ids;
use crate::scope::{Scope, Stretches};

/// Padded inputs, one question a row.
pub(crate) struct Questions {
    /// `[rows, length]`.
    pub ids: Vec<u32>,
    pub rows: usize,
    pub length: usize,
    /// One segment a row.
    pub stretches: Stretches,
}

impl Questions {
    /// Pads at the end. A question without tokens becomes one padding token, since attention to
    /// nothing means nothing.
    pub fn new(inputs: &[Vec<u32>], config: &T5Config) -> Result<Questions, ModelError> {
        let length = inputs.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let mut ids = vec![0; inputs.len() * length];
        for (line, input) in ids.chunks_exact_mut(length).zip(inputs) {
            line[..input.len()].copy_from_slice(input);
        }
        check_ids("inputs", &ids, length, config)?;
        #[expect(clippy::single_range_in_vec_init, reason = "a row of one segment")]
        let stretches = inputs.iter().map(|input| vec![0..input.len().max(1)]).collect();
        Ok(Questions { ids, rows: inputs.len(), length, stretches })
    }

    /// Every question attends to itself.
    pub fn scope(&self) -> Scope {
        let both = (&self.stretches, self.length);
        Scope::new(both, both, false)
    }
}
