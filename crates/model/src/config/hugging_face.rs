//! `config.json` as Hugging Face transformers reads and writes it.

use super::{FeedForward, T5Config};
use crate::ModelError;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

/// The keys of `config.json` that decide what is computed, with the defaults that transformers
/// gives them when they are absent. Other keys are about decoding and tokenizers.
#[derive(Deserialize)]
struct Keys {
    model_type: Option<String>,
    vocab_size: usize,
    d_model: usize,
    d_kv: usize,
    d_ff: usize,
    num_layers: usize,
    num_decoder_layers: Option<usize>,
    num_heads: usize,
    #[serde(default = "T5Config::default_buckets")]
    relative_attention_num_buckets: usize,
    /// Absent from the configurations of the first releases.
    #[serde(default = "T5Config::default_max_distance")]
    relative_attention_max_distance: usize,
    #[serde(default = "T5Config::default_dropout")]
    dropout_rate: f64,
    #[serde(default = "T5Config::default_epsilon")]
    layer_norm_epsilon: f64,
    /// Absent from the configurations of T5 1.0.
    #[serde(default = "relu")]
    feed_forward_proj: String,
    #[serde(default = "tied")]
    tie_word_embeddings: bool,
    /// Since version 5, transformers writes `tie_word_embeddings` as true whatever is the case, and
    /// this key instead, false for untied heads.
    scale_decoder_outputs: Option<bool>,
}

fn relu() -> String {
    "relu".to_owned()
}

fn tied() -> bool {
    true
}

impl T5Config {
    /// Reads a `config.json` of Hugging Face transformers; `path` is named in errors.
    ///
    /// # Errors
    /// When it is not the configuration of a T5, or of one that this crate cannot compute.
    pub fn from_hugging_face(text: &str, path: &Path) -> Result<T5Config, ModelError> {
        let wrong = |what: String| ModelError::ConfigFile { path: path.to_owned(), what };
        let keys: Keys = serde_json::from_str(text)
            .map_err(|error| wrong(format!("not the configuration of a T5: {error}")))?;
        // mT5 and ByT5 are T5s under other names.
        if let Some(kind) = keys.model_type.as_deref()
            && !["t5", "mt5"].contains(&kind)
        {
            return Err(wrong(format!("model_type is `{kind}`; expected `t5`")));
        }
        let feed_forward = match keys.feed_forward_proj.as_str() {
            "relu" => FeedForward::Relu,
            // transformers takes gelu_new, the tanh approximation, under this name.
            "gated-gelu" => FeedForward::GatedGelu,
            other => {
                return Err(wrong(format!(
                    "feed_forward_proj is `{other}`; expected `gated-gelu` or `relu`"
                )));
            }
        };
        let config = T5Config {
            vocab_size: keys.vocab_size,
            d_model: keys.d_model,
            d_kv: keys.d_kv,
            d_ff: keys.d_ff,
            num_layers: keys.num_layers,
            num_decoder_layers: keys.num_decoder_layers.unwrap_or(keys.num_layers),
            num_heads: keys.num_heads,
            relative_attention_num_buckets: keys.relative_attention_num_buckets,
            relative_attention_max_distance: keys.relative_attention_max_distance,
            feed_forward,
            tie_word_embeddings: keys.scale_decoder_outputs.unwrap_or(keys.tie_word_embeddings),
            layer_norm_epsilon: keys.layer_norm_epsilon,
            dropout_rate: keys.dropout_rate,
        };
        config.check().map_err(|error| wrong(error.to_string()))?;
        Ok(config)
    }

    /// The `config.json` of this shape for Hugging Face transformers.
    pub fn to_hugging_face(&self) -> Value {
        json!({
            "architectures": ["T5ForConditionalGeneration"],
            "model_type": "t5",
            "is_encoder_decoder": true,
            "vocab_size": self.vocab_size,
            "d_model": self.d_model,
            "d_kv": self.d_kv,
            "d_ff": self.d_ff,
            "num_layers": self.num_layers,
            "num_decoder_layers": self.num_decoder_layers,
            "num_heads": self.num_heads,
            "relative_attention_num_buckets": self.relative_attention_num_buckets,
            "relative_attention_max_distance": self.relative_attention_max_distance,
            "feed_forward_proj": match self.feed_forward {
                FeedForward::GatedGelu => "gated-gelu",
                FeedForward::Relu => "relu",
            },
            "tie_word_embeddings": self.tie_word_embeddings,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "dropout_rate": self.dropout_rate,
            "initializer_factor": 1.0,
            "pad_token_id": 0,
            "eos_token_id": 1,
            "decoder_start_token_id": 0,
            "use_cache": true,
            "torch_dtype": "float32",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<T5Config, ModelError> {
        T5Config::from_hugging_face(text, Path::new("config.json"))
    }

    #[test]
    fn round_trip() {
        for name in T5Config::names() {
            let config = T5Config::named(name).unwrap();
            assert_eq!(read(&config.to_hugging_face().to_string()).unwrap(), config);
        }
    }

    /// The keys that the first `t5-small` was published with.
    #[test]
    fn absent_keys_mean_t5_1_0() {
        let text = r#"{"model_type": "t5", "vocab_size": 32128, "d_model": 512, "d_kv": 64,
            "d_ff": 2048, "num_layers": 6, "num_heads": 8, "n_positions": 512}"#;
        assert_eq!(read(text).unwrap(), T5Config::named("t5-small").unwrap());
    }

    #[test]
    fn version_5_marks_untied_heads_by_their_scale() {
        let mut keys = T5Config::default().to_hugging_face();
        keys["tie_word_embeddings"] = true.into();
        keys["scale_decoder_outputs"] = false.into();
        assert_eq!(read(&keys.to_string()).unwrap(), T5Config::default());
    }

    #[test]
    fn other_models_are_refused() {
        let text = T5Config::default().to_hugging_face().to_string();
        let error = read(&text.replace("\"t5\"", "\"bart\"")).unwrap_err().to_string();
        assert!(error.contains("bart"), "{error}");
        let error = read(&text.replace("gated-gelu", "gated-silu")).unwrap_err().to_string();
        assert!(error.contains("gated-silu"), "{error}");
    }
}
