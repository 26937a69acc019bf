//! The parameters of a T5: their names, shapes and order, said once.

use crate::config::{FeedForward, T5Config};

/// What a parameter is for; decides how it is drawn at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Embedding,
    Head,
    Norm,
    Query,
    Key,
    Value,
    AttentionOutput,
    RelativeBias,
    FeedForwardInput,
    FeedForwardOutput,
}

/// One parameter: its Hugging Face name and shape, and its role.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub name: String,
    pub shape: Vec<usize>,
    pub role: Role,
}

/// The parameters of a T5, or something about each: a `P` for each one.
pub(crate) struct Parameters<P> {
    pub embedding: P,
    pub encoder: Stack<P>,
    pub decoder: Stack<P>,
    /// The head's own matrix; none where it is tied to the embedding.
    pub head: Option<P>,
}

/// The encoder or the decoder.
pub(crate) struct Stack<P> {
    pub blocks: Vec<Block<P>>,
    /// Relative position bias, buckets × heads, shared by the stack's self-attentions.
    pub bias: P,
    pub final_norm: P,
}

/// One layer.
pub(crate) struct Block<P> {
    pub attention: Attention<P>,
    /// Attention to the encoder; in decoders only.
    pub cross_attention: Option<Attention<P>>,
    pub feed_forward: FeedForwardWeights<P>,
}

/// Matrices are stored as Hugging Face stores them: outputs × inputs.
#[derive(Clone)]
pub(crate) struct Attention<P> {
    pub norm: P,
    pub q: P,
    pub k: P,
    pub v: P,
    pub o: P,
}

#[derive(Clone)]
pub(crate) struct FeedForwardWeights<P> {
    pub norm: P,
    /// `wi`, or `wi_0` which goes through the gelu.
    pub wi: P,
    /// `wi_1`, the gate's linear half.
    pub gate: Option<P>,
    pub wo: P,
}

/// The specs of all parameters, in the order in which they are visited everywhere.
pub(crate) fn specs(config: &T5Config) -> Vec<Spec> {
    let mut specs = Vec::new();
    Parameters::assemble(config, &mut |spec| specs.push(spec));
    specs
}

impl<P> Parameters<P> {
    /// Puts parameters that come in order in their places.
    ///
    /// # Panics
    /// When there are too few.
    pub fn of(config: &T5Config, all: impl IntoIterator<Item = P>) -> Parameters<P> {
        let mut all = all.into_iter();
        Self::assemble(config, &mut |_| match all.next() {
            Some(one) => one,
            None => unreachable!("one for each spec"),
        })
    }

    /// Asks `make` for every parameter, in order.
    pub fn assemble(config: &T5Config, make: &mut impl FnMut(Spec) -> P) -> Parameters<P> {
        let matrix = [config.vocab_size, config.d_model];
        let embedding = make(spec("shared.weight".to_owned(), &matrix, Role::Embedding));
        Parameters {
            embedding,
            encoder: stack(config, "encoder", config.num_layers, make),
            decoder: stack(config, "decoder", config.num_decoder_layers, make),
            head: (!config.tie_word_embeddings)
                .then(|| make(spec("lm_head.weight".to_owned(), &matrix, Role::Head))),
        }
    }
}

fn spec(name: String, shape: &[usize], role: Role) -> Spec {
    Spec { name, shape: shape.to_vec(), role }
}

fn stack<P>(
    config: &T5Config,
    name: &str,
    layers: usize,
    make: &mut impl FnMut(Spec) -> P,
) -> Stack<P> {
    let mut bias = None;
    let mut blocks = Vec::with_capacity(layers);
    for number in 0..layers {
        let layer = format!("{name}.block.{number}.layer");
        let mut attention = |layer: String, kind: &str| {
            let (outer, inner) = (config.d_model, config.inner());
            let mut weight = |name: &str, shape: [usize; 2], role| {
                make(spec(format!("{layer}.{kind}.{name}.weight"), &shape, role))
            };
            let (q, k, v, o) = (
                weight("q", [inner, outer], Role::Query),
                weight("k", [inner, outer], Role::Key),
                weight("v", [inner, outer], Role::Value),
                weight("o", [outer, inner], Role::AttentionOutput),
            );
            if kind == "SelfAttention" && number == 0 {
                let shape = [config.relative_attention_num_buckets, config.num_heads];
                bias = Some(weight("relative_attention_bias", shape, Role::RelativeBias));
            }
            Attention { norm: norm(config, &layer, make), q, k, v, o }
        };
        let self_attention = attention(format!("{layer}.0"), "SelfAttention");
        let cross = name == "decoder";
        let cross_attention = cross.then(|| attention(format!("{layer}.1"), "EncDecAttention"));
        let layer = format!("{layer}.{}", 1 + usize::from(cross));
        blocks.push(Block {
            attention: self_attention,
            cross_attention,
            feed_forward: feed_forward(config, &layer, make),
        });
    }
    let Some(bias) = bias else { unreachable!("a checked configuration has layers") };
    let final_norm =
        make(spec(format!("{name}.final_layer_norm.weight"), &[config.d_model], Role::Norm));
    Stack { blocks, bias, final_norm }
}

fn norm<P>(config: &T5Config, layer: &str, make: &mut impl FnMut(Spec) -> P) -> P {
    make(spec(format!("{layer}.layer_norm.weight"), &[config.d_model], Role::Norm))
}

fn feed_forward<P>(
    config: &T5Config,
    layer: &str,
    make: &mut impl FnMut(Spec) -> P,
) -> FeedForwardWeights<P> {
    let (outer, inner) = (config.d_model, config.d_ff);
    let mut weight = |name: &str, shape: [usize; 2], role| {
        make(spec(format!("{layer}.DenseReluDense.{name}.weight"), &shape, role))
    };
    let gated = config.feed_forward == FeedForward::GatedGelu;
    let first = if gated { "wi_0" } else { "wi" };
    let wi = weight(first, [inner, outer], Role::FeedForwardInput);
    let gate = gated.then(|| weight("wi_1", [inner, outer], Role::FeedForwardInput));
    let wo = weight("wo", [outer, inner], Role::FeedForwardOutput);
    FeedForwardWeights { norm: norm(config, layer, make), wi, gate, wo }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_ordered() {
        let names: Vec<_> =
            specs(&T5Config::named("tiny").unwrap()).into_iter().map(|spec| spec.name).collect();
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert_eq!(names[0], "shared.weight");
        assert_eq!(
            names[5],
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"
        );
        assert_eq!(names.last().unwrap(), "lm_head.weight");
    }
}
