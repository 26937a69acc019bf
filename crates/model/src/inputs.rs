//! A batch, checked.

use crate::config::T5Config;
use crate::error::ModelError;
use crate::scope::{Scope, Stretches, stretches};
use ext5_core::Batch;

/// What attends to what in a batch.
pub(crate) struct Inputs {
    pub encoder: Scope,
    pub decoder: Scope,
    pub cross: Scope,
}

impl Inputs {
    /// Checks lengths and ids and finds the segments.
    pub fn new(batch: &Batch, config: &T5Config) -> Result<Inputs, ModelError> {
        let (rows, inputs, targets) = (batch.rows, batch.inputs, batch.targets);
        if rows == 0 || inputs == 0 || targets == 0 {
            return Err(ModelError::Batch(format!(
                "{rows} rows of {inputs} inputs and {targets} targets; expected at least 1 of each"
            )));
        }
        let lengths = [
            ("encoder_ids", batch.encoder_ids.len(), inputs),
            ("encoder_segments", batch.encoder_segments.len(), inputs),
            ("decoder_inputs", batch.decoder_inputs.len(), targets),
            ("decoder_targets", batch.decoder_targets.len(), targets),
            ("decoder_segments", batch.decoder_segments.len(), targets),
            ("loss_weights", batch.loss_weights.len(), targets),
        ];
        for (name, length, width) in lengths {
            if length != rows * width {
                return Err(ModelError::Batch(format!(
                    "{name} has {length} elements; expected {rows} rows of {width}"
                )));
            }
        }
        check_ids("encoder_ids", &batch.encoder_ids, inputs, config)?;
        check_ids("decoder_inputs", &batch.decoder_inputs, targets, config)?;
        check_ids("decoder_targets", &batch.decoder_targets, targets, config)?;
        let encoder = find("encoder_segments", &batch.encoder_segments, inputs)?;
        let decoder = find("decoder_segments", &batch.decoder_segments, targets)?;
        Ok(Inputs {
            encoder: Scope::new((&encoder, inputs), (&encoder, inputs), false),
            decoder: Scope::new((&decoder, targets), (&decoder, targets), true),
            cross: Scope::new((&decoder, targets), (&encoder, inputs), false),
        })
    }
}

pub(crate) fn check_ids(
    name: &str,
    ids: &[u32],
    width: usize,
    config: &T5Config,
) -> Result<(), ModelError> {
    match ids.iter().position(|&id| id as usize >= config.vocab_size) {
        None => Ok(()),
        Some(place) => Err(ModelError::Batch(format!(
            "{name}, row {}, position {}: id {} has no embedding; the model has {} rows",
            place / width,
            place % width,
            ids[place],
            config.vocab_size
        ))),
    }
}

fn find(name: &str, segments: &[u32], length: usize) -> Result<Stretches, ModelError> {
    stretches(segments, length).map_err(|(row, segment)| {
        ModelError::Batch(format!(
            "{name}, row {row}: segment {segment} is not one stretch with a number from 1 to \
             {length}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        let config = T5Config::named("tiny").unwrap();
        let good = Batch::empty(2, 4, 3);
        assert!(Inputs::new(&good, &config).is_ok());
        let refused = |change: fn(&mut Batch), expected: &str| {
            let mut batch = good.clone();
            change(&mut batch);
            let error = Inputs::new(&batch, &config).err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
        };
        refused(|batch| batch.rows = 3, "encoder_ids has 8 elements");
        refused(|batch| batch.rows = 0, "at least 1");
        refused(|batch| batch.encoder_ids[5] = 40_000, "row 1, position 1: id 40000");
        refused(
            |batch| batch.decoder_segments.copy_from_slice(&[0, 0, 0, 1, 2, 1]),
            "decoder_segments, row 1: segment 1",
        );
    }
}
