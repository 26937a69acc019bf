//! What a run costs: tokens, floating-point operations, disk.

use super::graph::{Kind, Node, Training};
use ext5_model::T5Config;
use ext5_train::recipe::Recipe;
use std::ops::AddAssign;

/// What runs cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Cost {
    /// Encoder and decoder positions that are trained on, padding included.
    pub tokens: f64,
    /// Floating-point operations of training.
    pub flops: f64,
    /// Bytes that stay on the disk.
    pub bytes: f64,
    /// Examples that are scored.
    pub scored: f64,
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Cost) {
        self.tokens += other.tokens;
        self.flops += other.flops;
        self.bytes += other.bytes;
        self.scored += other.scored;
    }
}

/// What a node costs; `shape` is that of its model.
pub(super) fn cost(node: &Node, shape: &T5Config) -> Cost {
    let Kind::Train(training) = &node.kind else { return Cost::default() };
    let Training { recipe, .. } = training.as_ref();
    let tokens = positions(recipe) * recipe.train.steps as f64;
    let saved = recipe.train.steps.checked_div(recipe.checkpoints.every_steps).unwrap_or(1);
    let kept = (saved as usize).clamp(1, recipe.checkpoints.keep.max(1));
    Cost {
        tokens,
        flops: flops(recipe, shape) * recipe.train.steps as f64,
        // Weights in f32; Adafactor's state is small beside them.
        bytes: 4.0 * shape.parameters() as f64 * kept as f64,
        scored: node.scores.iter().map(|score| score.examples as f64).sum(),
    }
}

/// Positions of a global batch.
pub(super) fn positions(recipe: &Recipe) -> f64 {
    (recipe.batch.rows * (recipe.batch.inputs + recipe.batch.targets)) as f64
}

/// Floating-point operations of one update: two for each multiplication with a weight and with
/// another position, forward, and twice that backward (Kaplan et al. 2020, Hoffmann et al. 2022,
/// appendix F, for an encoder and a decoder).
fn flops(recipe: &Recipe, shape: &T5Config) -> f64 {
    let (inputs, targets) = (recipe.batch.inputs as f64, recipe.batch.targets as f64);
    let (width, inner) = (shape.d_model as f64, (shape.num_heads * shape.d_kv) as f64);
    let matrices = match shape.feed_forward {
        ext5_model::FeedForward::GatedGelu => 3.0,
        ext5_model::FeedForward::Relu => 2.0,
    };
    let feed_forward = matrices * width * shape.d_ff as f64;
    let attention = 4.0 * width * inner;
    // Scores and weighted sums: two products with the keys and the values of all positions.
    let between = |from: f64, to: f64| 2.0 * from * to * inner;
    let encoder = inputs * (attention + feed_forward) + between(inputs, inputs);
    let decoder = targets * (1.5 * attention + feed_forward)
        // The encoder's outputs become keys and values of the cross-attention.
        + inputs * 0.5 * attention
        + between(targets, targets)
        + between(targets, inputs);
    let head = targets * width * shape.vocab_size as f64;
    let (encoders, decoders) = (shape.num_layers as f64, shape.num_decoder_layers as f64);
    let products = encoders * encoder + decoders * decoder + head;
    3.0 * 2.0 * products * recipe.batch.rows as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For long models the rule of six operations for each parameter and token must hold: the
    /// encoder's parameters meet the inputs, the decoder's the targets.
    #[test]
    fn about_six_for_each_parameter_and_token() {
        let text = "name = \"a\"\nvocabulary = \"bytes\"\n[mixture]\ntasks = [\"*\"]\nr = 0\n\
                    [batch]\nrows = 8\ninputs = 64\ntargets = 64\n[model]\nsize = \"t5-1.1-base\"\n\
                    [train]\nsteps = 1\n";
        let recipe = Recipe::parse_and(text, "a.toml".as_ref(), &[], |_| ()).unwrap();
        let shape = T5Config::named("t5-1.1-base").unwrap();
        // The embedding is looked up, not multiplied with.
        let multiplied = shape.parameters() as f64 - (shape.vocab_size * shape.d_model) as f64;
        let rule = 6.0 * multiplied * 8.0 * 64.0;
        let ratio = flops(&recipe, &shape) / rule;
        assert!((0.95..1.1).contains(&ratio), "{ratio}");
    }
}
