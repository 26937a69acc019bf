//! Rows of a table, and the gradient of taking them.

use rayon::prelude::*;

/// The rows of `table` that `ids` name.
pub(crate) fn gather(table: &[f32], ids: &[u32], width: usize) -> Vec<f32> {
    let mut rows = vec![0.0; ids.len() * width];
    rows.par_chunks_mut(width).zip(ids).for_each(|(row, &id)| {
        row.copy_from_slice(&table[id as usize * width..][..width]);
    });
    rows
}

/// A table of `count` rows, each the sum of the `gradient` rows of its id, added in order.
pub(crate) fn scatter(gradient: &[f32], ids: &[u32], width: usize, count: usize) -> Vec<f32> {
    let mut table = vec![0.0; count * width];
    for (row, &id) in gradient.chunks_exact(width).zip(ids) {
        for (sum, value) in table[id as usize * width..][..width].iter_mut().zip(row) {
            *sum += value;
        }
    }
    table
}
