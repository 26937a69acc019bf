//! Packing keeps every example of a window, once and whole.

mod support;

use ext5_core::{Batch, Key, Permutation};
use ext5_mix::pack::pack;
use ext5_mix::{Draw, PackedRow, Shape, TokenExample};
use proptest::prelude::*;

fn example(k: u64, inputs: Vec<u32>, targets: Vec<u32>) -> TokenExample {
    TokenExample { draw: Draw { entry: 0, k }, inputs, targets }
}

/// Examples of given lengths, told apart by their ids.
fn examples(lengths: &[(usize, usize)]) -> Vec<TokenExample> {
    let ids = |k: usize, length: usize| (0..length).map(|i| (k * 7 + i) as u32 % 997 + 1).collect();
    let make = |(k, &(inputs, targets))| example(k as u64, ids(k, inputs), ids(k + 1, targets));
    lengths.iter().enumerate().map(make).collect()
}

fn totals(row: &PackedRow) -> (usize, usize) {
    let inputs = row.segments.iter().map(|s| s.inputs.len()).sum();
    (inputs, row.segments.iter().map(|s| s.targets.len()).sum())
}

proptest! {
    #[test]
    fn every_example_is_in_one_row_and_no_row_overflows(
        shape in (8usize..200, 8usize..100),
        lengths in prop::collection::vec((1usize..200, 1usize..100), 0..150),
        seed: u64,
    ) {
        let lengths: Vec<_> = lengths
            .into_iter()
            .map(|(inputs, targets)| (inputs.min(shape.0), targets.min(shape.1)))
            .collect();
        let examples = examples(&lengths);
        let shape = Shape { inputs: shape.0, targets: shape.1 };
        let rows = pack(examples.clone(), shape, Key::new(seed));
        for row in &rows {
            let (inputs, targets) = totals(row);
            prop_assert!(inputs <= shape.inputs && targets <= shape.targets);
            prop_assert!(!row.segments.is_empty());
        }
        let mut kept: Vec<_> = rows.into_iter().flat_map(|row| row.segments).collect();
        kept.sort_by_key(|example| example.draw.k);
        prop_assert_eq!(kept, examples);
    }

    /// What was packed can be read back from a batch by its segments.
    #[test]
    fn a_batch_holds_what_was_packed(
        lengths in prop::collection::vec((1usize..20, 1usize..10), 1..40),
    ) {
        let shape = Shape { inputs: 40, targets: 20 };
        let rows = pack(examples(&lengths), shape, Key::new(0));
        let mut batch = Batch::empty(rows.len(), shape.inputs, shape.targets);
        for (number, row) in rows.iter().enumerate() {
            row.write(&mut batch, number);
        }
        let of = |ids: &[u32], segments: &[u32], segment| -> Vec<u32> {
            let pairs = ids.iter().zip(segments);
            pairs.filter(|&(_, &s)| s == segment).map(|(&id, _)| id).collect()
        };
        for (number, row) in rows.iter().enumerate() {
            let inputs = number * shape.inputs..(number + 1) * shape.inputs;
            let targets = number * shape.targets..(number + 1) * shape.targets;
            let (encoder, decoder) = (
                &batch.encoder_segments[inputs.clone()],
                &batch.decoder_segments[targets.clone()],
            );
            for (segment, example) in (1..).zip(&row.segments) {
                prop_assert_eq!(
                    &of(&batch.encoder_ids[inputs.clone()], encoder, segment), &example.inputs
                );
                prop_assert_eq!(
                    &of(&batch.decoder_targets[targets.clone()], decoder, segment), &example.targets
                );
                let mut shifted = example.targets.clone();
                shifted.rotate_right(1);
                shifted[0] = 0;
                prop_assert_eq!(
                    of(&batch.decoder_inputs[targets.clone()], decoder, segment), shifted
                );
            }
            for (place, &segment) in targets.zip(decoder) {
                let weight = if segment == 0 { 0.0 } else { 1.0 };
                prop_assert_eq!(batch.loss_weights[place], weight);
                if segment == 0 {
                    prop_assert_eq!(batch.decoder_inputs[place], 0);
                }
            }
        }
    }
}

/// The golden of seqio's `trim_and_pack` tests.
#[test]
fn arrays_are_seqios() {
    let row = PackedRow {
        segments: vec![
            example(0, vec![7, 8, 5, 1], vec![3, 9, 1]),
            example(1, vec![8, 4, 9, 3, 1], vec![4, 1]),
        ],
    };
    let mut batch = Batch::empty(2, 10, 7);
    row.write(&mut batch, 1);
    let empty = Batch::empty(1, 10, 7);
    assert_eq!(batch.encoder_ids[..10], empty.encoder_ids);
    assert_eq!(batch.encoder_ids[10..], [7, 8, 5, 1, 8, 4, 9, 3, 1, 0]);
    assert_eq!(batch.encoder_segments[10..], [1, 1, 1, 1, 2, 2, 2, 2, 2, 0]);
    assert_eq!(batch.decoder_targets[7..], [3, 9, 1, 4, 1, 0, 0]);
    assert_eq!(batch.decoder_segments[7..], [1, 1, 1, 2, 2, 0, 0]);
    assert_eq!(batch.decoder_inputs[7..], [0, 3, 9, 0, 4, 0, 0]);
    assert_eq!(batch.loss_weights[7..], [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]);
}

#[test]
fn rows_are_shuffled_by_the_key() {
    let lengths: Vec<_> = (0..200).map(|k| (k % 40 + 1, 3)).collect();
    let shape = Shape { inputs: 64, targets: 64 };
    let rows = |seed| pack(examples(&lengths), shape, Key::new(seed));
    let (one, two) = (rows(1), rows(2));
    assert_eq!(one, rows(1));
    let (first, second) = (one.len() as u64, Permutation::new(Key::new(2), one.len() as u64));
    let back = Permutation::new(Key::new(1), first);
    for place in 0..first {
        let same = (0..first).find(|&other| second.apply(other) == back.apply(place)).unwrap();
        assert_eq!(one[place as usize], two[same as usize]);
    }
}
