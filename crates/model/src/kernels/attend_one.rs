//! The attention of one query.

use super::bias::Bias;
use super::vector::{dot, softmax};
use pulp::{Simd, WithSimd};

/// Keys and values that a query sees, `[positions, heads · width]`.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub k: &'a [f32],
    pub v: &'a [f32],
}

/// What all heads of the query `q`, `[heads · width]`, find in what it sees. The bias comes with the
/// query's position; the query sees no later ones.
pub(crate) fn attend_one(
    q: &[f32],
    seen: Seen<'_>,
    heads: usize,
    bias: Option<(&Bias, usize)>,
    found: &mut [f32],
) {
    pulp::Arch::new().dispatch(AttendOne { q, seen, heads, bias, found });
}

struct AttendOne<'a> {
    q: &'a [f32],
    seen: Seen<'a>,
    heads: usize,
    bias: Option<(&'a Bias, usize)>,
    found: &'a mut [f32],
}

impl WithSimd for AttendOne<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let AttendOne { q, seen, heads, bias, found } = self;
        let (inner, width) = (q.len(), q.len() / heads);
        let mut weights = vec![0.0; seen.k.len() / inner];
        for head in 0..heads {
            let part = head * width..(head + 1) * width;
            for (weight, k) in weights.iter_mut().zip(seen.k.chunks_exact(inner)) {
                *weight = dot(simd, &q[part.clone()], &k[part.clone()]);
            }
            let bias =
                bias.map(|(bias, query)| &bias.values[bias.line(head, query, weights.len())]);
            softmax(&mut weights, bias);
            gather(simd, &weights, &seen.v[part.start..], inner, &mut found[part]);
        }
    }
}

/// The sum of the values, whose rows start `stride` elements apart, by their weights.
#[inline(always)]
fn gather<S: Simd>(simd: S, weights: &[f32], v: &[f32], stride: usize, found: &mut [f32]) {
    let width = found.len();
    let (vectors, rest) = S::as_mut_simd_f32s(found);
    let from = width - rest.len();
    // Sums stay in registers while all positions go by.
    for (number, sums) in vectors.chunks_mut(4).enumerate() {
        let start = 4 * number * S::F32_LANES;
        match sums {
            [a, b, c, d] => {
                let mut of = [simd.splat_f32s(0.0); 4];
                for (&weight, v) in weights.iter().zip(v.chunks(stride)) {
                    let (v, _) = S::as_simd_f32s(&v[start..start + 4 * S::F32_LANES]);
                    let weight = simd.splat_f32s(weight);
                    for (sum, v) in of.iter_mut().zip(v) {
                        *sum = simd.mul_add_f32s(weight, *v, *sum);
                    }
                }
                [*a, *b, *c, *d] = of;
            }
            fewer => {
                for (place, sum) in fewer.iter_mut().enumerate() {
                    let start = start + place * S::F32_LANES;
                    let mut of = simd.splat_f32s(0.0);
                    for (&weight, v) in weights.iter().zip(v.chunks(stride)) {
                        let (v, _) = S::as_simd_f32s(&v[start..start + S::F32_LANES]);
                        of = simd.mul_add_f32s(simd.splat_f32s(weight), v[0], of);
                    }
                    *sum = of;
                }
            }
        }
    }
    for (place, sum) in rest.iter_mut().enumerate() {
        let values = weights.iter().zip(v.chunks(stride));
        *sum = values.map(|(weight, v)| weight * v[from + place]).sum();
    }
}
