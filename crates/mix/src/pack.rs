//! Packing: the examples of a window as rows.

use crate::mixture::TokenExample;
use crate::objective::Lengths;
use ext5_core::{Batch, Key, Permutation};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::ops::Range;

/// Lengths of inputs and targets, in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Encoder tokens.
    pub inputs: usize,
    /// Decoder tokens.
    pub targets: usize,
}

impl From<Lengths> for Shape {
    fn from(lengths: Lengths) -> Self {
        Shape { inputs: lengths.inputs, targets: lengths.targets }
    }
}

/// Examples that share a row; segment s (from 1) is example s − 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedRow {
    /// The examples, in the order of their places.
    pub segments: Vec<TokenExample>,
}

impl PackedRow {
    /// Writes the row as row `row` of a batch of zeros.
    ///
    /// # Panics
    /// When the row is longer than the batch's, or there is no such row.
    pub fn write(&self, batch: &mut Batch, row: usize) {
        let mut input = row * batch.inputs;
        let mut target = row * batch.targets;
        let ends = (input + batch.inputs, target + batch.targets);
        for (number, example) in (1..).zip(&self.segments) {
            let inputs = input..input + example.inputs.len();
            let targets = target..target + example.targets.len();
            (input, target) = (inputs.end, targets.end);
            assert!(input <= ends.0 && target <= ends.1, "a packed row overflows");
            batch.encoder_ids[inputs.clone()].copy_from_slice(&example.inputs);
            batch.encoder_segments[inputs].fill(number);
            // Shifted right: the segment's first decoder input stays 0.
            let shifted = &example.targets[..example.targets.len().saturating_sub(1)];
            batch.decoder_inputs[targets.start + 1..][..shifted.len()].copy_from_slice(shifted);
            batch.decoder_targets[targets.clone()].copy_from_slice(&example.targets);
            batch.decoder_segments[targets.clone()].fill(number);
            batch.loss_weights[targets].fill(1.0);
        }
    }
}

/// Packs the examples of a window into rows of `shape` and shuffles the rows under `key`: the
/// first rows are the fullest, and hold examples of like lengths.
///
/// # Panics
/// When an example is longer than a row; those of a [`Mixture`](crate::Mixture) are trimmed.
pub fn pack(examples: Vec<TokenExample>, shape: Shape, key: Key) -> Vec<PackedRow> {
    let length = |example: &TokenExample| Shape {
        inputs: example.inputs.len(),
        targets: example.targets.len(),
    };
    let lengths: Vec<_> = examples.iter().map(length).collect();
    let rows = best_fit(&lengths, shape);
    let order = Permutation::new(key, rows.len() as u64);
    let mut examples: Vec<_> = examples.into_iter().map(Some).collect();
    (0..rows.len() as u64)
        .map(|place| {
            let members = &rows[order.apply(place) as usize];
            let take = |&member: &usize| examples[member].take();
            PackedRow { segments: members.iter().filter_map(take).collect() }
        })
        .collect()
}

/// Fills one row after the other, always with the example that fits best: the one that leaves the
/// least room, in squares of the shares left of inputs and targets, each weighted by how much the
/// examples still need of it (the norm-based greedy of Panigrahy et al., "Heuristics for vector bin
/// packing", 2011). So long inputs are joined with long targets rather than with one another.
/// Returns the numbers of the examples of each row.
fn best_fit(lengths: &[Shape], row: Shape) -> Vec<Vec<usize>> {
    let mut groups = Groups::new(lengths, row);
    let mut rows = Vec::new();
    while !groups.is_empty() {
        let mut room = row;
        let mut members = Vec::new();
        let weights = groups.weights();
        while let Some(place) = groups.best(room, weights) {
            let (member, length) = groups.take(place);
            members.push(member);
            room.inputs -= length.inputs;
            room.targets -= length.targets;
        }
        assert!(!members.is_empty(), "an example is longer than a row");
        rows.push(members);
    }
    rows
}

