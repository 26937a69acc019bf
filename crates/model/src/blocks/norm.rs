//! The norm of T5.

use crate::dropout::Dropout;
use crate::flex;
use burn::tensor::Tensor;

/// x · rsqrt(mean(x²) + ε) · gain for `x` of `[rows, length, width]` and a gain of `[1, width]`.
pub(crate) fn norm(x: Tensor<3>, gain: Tensor<2>, epsilon: f64) -> Tensor<3> {
    let factor = (x.clone().square().mean_dim(2) + epsilon).sqrt().recip();
    x * factor * gain.unsqueeze::<3>()
}

/// Dropout of `x` of `[rows, length, width]`; the mask is shared along the length.
pub(crate) fn drop_out(x: Tensor<3>, dropout: Option<Dropout>) -> Tensor<3> {
    let Some(dropout) = dropout else { return x };
    let [rows, _, width] = x.dims();
    let factors = dropout.factors(rows, width);
    let factors = flex::from_vec(factors, [rows, 1, width], &x.device().without_autodiff());
    x * factors
}
