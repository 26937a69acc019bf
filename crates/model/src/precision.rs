//! What matrix products are computed in.

use burn::tensor::{FloatDType, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What matrix products are computed in.
///
/// Weights, norms, softmax, residuals, the feed-forward block's output, the head and the loss are f32
/// in any case, and so are gradients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// bfloat16, with 8 bits of precision: for devices that have it in hardware. On the CPU it is
    /// computed without the fused blocks and much slower than f32; good for trying what it does to
    /// a run.
    Bf16,
}

impl Precision {
    /// The matrix product of two f32 tensors, in f32.
    pub(crate) fn product<const D: usize>(self, a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
        match self {
            Precision::F32 => a.matmul(b),
            Precision::Bf16 => {
                let [a, b] = [a, b].map(|factor| factor.cast(FloatDType::BF16));
                a.matmul(b).cast(FloatDType::F32)
            }
        }
    }
}
