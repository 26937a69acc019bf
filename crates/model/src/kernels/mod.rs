//! The math of the hot blocks: pure functions over slices.

pub(crate) mod attend_one;
pub(crate) mod attention;
pub(crate) mod attention_block;
pub(crate) mod bias;
pub(crate) mod cross_entropy;
pub(crate) mod embedding;
pub(crate) mod feed_forward;
pub(crate) mod gemm;
pub(crate) mod norm;
pub(crate) mod skinny;
pub(crate) mod vector;
