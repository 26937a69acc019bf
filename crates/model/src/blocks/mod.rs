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
