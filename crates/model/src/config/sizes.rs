//! Sizes with a name.

use super::{FeedForward, T5Config};
use crate::ModelError;
use ext5_core::config::nearest;

/// The numbers in which the named sizes differ.
#[derive(Clone, Copy)]
pub(super) struct Size {
    name: &'static str,
    version: Version,
    d_model: usize,
    d_kv: usize,
    d_ff: usize,
    layers: usize,
    heads: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Version {
    /// ReLU, tied head.
    V1_0,
    /// Gated GELU, untied head.
    V1_1,
}

const fn size(
    name: &'static str,
    version: Version,
    [d_model, d_kv, d_ff, layers, heads]: [usize; 5],
) -> Size {
    Size { name, version, d_model, d_kv, d_ff, layers, heads }
}

pub(super) const T5_1_1_SMALL: Size = size("t5-1.1-small", Version::V1_1, [512, 64, 1024, 8, 6]);

const SIZES: [Size; 12] = [
    size("tiny", Version::V1_1, [128, 32, 256, 2, 4]),
    size("mini", Version::V1_1, [256, 64, 512, 4, 4]),
    T5_1_1_SMALL,
    size("t5-1.1-base", Version::V1_1, [768, 64, 2048, 12, 12]),
    size("t5-1.1-large", Version::V1_1, [1024, 64, 2816, 24, 16]),
    size("t5-1.1-xl", Version::V1_1, [2048, 64, 5120, 24, 32]),
    size("t5-1.1-xxl", Version::V1_1, [4096, 64, 10_240, 24, 64]),
    size("t5-small", Version::V1_0, [512, 64, 2048, 6, 8]),
    size("t5-base", Version::V1_0, [768, 64, 3072, 12, 12]),
    size("t5-large", Version::V1_0, [1024, 64, 4096, 24, 16]),
    size("t5-3b", Version::V1_0, [1024, 128, 16_384, 24, 32]),
    size("t5-11b", Version::V1_0, [1024, 128, 65_536, 24, 128]),
];

impl Size {
    pub(super) fn config(self) -> T5Config {
        let old = self.version == Version::V1_0;
        T5Config {
            vocab_size: T5Config::default_vocab_size(),
            d_model: self.d_model,
            d_kv: self.d_kv,
            d_ff: self.d_ff,
            num_layers: self.layers,
            num_decoder_layers: self.layers,
            num_heads: self.heads,
            relative_attention_num_buckets: T5Config::default_buckets(),
            relative_attention_max_distance: T5Config::default_max_distance(),
            feed_forward: if old { FeedForward::Relu } else { FeedForward::GatedGelu },
            tie_word_embeddings: old,
            scale_decoder_outputs: None,
            layer_norm_epsilon: T5Config::default_epsilon(),
            dropout_rate: T5Config::default_dropout(),
        }
    }
}

impl T5Config {
    /// The names that [`named`](Self::named) knows, smallest first within T5 1.1 and 1.0.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SIZES.iter().map(|size| size.name)
    }

    /// A size by its name: `t5-1.1-small` to `t5-1.1-xxl`, `t5-small` to `t5-11b` (T5 1.0), and the
    /// smaller `mini` and `tiny` of the 1.1 kind. All have 32,128 embedding rows.
    ///
    /// # Errors
    /// [`ModelError::UnknownSize`].
    pub fn named(name: &str) -> Result<T5Config, ModelError> {
        match SIZES.iter().find(|size| size.name == name) {
            Some(size) => Ok(size.config()),
            None => Err(ModelError::UnknownSize {
                name: name.to_owned(),
                nearest: nearest(name, Self::names()).map(str::to_owned),
                known: Self::names().collect::<Vec<_>>().join(", "),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published counts.
    #[test]
    fn parameters_of_named_sizes() {
        let counts = [
            ("t5-1.1-small", 76_961_152),
            ("t5-1.1-base", 247_577_856),
            ("t5-1.1-large", 783_150_080),
            ("t5-1.1-xl", 2_849_757_184),
            ("t5-1.1-xxl", 11_135_332_352),
            ("t5-small", 60_506_624),
            ("t5-base", 222_903_552),
        ];
        for (name, count) in counts {
            assert_eq!(T5Config::named(name).unwrap().parameters(), count, "{name}");
        }
    }

    #[test]
    fn unknown_names_are_answered_with_the_nearest() {
        let error = T5Config::named("t5-1.1-smal").unwrap_err().to_string();
        assert!(error.contains("did you mean `t5-1.1-small`"), "{error}");
    }
}
