//! Gradients of all parameters added up over the ranks, many small ones at a time.

use super::Ranks;
use ext5_model::Gradients;

/// Elements that are added up at a time: large enough for the network, small beside the model.
const BUCKET: usize = 1 << 22;

/// Replaces gradients by their sums over all ranks.
pub(crate) fn sum_gradients(ranks: &dyn Ranks, gradients: &mut Gradients) {
    if ranks.size() > 1 {
        sum(ranks, gradients.slices_mut().collect(), BUCKET);
    }
}

/// Sums slices through buckets of at most so many elements; a bucket may hold many slices, and a
/// slice be in many buckets.
fn sum(ranks: &dyn Ranks, mut slices: Vec<&mut [f32]>, most: usize) {
    let mut bucket: Vec<f32> = Vec::with_capacity(most);
    // What the bucket holds: of which slice, from where on, how many.
    let mut parts: Vec<(usize, usize, usize)> = Vec::new();
    for number in 0..slices.len() {
        let mut from = 0;
        while from < slices[number].len() {
            let count = (slices[number].len() - from).min(most - bucket.len());
            bucket.extend_from_slice(&slices[number][from..from + count]);
            parts.push((number, from, count));
            from += count;
            if bucket.len() == most {
                empty(ranks, &mut bucket, &mut parts, &mut slices);
            }
        }
    }
    empty(ranks, &mut bucket, &mut parts, &mut slices);
}

/// Sums a bucket and puts its contents back.
fn empty(
    ranks: &dyn Ranks,
    bucket: &mut Vec<f32>,
    parts: &mut Vec<(usize, usize, usize)>,
    slices: &mut [&mut [f32]],
) {
    if bucket.is_empty() {
        return;
    }
    ranks.sum(bucket);
    let mut rest = bucket.as_slice();
    for (slice, from, count) in parts.drain(..) {
        let (part, others) = rest.split_at(count);
        slices[slice][from..from + count].copy_from_slice(part);
        rest = others;
    }
    bucket.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::threads;

    #[test]
    fn every_element_is_added_up_once() {
        let lengths = [3, 0, 10, 1, 1, 5];
        for most in [1, 2, 4, 7, 64] {
            let found = threads::run(3, |ranks| {
                let value = |slice: usize, i: usize| (100 * slice + i) as f32;
                let mut tensors: Vec<Vec<f32>> = lengths
                    .iter()
                    .enumerate()
                    .map(|(slice, &n)| {
                        (0..n).map(|i| value(slice, i) * (1 + ranks.rank()) as f32).collect()
                    })
                    .collect();
                sum(ranks, tensors.iter_mut().map(Vec::as_mut_slice).collect(), most);
                for (slice, tensor) in tensors.iter().enumerate() {
                    assert_eq!(tensor.len(), lengths[slice]);
                    for (i, &sum) in tensor.iter().enumerate() {
                        assert_eq!(sum, 6.0 * value(slice, i), "slice {slice}, {i}, {most}");
                    }
                }
                tensors
            });
            assert!(found.iter().all(|tensors| *tensors == found[0]));
        }
    }
}
