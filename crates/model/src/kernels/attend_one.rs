//! The attention of one query.

use super::bias::Bias;
use super::vector::{softmax, sum, vectorized};

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
    let (inner, width) = (q.len(), q.len() / heads);
    let positions = seen.k.len() / inner;
    let mut weights = vec![0.0; positions];
    vectorized(
        #[inline(always)]
        || {
            for head in 0..heads {
                let part = head * width..(head + 1) * width;
                let q = &q[part.clone()];
                for (weight, k) in weights.iter_mut().zip(seen.k.chunks_exact(inner)) {
                    let k = &k[part.clone()];
                    *weight = sum(width, |i| q[i] * k[i]);
                }
                let bias =
                    bias.map(|(bias, query)| &bias.values[bias.line(head, query, positions)]);
                softmax(&mut weights, bias);
                let found = &mut found[part.clone()];
                for (weight, v) in weights.iter().zip(seen.v.chunks_exact(inner)) {
                    for (found, v) in found.iter_mut().zip(&v[part.clone()]) {
                        *found += weight * v;
                    }
                }
            }
        },
    );
}
