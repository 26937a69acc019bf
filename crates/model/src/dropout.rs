//! Dropout whose masks are pure functions of a key.

use ext5_core::Key;

/// Dropout of one forward pass. A mask is shared along the length of a row, as T5X does: it costs
/// next to nothing to draw, and packing changes nothing about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dropout {
    pub rate: f64,
    pub key: Key,
}

impl Dropout {
    /// The dropout of one place in the model.
    pub fn at(self, site: &str) -> Dropout {
        Dropout { key: self.key.name(site), ..self }
    }

    /// The dropout of one of several like places.
    pub fn number(self, index: usize) -> Dropout {
        Dropout { key: self.key.index(index as u64), ..self }
    }

    /// Factors for `rows` × `width` features: 0 with probability `rate`, else 1 / (1 − rate).
    pub fn factors(self, rows: usize, width: usize) -> Vec<f32> {
        let keep = (1.0 / (1.0 - self.rate)) as f32;
        let mut factors = Vec::with_capacity(rows * width);
        for row in 0..rows {
            let mut rng = self.key.index(row as u64).rng();
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
        let dropout = Dropout { rate: 0.25, key: Key::new(1) };
        let factors = dropout.at("embedding").factors(8, 4000);
        let mean = factors.iter().sum::<f32>() / factors.len() as f32;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!(factors.iter().all(|&f| f == 0.0 || f == 4.0 / 3.0));
        assert_eq!(factors, dropout.at("embedding").factors(8, 4000));
        assert_ne!(factors, dropout.at("residual").factors(8, 4000));
        assert_ne!(factors[..4000], factors[4000..8000]);
        assert_eq!(factors[..4000], dropout.at("embedding").factors(1, 4000));
    }
}