/// The examples that wait for a row, in groups of one length, shortest inputs first.
///
/// Lengths are also kept as shares of a row in single precision, side by side, so that a search
/// over them runs on vectors. Adding, multiplying and dividing have one right result each, so that
/// every machine packs alike.
struct Groups {
    row: Shape,
    /// Numbers of all examples, group by group, each group's next to be taken last.
    order: Vec<usize>,
    lengths: Vec<Shape>,
    inputs: Vec<f32>,
    targets: Vec<f32>,
    /// Where each group's examples are in `order`.
    members: Vec<Range<usize>>,
    /// Lengths of all examples together.
    needed: Shape,
    /// What each group would leave of a row.
    left: Vec<f32>,
}

impl Groups {
    fn new(lengths: &[Shape], row: Shape) -> Self {
        let mut order: Vec<_> = (0..lengths.len()).collect();
        order.sort_unstable_by_key(|&example| {
            (lengths[example].inputs, lengths[example].targets, Reverse(example))
        });
        let needed = Shape {
            inputs: lengths.iter().map(|length| length.inputs).sum(),
            targets: lengths.iter().map(|length| length.targets).sum(),
        };
        let mut groups = Groups {
            row,
            order: Vec::new(),
            lengths: Vec::new(),
            inputs: Vec::new(),
            targets: Vec::new(),
            members: Vec::new(),
            needed,
            left: Vec::new(),
        };
        let mut start = 0;
        for run in order.chunk_by(|&one, &two| lengths[one] == lengths[two]) {
            let [inputs, targets] = groups.shares(lengths[run[0]]);
            groups.lengths.push(lengths[run[0]]);
            groups.inputs.push(inputs);
            groups.targets.push(targets);
            groups.members.push(start..start + run.len());
            start += run.len();
        }
        groups.order = order;
        groups
    }

    fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Lengths as shares of a row.
    fn shares(&self, length: Shape) -> [f32; 2] {
        let share = |length: usize, row: usize| length as f32 / row as f32;
        [share(length.inputs, self.row.inputs), share(length.targets, self.row.targets)]
    }

    /// How much of inputs and of targets the examples need, in rows.
    fn weights(&self) -> [f32; 2] {
        self.shares(self.needed)
    }

    /// The group that leaves the least of a room, the first of several.
    fn best(&mut self, room: Shape, [inputs_weight, targets_weight]: [f32; 2]) -> Option<usize> {
        let short = self.lengths.partition_point(|length| length.inputs <= room.inputs);
        let [inputs_room, targets_room] = self.shares(room);
        let lengths = self.inputs[..short].iter().zip(&self.targets[..short]);
        self.left.clear();
        self.left.extend(lengths.map(|(inputs, targets)| {
            let (inputs, fits) = (inputs_room - inputs, *targets <= targets_room);
            let targets = targets_room - targets;
            let left = inputs_weight * inputs * inputs + targets_weight * targets * targets;
            if fits { left } else { f32::INFINITY }
        }));
        // The least of every lane first, then of the lanes: this becomes vector code.
        let (lanes, rest) = self.left.as_chunks::<8>();
        let mut least = [f32::INFINITY; 8];
        for lane in lanes {
            for (least, &left) in least.iter_mut().zip(lane) {
                *least = if left < *least { left } else { *least };
            }
        }
        let least = least.iter().chain(rest).copied().fold(f32::INFINITY, f32::min);
        if least == f32::INFINITY {
            return None;
        }
        self.left.iter().position(|&left| left == least)
    }

    /// Takes an example of a group.
    fn take(&mut self, group: usize) -> (usize, Shape) {
        let (members, length) = (&mut self.members[group], self.lengths[group]);
        members.end -= 1;
        let member = self.order[members.end];
        if members.start == members.end {
            self.lengths.remove(group);
            self.inputs.remove(group);
            self.targets.remove(group);
            self.members.remove(group);
        }
        self.needed.inputs -= length.inputs;
        self.needed.targets -= length.targets;
        (member, length)
    }
}
