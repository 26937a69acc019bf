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
    /// Both follow from `feed_forward_proj`, and replace it where they are written.
    is_gated_act: Option<bool>,
    dense_act_fn: Option<String>,
    tie_word_embeddings: Option<bool>,
    /// Since version 5, transformers writes `tie_word_embeddings` as true whatever is the case, and
    /// for a T5 this key.
    scale_decoder_outputs: Option<bool>,
    #[serde(default)]
    architectures: Option<Vec<String>>,
}

fn relu() -> String {
    "relu".to_owned()
}

impl Keys {
    /// What the model is, where it is not a T5 that this crate computes.
    fn other_model(&self) -> Option<String> {
        match self.model_type.as_deref() {
            // ByT5 and Flan-T5 are T5s by other names.
            None | Some("t5" | "mt5") => {}
            Some("umt5") => {
                let why = "every layer of a umT5 has a position bias of its own";
                return Some(format!("model_type is `umt5`; expected `t5` or `mt5`: {why}"));
            }
            Some(kind) => {
                return Some(format!("model_type is `{kind}`; expected `t5` or `mt5`"));
            }
        }
        let architectures = self.architectures.iter().flatten();
        let encoder = architectures.clone().find(|name| name.ends_with("EncoderModel"))?;
        Some(format!("it is of {encoder}, an encoder alone; expected an encoder and a decoder"))
    }

    fn feed_forward(&self) -> Result<FeedForward, String> {
        // transformers takes gelu_new, the tanh approximation, for `gated-gelu`.
        let (feed_forward, gated, activation) = match self.feed_forward_proj.as_str() {
            "relu" => (FeedForward::Relu, false, "relu"),
            "gated-gelu" => (FeedForward::GatedGelu, true, "gelu_new"),
            other => {
                let expected = "expected `gated-gelu` or `relu`";
                return Err(format!("feed_forward_proj is `{other}`; {expected}"));
            }
        };
        let wanted = format!(
            "expected {gated} and `{activation}` beside feed_forward_proj `{}`",
            self.feed_forward_proj
        );
        match (self.is_gated_act, self.dense_act_fn.as_deref()) {
            (Some(found), _) if found != gated => Err(format!("is_gated_act is {found}; {wanted}")),
            (_, Some(found)) if found != activation => {
                Err(format!("dense_act_fn is `{found}`; {wanted}"))
            }
            _ => Ok(feed_forward),
        }
    }
}

/// A `config.json` as read. Those that transformers 5 writes do not say whether the head is the
/// embedding: the weights do.
pub(crate) struct Published {
    config: T5Config,
    scaled: bool,
    /// Whether the head is the embedding, where the file says so.
    tied: Option<bool>,
}

impl Published {
    /// Reads a `config.json` of Hugging Face transformers; `path` is named in errors.
    ///
    /// # Errors
    /// When it is not the configuration of a T5, or of one that this crate cannot compute.
    pub fn read(text: &str, path: &Path) -> Result<Published, ModelError> {
        let wrong = |what: String| ModelError::ConfigFile { path: path.to_owned(), what };
        let keys: Keys = serde_json::from_str(text)
            .map_err(|error| wrong(format!("not the configuration of a T5: {error}")))?;
        if let Some(what) = keys.other_model() {
            return Err(wrong(what));
        }
        let feed_forward = keys.feed_forward().map_err(wrong)?;
        // transformers 5 never scales what the head of an mT5 takes.
        let multilingual = keys.model_type.as_deref() == Some("mt5");
        let scaled = !multilingual
            && keys.scale_decoder_outputs.or(keys.tie_word_embeddings).unwrap_or(true);
        let said = keys.tie_word_embeddings.unwrap_or(true);
        let open = said && (multilingual || keys.scale_decoder_outputs.is_some());
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
            tie_word_embeddings: said,
            scale_decoder_outputs: None,
            layer_norm_epsilon: keys.layer_norm_epsilon,
            dropout_rate: keys.dropout_rate,
        };
        config.check().map_err(|error| wrong(error.to_string()))?;
        Ok(Published { config, scaled, tied: (!open).then_some(said) })
    }

    /// The shape, for weights that have a head unlike the embedding, or none.
    pub fn config(&self, own_head: bool) -> T5Config {
        let tie_word_embeddings = self.tied.unwrap_or(!own_head);
        let unusual = self.scaled != tie_word_embeddings;
        let scale_decoder_outputs = unusual.then_some(self.scaled);
        T5Config { tie_word_embeddings, scale_decoder_outputs, ..self.config.clone() }
    }
}

