//! The operations that the model is made of. Each has a composed body in plain tensor operations,
//! which every backend runs, and a fused one with a hand-written backward pass, which is taken
//! where the tensors live on Flex.

pub(crate) mod attention;
pub(crate) mod embedding;
pub(crate) mod feed_forward;
pub(crate) mod head;
pub(crate) mod norm;
#[cfg(test)]
pub(crate) mod testing;

use crate::precision::Precision;

/// How blocks are computed, whatever their weights.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode {
    /// Added to the mean square in the norms.
    pub epsilon: f64,
    pub precision: Precision,
    /// Whether only a block's inputs are kept for the backward pass.
    pub recompute: bool,
}

impl Mode {
    /// None where only the composed bodies will do.
    pub fn may_fuse(self) -> Option<()> {
        (self.precision == Precision::F32).then_some(())
    }
}
