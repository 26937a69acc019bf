//! The forward pass: blocks in their order.

use crate::blocks::Mode;
use crate::blocks::attention::{Setting, attention};
use crate::blocks::embedding::embedding;
use crate::blocks::feed_forward::feed_forward;
use crate::blocks::norm::{drop_out, norm};
use crate::config::T5Config;
use crate::dropout::Dropout;
use crate::parameters::{Parameters, Stack};
use crate::positions::Buckets;
use crate::scope::Scope;
use burn::tensor::Tensor;
use std::sync::Arc;

/// One forward pass over some weights.
pub(crate) struct Forward<'a> {
    pub config: &'a T5Config,
    pub weights: Parameters<Tensor<2>>,
    pub dropout: Option<Dropout>,
    pub mode: Mode,
}

impl Forward<'_> {
    /// Input vectors, `[rows, length, width]`.
    pub fn embed(&self, ids: &[u32], rows: usize) -> Tensor<3> {
        embedding(&self.weights.embedding, ids, rows)
    }

    /// Runs the encoder; gives what the decoder attends to.
    pub fn encode(&self, x: Tensor<3>, scope: Scope) -> Tensor<3> {
        let setting = self.setting(scope, true);
        self.stack(&self.weights.encoder, "encoder", x, &setting, None)
    }

    /// Runs the decoder; gives what the head takes.
    pub fn decode(
        &self,
        x: Tensor<3>,
        memory: &Tensor<3>,
        scope: Scope,
        cross: Scope,
    ) -> Tensor<3> {
        let setting = self.setting(scope, false);
        let cross = self.setting(cross, false);
        let hidden =
            self.stack(&self.weights.decoder, "decoder", x, &setting, Some((memory, &cross)));
        self.scale(hidden)
    }

    /// The head's inputs, scaled by d_model^−½ where the configuration asks for it.
    pub fn scale(&self, hidden: Tensor<3>) -> Tensor<3> {
        match self.config.scales_outputs() {
            true => hidden * (self.config.d_model as f64).powf(-0.5),
            false => hidden,
        }
    }

    /// The head's matrix, `[vocabulary, width]`.
    pub fn head(&self) -> &Tensor<2> {
        self.weights.head.as_ref().unwrap_or(&self.weights.embedding)
    }

    fn setting(&self, scope: Scope, bidirectional: bool) -> Setting {
        Setting {
            heads: self.config.num_heads,
            scope: Arc::new(scope),
            buckets: Buckets::new(self.config, bidirectional),
            mode: self.mode,
        }
    }

    fn stack(
        &self,
        weights: &Stack<Tensor<2>>,
        name: &str,
        x: Tensor<3>,
        setting: &Setting,
        memory: Option<(&Tensor<3>, &Setting)>,
    ) -> Tensor<3> {
        let dropout = self.dropout.map(|dropout| dropout.at(name));
        let mut x = drop_out(x, dropout.map(|dropout| dropout.at("embedding")));
        for (number, block) in weights.blocks.iter().enumerate() {
            let at = |site| dropout.map(|dropout| dropout.at(site).number(number));
            let bias = Some(&weights.bias);
            x = attention(&x, None, &block.attention, bias, setting, at("attention"));
            if let (Some(weights), Some((memory, cross))) = (&block.cross_attention, memory) {
                x = attention(&x, Some(memory), weights, None, cross, at("cross attention"));
            }
            x = feed_forward(&x, &block.feed_forward, self.mode, at("feed forward"));
        }
        let x = norm(x, weights.final_norm.clone(), self.mode.epsilon);
        drop_out(x, dropout.map(|dropout| dropout.at("final")))
    }
}