impl T5Config {
    /// The `config.json` of this shape for Hugging Face transformers.
    pub fn to_hugging_face(&self) -> Value {
        let mut keys = json!({
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
        });
        // Absent, transformers takes it from `tie_word_embeddings`.
        if let Some(scale) = self.scale_decoder_outputs {
            keys["scale_decoder_outputs"] = scale.into();
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(text: &str) -> Result<Published, ModelError> {
        Published::read(text, Path::new("config.json"))
    }

    /// The shape with weights that have a head only where the shape has one.
    fn read(text: &str) -> Result<T5Config, ModelError> {
        let published = published(text)?;
        Ok(published.config(published.tied == Some(false)))
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

    /// As transformers 5 writes them: `tie_word_embeddings` is always true.
    #[test]
    fn weights_tell_whether_the_head_is_the_embedding() {
        let mut keys = T5Config::default().to_hugging_face();
        keys["tie_word_embeddings"] = true.into();
        let said = published(&keys.to_string()).unwrap();
        assert!(said.config(true).tie_word_embeddings && said.config(true).scales_outputs());
        keys["scale_decoder_outputs"] = false.into();
        let t5 = published(&keys.to_string()).unwrap();
        keys["model_type"] = "mt5".into();
        keys.as_object_mut().unwrap().remove("scale_decoder_outputs");
        let mt5 = published(&keys.to_string()).unwrap();
        for published in [t5, mt5] {
            assert_eq!(published.config(true), T5Config::default());
            let tied = published.config(false);
            assert!(tied.tie_word_embeddings && !tied.scales_outputs());
            assert_eq!(read(&tied.to_hugging_face().to_string()).unwrap(), tied);
        }
    }

    /// As transformers 4 wrote them, and Google published them.
    #[test]
    fn an_untied_mt5_wants_its_head() {
        let mut keys = T5Config::default().to_hugging_face();
        keys["model_type"] = "mt5".into();
        for own_head in [false, true] {
            let config = published(&keys.to_string()).unwrap().config(own_head);
            assert_eq!(config, T5Config::default());
        }
    }

    #[test]
    fn other_models_are_refused() {
        let text = T5Config::default().to_hugging_face().to_string();
        let error = read(&text.replace("\"t5\"", "\"bart\"")).unwrap_err().to_string();
        assert!(error.contains("bart"), "{error}");
        let error = read(&text.replace("\"t5\"", "\"umt5\"")).unwrap_err().to_string();
        assert!(error.contains("position bias of its own"), "{error}");
        let error = read(&text.replace("gated-gelu", "gated-silu")).unwrap_err().to_string();
        assert!(error.contains("gated-silu"), "{error}");
        let error = read(&text.replace("T5ForConditionalGeneration", "T5EncoderModel"));
        assert!(error.unwrap_err().to_string().contains("an encoder alone"));
    }

    /// Flan-T5 is published with the two keys that follow from `feed_forward_proj`.
    #[test]
    fn activations_must_agree() {
        let mut keys = T5Config::default().to_hugging_face();
        keys["is_gated_act"] = true.into();
        keys["dense_act_fn"] = "gelu_new".into();
        assert_eq!(read(&keys.to_string()).unwrap(), T5Config::default());
        keys["dense_act_fn"] = "silu".into();
        let error = read(&keys.to_string()).unwrap_err().to_string();
        assert!(error.contains("dense_act_fn is `silu`"), "{error}");
        keys["is_gated_act"] = false.into();
        let error = read(&keys.to_string()).unwrap_err().to_string();
        assert!(error.contains("is_gated_act is false"), "{error}");
    }
}
