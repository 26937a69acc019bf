//! Which positions attend to which.

use std::ops::Range;

/// A stretch of queries in one row, and the stretch of keys of the same row that they attend to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub row: usize,
    pub queries: Range<usize>,
    pub keys: Range<usize>,
}

/// Which queries attend to which keys, in a batch of rows. Queries outside all pairs are padding:
/// what attention gives for them means nothing, and nothing attends to them.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub rows: usize,
    /// Query positions of a row.
    pub queries: usize,
    /// Key positions of a row.
    pub keys: usize,
    /// Whether, in a pair, the first query attends to the first key only, the second to two, ….
    pub causal: bool,
    pub pairs: Vec<Pair>,
}

/// The stretches of every row's segments, by segment number from 1; empty for a segment that has no
/// position.
pub(crate) type Stretches = Vec<Vec<Range<usize>>>;

/// Finds the segments of a batch of rows of `length` positions. Gives the row and the segment of
/// one that has positions in two places.
pub(crate) fn stretches(segments: &[u32], length: usize) -> Result<Stretches, (usize, u32)> {
    let mut rows = Vec::new();
    for (row, segments) in segments.chunks(length.max(1)).enumerate() {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut start = 0;
        for run in segments.chunk_by(|a, b| a == b) {
            let stretch = start..start + run.len();
            start = stretch.end;
            let Some(index) = (run[0] as usize).checked_sub(1) else { continue };
            // No row has more segments than positions; larger numbers would only waste memory.
            if index >= length {
                return Err((row, run[0]));
            }
            if found.len() <= index {
                found.resize(index + 1, 0..0);
            }
            if !found[index].is_empty() {
                return Err((row, run[0]));
            }
            found[index] = stretch;
        }
        rows.push(found);
    }
    Ok(rows)
}

impl Scope {
    /// Every segment's queries attend to the same segment's keys.
    pub fn new(queries: (&Stretches, usize), keys: (&Stretches, usize), causal: bool) -> Scope {
        let mut pairs = Vec::new();
        for (row, (of_queries, of_keys)) in queries.0.iter().zip(keys.0).enumerate() {
            for (queries, keys) in of_queries.iter().zip(of_keys) {
                if !queries.is_empty() && !keys.is_empty() {
                    pairs.push(Pair { row, queries: queries.clone(), keys: keys.clone() });
                }
            }
        }
        Scope { rows: queries.0.len(), queries: queries.1, keys: keys.1, causal, pairs }
    }

    /// Zero where a query attends to a key and [`MASKED`] elsewhere, `[rows, queries, keys]`.
    pub fn mask(&self) -> Vec<f32> {
        let mut mask = vec![MASKED; self.rows * self.queries * self.keys];
        for Pair { row, queries, keys } in &self.pairs {
            for (number, query) in queries.clone().enumerate() {
                let line = &mut mask[(row * self.queries + query) * self.keys..][..self.keys];
                let seen = if self.causal { number + 1 } else { keys.len() };
                line[keys.start..keys.start + seen.min(keys.len())].fill(0.0);
            }
        }
        mask
    }
}

/// Added to the logits of what must not be attended to: T5X's value.
pub(crate) const MASKED: f32 = -1e10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_become_stretches() {
        let found = stretches(&[1, 1, 2, 0, 0, 2, 2, 2], 4).unwrap();
        assert_eq!(found, [vec![0..2, 2..3], vec![0..0, 1..4]]);
        assert_eq!(stretches(&[1, 2, 1, 0], 4), Err((0, 1)));
        assert_eq!(stretches(&[0, 9], 2), Err((0, 9)));
    }

    #[test]
    fn masks_keep_segments_and_time_apart() {
        let found = stretches(&[1, 1, 2, 0], 4).unwrap();
        let scope = Scope::new((&found, 4), (&found, 4), true);
        let o = MASKED;
        #[rustfmt::skip]
        assert_eq!(scope.mask(), [
            0.0, o, o, o,
            0.0, 0.0, o, o,
            o, o, 0.0, o,
            o, o, o, o,
        ]);
        let encoder = stretches(&[1, 2], 2).unwrap();
        let cross = Scope::new((&found, 4), (&encoder, 2), false);
        assert_eq!(cross.mask(), [0.0, o, 0.0, o, o, 0.0, o, o]);
    }
}
