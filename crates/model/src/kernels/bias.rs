//! The relative position bias, spread from buckets to distances.

use crate::positions::Buckets;

/// The bias of every head for every distance of a key from its query.
#[derive(Clone, Debug)]
pub(crate) struct Bias {
    /// `[heads, 2 · reach + 1]`; the bias at distance d stands at reach + d.
    pub values: Vec<f32>,
    /// The largest distance.
    reach: usize,
}

impl Bias {
    /// Spreads a table `[buckets, heads]` over the distances inside rows of `length` positions.
    pub fn new(table: &[f32], buckets: Buckets, length: usize) -> Bias {
        let heads = table.len() / buckets.count;
        let reach = length.saturating_sub(1);
        let mut values = Vec::with_capacity(heads * (2 * reach + 1));
        for head in 0..heads {
            values
                .extend(bucket_of_each(buckets, reach).map(|bucket| table[bucket * heads + head]));
        }
        Bias { values, reach }
    }

    /// Whether there are biases for queries at `position`.
    pub fn reaches(&self, position: usize) -> bool {
        position <= self.reach
    }

    /// Where a head's biases for query number `query` of a pair and its first `keys` keys stand.
    pub fn line(&self, head: usize, query: usize, keys: usize) -> std::ops::Range<usize> {
        let start = head * (2 * self.reach + 1) + self.reach - query;
        start..start + keys
    }

    /// The table's gradient from that of the values.
    pub fn to_table(&self, gradient: &[f32], buckets: Buckets) -> Vec<f32> {
        let width = 2 * self.reach + 1;
        let heads = gradient.len() / width;
        let mut table = vec![0.0; buckets.count * heads];
        for (head, line) in gradient.chunks_exact(width).enumerate() {
            for (bucket, value) in bucket_of_each(buckets, self.reach).zip(line) {
                table[bucket * heads + head] += value;
            }
        }
        table
    }
}

fn bucket_of_each(buckets: Buckets, reach: usize) -> impl Iterator<Item = usize> {
    let reach = reach as isize;
    (-reach..=reach).map(move |distance| buckets.of(distance))
}
