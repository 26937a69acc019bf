//! Batches of one example a row: for fine-tuning without packing, and for evaluation.
//!
//! A finite set of examples is visited in epochs. An epoch is a random order of the set, or the
//! set's own; it is cut into windows, a window's examples are sorted by length, so that those of a
//! batch are padded little, and cut into batches of at most so many tokens, padding counted; the
//! batches of a window come in random order. Everything follows from the lengths and a key, so that
//! ranks share the batches out by arithmetic.

use crate::pack::Shape;
use ext5_core::{Batch, Key, Permutation};
use std::ops::Range;
use thiserror::Error;

/// How single examples become batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnpackedOptions {
    /// Most tokens of a batch: rows · (longest inputs + longest targets). A single example may be
    /// longer.
    pub tokens: usize,
    /// Most rows of a batch.
    pub rows: usize,
    /// Examples that are sorted together; from 1.
    pub window: usize,
    /// Whether each epoch has a random order. Without it windows are parts of the set's own order,
    /// and their batches come from the shortest to the longest.
    pub shuffle: bool,
    /// This process, from 0.
    pub rank: usize,
    /// Number of processes.
    pub world: usize,
}

/// Why there are no batches.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum UnpackedError {
    /// A number that must be 1 or more is 0.
    #[error("batches of single examples with {0} of 0: it must be at least 1")]
    Zero(&'static str),
    /// A rank that does not exist.
    #[error("rank {rank} of {world}: ranks count from 0 and stay below the number of processes")]
    Rank {
        /// The rank.
        rank: usize,
        /// Number of processes.
        world: usize,
    },
}

/// The plan of an epoch: which examples share a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Numbers of the examples, batch by batch.
    order: Vec<usize>,
    batches: Vec<Range<usize>>,
}

impl Unpacked {
    /// This rank's batches of epoch `epoch` of examples with these lengths, end of sequence
    /// included. Each example is in one batch of one rank. Every rank has as many batches as the
    /// others or one less.
    ///
    /// # Errors
    /// When the options are impossible.
    pub fn new(
        lengths: &[Shape],
        options: UnpackedOptions,
        key: Key,
        epoch: u64,
    ) -> Result<Self, UnpackedError> {
        let UnpackedOptions { tokens, rows, window, shuffle, rank, world } = options;
        for (name, number) in [("tokens", tokens), ("rows", rows), ("window", window)] {
            if number == 0 {
                return Err(UnpackedError::Zero(name));
            }
        }
        if rank >= world {
            return Err(UnpackedError::Rank { rank, world });
        }
        let key = key.name("unpacked").index(epoch);
        let mut order: Vec<usize> = (0..lengths.len()).collect();
        if shuffle && !order.is_empty() {
            let random = Permutation::new(key.name("order"), order.len() as u64);
            for (place, example) in order.iter_mut().enumerate() {
                *example = random.apply(place as u64) as usize;
            }
        }
        let mut all = Vec::new();
        for (number, start) in (0u64..).zip((0..order.len()).step_by(window)) {
            let end = order.len().min(start + window);
            order[start..end].sort_by_key(|&example| {
                let Shape { inputs, targets } = lengths[example];
                (inputs + targets, inputs)
            });
            let mut batches = cut(&order[start..end], lengths, tokens, rows);
            if shuffle {
                key.name("batches").index(number).rng().shuffle(&mut batches);
            }
            all.extend(batches.into_iter().map(|batch| start + batch.start..start + batch.end));
        }
        Ok(Unpacked { order, batches: all.into_iter().skip(rank).step_by(world).collect() })
    }

    /// Number of batches.
    pub fn len(&self) -> usize {
        self.batches.len()
    }

    /// Whether there is no batch.
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// The numbers of the examples of each batch, by which the set's own order is found again. A
    /// run that stopped after some batches goes on with `skip`.
    pub fn batches(&self) -> impl Iterator<Item = &[usize]> {
        self.batches.iter().map(|batch| &self.order[batch.clone()])
    }
}

/// Cuts sorted examples into batches.
fn cut(order: &[usize], lengths: &[Shape], tokens: usize, rows: usize) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut longest) = (0, Shape { inputs: 0, targets: 0 });
    for (place, &example) in order.iter().enumerate() {
        let length = lengths[example];
        let with = Shape {
            inputs: longest.inputs.max(length.inputs),
            targets: longest.targets.max(length.targets),
        };
        let count = place - start + 1;
        if count > 1 && (count > rows || count * (with.inputs + with.targets) > tokens) {
            batches.push(start..place);
            (start, longest) = (place, length);
        } else {
            longest = with;
        }
    }
    if start < order.len() {
        batches.push(start..order.len());
    }
    batches
}

