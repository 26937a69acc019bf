//! The shape of a T5.

mod hugging_face;
mod sizes;

pub(crate) use hugging_face::Published;

use crate::ModelError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Embedding rows are padded to a multiple of this, as T5's were for the TPU: 32,100 ids have
/// 32,128 rows.
const ROW_MULTIPLE: usize = 128;

/// The inner layer of the feed-forward block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedForward {
    /// gelu(x W₀) ⊙ x W₁ with the tanh approximation of gelu: T5 1.1.
    #[default]
    GatedGelu,
    /// relu(x W): T5 1.0.
    Relu,
}

/// The shape of a T5 encoder-decoder; field names are those of Hugging Face's `T5Config`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct T5Config {
    /// Rows of the embedding and of the head, padding rows included.
    #[serde(default = "T5Config::default_vocab_size")]
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub d_model: usize,
    /// Width of one attention head.
    #[serde(default = "T5Config::default_d_kv")]
    pub d_kv: usize,
    /// Width of the feed-forward block's inner layer.
    pub d_ff: usize,
    /// Encoder layers.
    pub num_layers: usize,
    /// Decoder layers.
    pub num_decoder_layers: usize,
    /// Attention heads; their number times `d_kv` need not be `d_model`.
    pub num_heads: usize,
    /// Buckets of the relative position bias.
    #[serde(default = "T5Config::default_buckets")]
    pub relative_attention_num_buckets: usize,
    /// Distance from which on all positions share a bucket.
    #[serde(default = "T5Config::default_max_distance")]
    pub relative_attention_max_distance: usize,
    /// The feed-forward block's inner layer.
    #[serde(default)]
    pub feed_forward: FeedForward,
    /// Whether the head is the embedding: T5 1.0.
    #[serde(default)]
    pub tie_word_embeddings: bool,
    /// Whether hidden states are scaled by d_model^−½ before the head. Where absent, they are if the
    /// head is the embedding; only some files of mT5 want something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_decoder_outputs: Option<bool>,
    /// Added to the mean square in the norms.
    #[serde(default = "T5Config::default_epsilon")]
    pub layer_norm_epsilon: f64,
    /// Written to exported configurations. Training takes its dropout from
    /// [`LossOptions`](crate::LossOptions) instead.
    #[serde(default = "T5Config::default_dropout")]
    pub dropout_rate: f64,
}

impl T5Config {
    fn default_vocab_size() -> usize {
        32_128
    }

    fn default_d_kv() -> usize {
        64
    }

    fn default_buckets() -> usize {
        32
    }

    fn default_max_distance() -> usize {
        128
    }

    fn default_epsilon() -> f64 {
        1e-6
    }

    fn default_dropout() -> f64 {
        0.1
    }

    /// The embedding rows for a vocabulary of so many ids.
    pub fn padded(ids: u32) -> usize {
        (ids as usize).next_multiple_of(ROW_MULTIPLE)
    }

    /// Checks that every id of the vocabulary has an embedding row.
    ///
    /// # Errors
    /// [`ModelError::VocabularyTooLarge`].
    pub fn holds(&self, ids: u32) -> Result<(), ModelError> {
        match ids as usize <= self.vocab_size {
            true => Ok(()),
            false => Err(ModelError::VocabularyTooLarge { rows: self.vocab_size, ids }),
        }
    }

    /// The number of parameters.
    pub fn parameters(&self) -> u64 {
        let specs = crate::parameters::specs(self);
        specs.iter().map(|spec| spec.shape.iter().map(|&n| n as u64).product::<u64>()).sum()
    }

    /// Whether hidden states are scaled by d_model^−½ before the head.
    pub fn scales_outputs(&self) -> bool {
        self.scale_decoder_outputs.unwrap_or(self.tie_word_embeddings)
    }

    /// Width of all attention heads together.
    pub(crate) fn inner(&self) -> usize {
        self.num_heads * self.d_kv
    }

    /// Refuses shapes that cannot be computed with.
    pub(crate) fn check(&self) -> Result<(), ModelError> {
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("d_model", self.d_model),
            ("d_kv", self.d_kv),
            ("d_ff", self.d_ff),
            ("num_layers", self.num_layers),
            ("num_decoder_layers", self.num_decoder_layers),
            ("num_heads", self.num_heads),
        ];
        if let Some((name, _)) = sizes.iter().find(|(_, size)| *size == 0) {
            return Err(ModelError::Config(format!("{name} is 0; expected at least 1")));
        }
        let (buckets, distance) =
            (self.relative_attention_num_buckets, self.relative_attention_max_distance);
        if buckets < 4 || buckets % 4 != 0 || distance <= buckets / 2 {
            return Err(ModelError::Config(format!(
                "relative_attention_num_buckets {buckets} with relative_attention_max_distance \
                 {distance}: expected a multiple of 4, and a distance above half of it"
            )));
        }
        if !(self.layer_norm_epsilon > 0.0 && (0.0..1.0).contains(&self.dropout_rate)) {
            return Err(ModelError::Config(format!(
                "layer_norm_epsilon {} and dropout_rate {}: expected more than 0, and 0 to 1",
                self.layer_norm_epsilon, self.dropout_rate
            )));
        }
        Ok(())
    }
}

impl Default for T5Config {
    /// T5 1.1 small.
    fn default() -> Self {
        sizes::T5_1_1_SMALL.config()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_shapes_are_refused() {
        let config = T5Config::default();
        assert!(config.check().is_ok());
        assert!(T5Config { num_heads: 0, ..config.clone() }.check().is_err());
        assert!(
            T5Config { relative_attention_max_distance: 16, ..config.clone() }.check().is_err()
        );
        assert!(T5Config { layer_norm_epsilon: f64::NAN, ..config }.check().is_err());
    }

    #[test]
    fn vocabularies_must_fit() {
        let config = T5Config::default();
        assert!(config.holds(32_100).is_ok());
        let error = config.holds(40_000).unwrap_err().to_string();
        assert!(error.contains("40064"), "{error}");
    }
}
