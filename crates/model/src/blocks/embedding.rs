//! The embedding.

use crate::flex::{self, Input, Saved};
use crate::kernels::embedding::{gather, scatter};
use burn::tensor::{Int, Tensor, TensorData};

/// The rows of `table` that `ids` name, `[rows, length, width]`.
pub(crate) fn embedding(table: &Tensor<2>, ids: &[u32], rows: usize) -> Tensor<3> {
    fused(table, ids, rows).unwrap_or_else(|| composed(table, ids, rows))
}

fn composed(table: &Tensor<2>, ids: &[u32], rows: usize) -> Tensor<3> {
    let [_, width] = table.dims();
    let ids: Vec<i32> = ids.iter().map(|&id| id as i32).collect();
    let count = ids.len();
    let ids = Tensor::<1, Int>::from_data(TensorData::new(ids, [count]), &table.device());
    table.clone().select(0, ids).reshape([rows, count / rows.max(1), width])
}

fn fused(table: &Tensor<2>, ids: &[u32], rows: usize) -> Option<Tensor<3>> {
    let [count, width] = table.dims();
    let shape = [rows, ids.len() / rows.max(1), width];
    Some(flex::operation([Input::new(table)?], shape, |[table], _| {
        (gather(table, ids, width), Kept { ids: ids.to_vec(), width, count })
    }))
}

#[derive(Clone, Debug)]
struct Kept {
    ids: Vec<u32>,
    width: usize,
    count: usize,
}

impl Saved<1> for Kept {
    fn backward(self, _: [&[f32]; 1], gradient: &[f32], _: [bool; 1]) -> [Vec<f32>; 1] {
        [scatter(gradient, &self.ids, self.width, self.count)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::testing::{assert_close, compare, parameter};

    #[test]
    fn fused_equals_composed() {
        let ids = [3, 1, 3, 0, 4, 4];
        let table = parameter([5, 8], 1.0, 1);
        compare(
            std::slice::from_ref(&table),
            |tables| fused(&tables[0], &ids, 2).unwrap(),
            |tables| composed(&tables[0], &ids, 2),
        );
        let taken = embedding(&table, &ids, 2).inner().into_data().try_into_vec::<f32>().unwrap();
        let values = table.inner().into_data().try_into_vec::<f32>().unwrap();
        assert_close("row", &taken[..8], &values[24..32]);
    }
}