/// A batch with one example a row, as long as its longest inputs and targets; an example is its
/// inputs and targets with end of sequence.
pub fn one_a_row<I: AsRef<[u32]>>(examples: &[(I, I)]) -> Batch {
    let longest = |of: fn(&(I, I)) -> &I| {
        examples.iter().map(|example| of(example).as_ref().len()).max().unwrap_or(0)
    };
    let mut batch = Batch::empty(examples.len(), longest(|e| &e.0), longest(|e| &e.1));
    for (row, (inputs, targets)) in examples.iter().enumerate() {
        let (inputs, targets) = (inputs.as_ref(), targets.as_ref());
        let encoder = row * batch.inputs..row * batch.inputs + inputs.len();
        let decoder = row * batch.targets..row * batch.targets + targets.len();
        batch.encoder_ids[encoder.clone()].copy_from_slice(inputs);
        batch.encoder_segments[encoder].fill(1);
        if let Some((_, shifted)) = targets.split_last() {
            batch.decoder_inputs[decoder.start + 1..decoder.end].copy_from_slice(shifted);
        }
        batch.decoder_targets[decoder.clone()].copy_from_slice(targets);
        batch.decoder_segments[decoder.clone()].fill(1);
        batch.loss_weights[decoder].fill(1.0);
    }
    batch
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lengths(count: usize, seed: u64) -> Vec<Shape> {
        let mut rng = Key::new(seed).rng();
        let mut length = |most| 2 + rng.below(most) as usize;
        (0..count).map(|_| Shape { inputs: length(100), targets: length(20) }).collect()
    }

    fn options(tokens: usize, shuffle: bool, rank: usize, world: usize) -> UnpackedOptions {
        UnpackedOptions { tokens, rows: 16, window: 50, shuffle, rank, world }
    }

    proptest! {
        #[test]
        fn every_example_is_in_one_batch_of_one_rank(
            count in 0usize..300, tokens in 1usize..2000, shuffle: bool, world in 1usize..9,
            epoch in 0u64..5,
        ) {
            let lengths = lengths(count, 1);
            let mut seen = Vec::new();
            for rank in 0..world {
                let plan =
                    Unpacked::new(&lengths, options(tokens, shuffle, rank, world), Key::new(3), epoch)
                        .unwrap();
                for batch in plan.batches() {
                    let longest = |of: fn(&Shape) -> usize| {
                        batch.iter().map(|&e| of(&lengths[e])).max().unwrap()
                    };
                    let size = batch.len() * (longest(|l| l.inputs) + longest(|l| l.targets));
                    prop_assert!(batch.len() == 1 || size <= tokens && batch.len() <= 16);
                    seen.extend_from_slice(batch);
                }
            }
            seen.sort_unstable();
            prop_assert!(seen.into_iter().eq(0..count));
        }
    }

    #[test]
    fn ranks_share_the_batches_of_one() {
        let lengths = lengths(500, 2);
        let plan = |rank, world| {
            let plan = Unpacked::new(&lengths, options(900, true, rank, world), Key::new(1), 0);
            let plan = plan.unwrap();
            plan.batches().map(<[usize]>::to_vec).collect::<Vec<_>>()
        };
        let whole = plan(0, 1);
        for world in [2, 3, 8] {
            for (number, batch) in whole.iter().enumerate() {
                assert_eq!(plan(number % world, world)[number / world], *batch);
            }
        }
    }

    #[test]
    fn epochs_differ_and_sorting_saves_padding() {
        let lengths = lengths(1000, 2);
        let mut wide = options(2000, true, 0, 1);
        let order = |options, epoch| {
            let plan = Unpacked::new(&lengths, options, Key::new(1), epoch).unwrap();
            plan.batches().map(<[usize]>::to_vec).collect::<Vec<_>>()
        };
        assert_ne!(order(wide, 0), order(wide, 1));
        assert_eq!(order(wide, 1), order(wide, 1));
        let narrow = order(UnpackedOptions { window: 1, ..wide }, 0).len();
        assert_eq!(narrow, 1000, "windows bound batches");
        wide.window = 1000;
        let padded: usize = order(wide, 0)
            .iter()
            .map(|batch| {
                let longest = batch.iter().map(|&e| lengths[e].inputs).max().unwrap();
                longest * batch.len()
            })
            .sum();
        let tokens: usize = lengths.iter().map(|l| l.inputs).sum();
        assert!(tokens as f64 / padded as f64 > 0.85, "{tokens} of {padded}");
    }

    #[test]
    fn impossible_options_are_refused() {
        let refused = |options| Unpacked::new(&[], options, Key::new(1), 0).unwrap_err();
        assert_eq!(refused(options(0, true, 0, 1)), UnpackedError::Zero("tokens"));
        assert!(matches!(refused(options(1, true, 1, 1)), UnpackedError::Rank { .. }));
        assert!(Unpacked::new(&[], options(1, true, 0, 1), Key::new(1), 0).unwrap().is_empty());
    }

    #[test]
    fn rows_hold_one_example() {
        let batch = one_a_row(&[(vec![5, 6, 1], vec![7, 1]), (vec![8, 1], vec![9, 10, 1])]);
        assert_eq!((batch.rows, batch.inputs, batch.targets), (2, 3, 3));
        assert_eq!(batch.encoder_ids, [5, 6, 1, 8, 1, 0]);
        assert_eq!(batch.encoder_segments, [1, 1, 1, 1, 1, 0]);
        assert_eq!(batch.decoder_inputs, [0, 7, 0, 0, 9, 10]);
        assert_eq!(batch.decoder_targets, [7, 1, 0, 9, 10, 1]);
        assert_eq!(batch.loss_weights, [1.0, 1.0, 0.0, 1.0, 1.0, 1.0]);
    }
}
