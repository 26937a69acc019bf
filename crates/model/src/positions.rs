//! Buckets of relative positions.

use crate::config::T5Config;

/// How positions are put in buckets: the rule of T5, one for encoders and one for decoders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Buckets {
    /// Rows of the bias table.
    pub count: usize,
    /// Distance from which on all positions share a bucket.
    pub max_distance: usize,
    /// Whether keys after the query have buckets of their own, as in an encoder.
    pub bidirectional: bool,
}

impl Buckets {
    /// Those of the encoder, which are bidirectional, or of the decoder.
    pub fn new(config: &T5Config, bidirectional: bool) -> Buckets {
        Buckets {
            count: config.relative_attention_num_buckets,
            max_distance: config.relative_attention_max_distance,
            bidirectional,
        }
    }

    /// The bucket of a key that stands `relative` positions after its query.
    ///
    /// The nearest distances have a bucket each; the others are spread by their logarithm
    /// (`_relative_position_bucket` of T5's `mesh_tensorflow/transformer/transformer_layers.py`).
    pub fn of(self, relative: isize) -> usize {
        let (count, first, distance) = match self.bidirectional {
            true => {
                let half = self.count / 2;
                (half, if relative > 0 { half } else { 0 }, relative.unsigned_abs())
            }
            false => (self.count, 0, relative.min(0).unsigned_abs()),
        };
        let exact = count / 2;
        if distance < exact {
            return first + distance;
        }
        let ratio = |distance: usize| (distance as f64 / exact as f64).ln();
        let share = ratio(distance) / ratio(self.max_distance);
        // Where a threshold is a whole number, rounding must not keep it below.
        let spread = (share * (count - exact) as f64 + 1e-9) as usize;
        first + (exact + spread).min(count - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t5(bidirectional: bool) -> Buckets {
        Buckets { count: 32, max_distance: 128, bidirectional }
    }

    /// The first distance of every bucket.
    fn check_thresholds(
        buckets: Buckets,
        sign: isize,
        first: usize,
        thresholds: &[(isize, usize)],
    ) {
        for &(distance, bucket) in thresholds {
            assert_eq!(buckets.of(sign * distance), first + bucket, "at {distance}");
            assert_eq!(buckets.of(sign * (distance - 1)), first + bucket - 1, "before {distance}");
        }
    }

    #[test]
    fn encoder_thresholds() {
        let thresholds =
            [(8, 8), (12, 9), (16, 10), (23, 11), (32, 12), (46, 13), (64, 14), (91, 15)];
        check_thresholds(t5(true), -1, 0, &thresholds);
        check_thresholds(t5(true), 1, 16, &thresholds);
        let checks = [(0, 0), (1, 17), (8, 24), (128, 31), (5000, 31), (-5000, 15), (-7, 7)];
        for (relative, bucket) in checks {
            assert_eq!(t5(true).of(relative), bucket, "at {relative}");
        }
    }

    #[test]
    fn decoder_thresholds() {
        let thresholds = [
            (16, 16),
            (19, 17),
            (21, 18),
            (24, 19),
            (27, 20),
            (31, 21),
            (35, 22),
            (40, 23),
            (46, 24),
            (52, 25),
            (59, 26),
            (67, 27),
            (77, 28),
            (87, 29),
            (99, 30),
            (113, 31),
        ];
        check_thresholds(t5(false), -1, 0, &thresholds);
        for (relative, bucket) in [(0, 0), (1, 0), (300, 0), (-1, 1), (-15, 15), (-9999, 31)] {
            assert_eq!(t5(false).of(relative), bucket, "at {relative}");
        }
    }
}
