//! Dropout whose masks are pure functions of a key.

use crate::error::ModelError;
use ext5_core::Key;

/// Dropout of one pass over a batch: what is dropped is a pure function of the key, the number of
/// the row in the global batch, the place in the model and the feature. Cutting a batch into
/// micro-batches, or sharing it among processes, changes nothing about it.
///
/// A mask is shared along the length of a row, as in T5X.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// Probability with which a feature is dropped; the others are scaled by 1 / (1 − rate).
    pub rate: f64,
    /// Names the masks: derive it from the seed and the step.
    pub key: Key,
    /// Number of the batch's first row in the global batch.
    pub first_row: u64,
    /// Distance between the numbers of two rows that follow each other: the number of processes
    /// that share the global batch row by row.
    pub row_step: u64,
}

impl Dropout {
    /// Dropout of a batch that is the global batch.
    pub fn new(rate: f64, key: Key) -> Self {
        Dropout { rate, key, first_row: 0, row_step: 1 }
    }

    pub(crate) fn check(&self) -> Result<(), ModelError> {
        match (0.0..1.0).contains(&self.rate) {
            true => Ok(()),
            false => Err(ModelError::Config(format!("dropout is {}; expected 0 to 1", self.rate))),
        }
    }

    /// The dropout of one place in the model.
    pub(crate) fn at(self, site: &str) -> Dropout {
        Dropout { key: self.key.name(site), ..self }
    }

    /// The dropout of one of several like places.
    pub(crate) fn number(self, index: usize) -> Dropout {
        Dropout { key: self.key.index(index as u64), ..self }
    }

    /// Factors for `rows` × `width` features: 0 with probability `rate`, else 1 / (1 − rate).
    pub(crate) fn factors(self, rows: usize, width: usize) -> Vec<f32> {
        let keep = (1.0 / (1.0 - self.rate)) as f32;
        let mut factors = Vec::with_capacity(rows * width);
        for row in 0..rows as u64 {
            let mut rng = self.key.index(self.first_row + row * self.row_step).rng();
            factors.extend((0..width).map(|_| if rng.unit() < self.rate { 0.0 } else { keep }));
        }
        factors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_keyed_and_keep_the_mean() {
        let dropout = Dropout::new(0.25, Key::new(1));
        let factors = dropout.at("embedding").factors(8, 4000);
        let mean = factors.iter().sum::<f32>() / factors.len() as f32;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!(factors.iter().all(|&f| f == 0.0 || f == 4.0 / 3.0));
        assert_eq!(factors, dropout.at("embedding").factors(8, 4000));
        assert_ne!(factors, dropout.at("residual").factors(8, 4000));
        assert_ne!(factors[..4000], factors[4000..8000]);
        assert_eq!(factors[..4000], dropout.at("embedding").factors(1, 4000));
    }

    #[test]
    fn rows_keep_their_masks_however_the_batch_is_shared() {
        let dropout = Dropout::new(0.5, Key::new(1));
        let all = dropout.factors(6, 50);
        let third = Dropout { first_row: 2, ..dropout }.factors(2, 50);
        assert_eq!(third, all[100..200]);
        let of_rank = Dropout { first_row: 1, row_step: 3, ..dropout }.factors(2, 50);
        assert_eq!(of_rank, [&all[50..100], &all[200..250]].concat());
    }
}
