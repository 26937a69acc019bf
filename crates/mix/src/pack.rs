//! Packing: the examples of a window as rows.

use crate::mixture::TokenExample;
use crate::objective::Lengths;
use ext5_core::{Batch, Key, Permutation};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

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

/// Examples of one length.
struct Group {
    length: Shape,
    /// Numbers of the examples, the next to be taken last.
    members: Vec<usize>,
}

/// Fills one row after the other, always with the example that fits best: the one that leaves the
/// least room, in squares of the shares left of inputs and targets, each weighted by how much the
/// examples still need of it (the norm-based greedy of Panigrahy et al., "Heuristics for vector bin
/// packing", 2011). So long inputs are joined with long targets rather than with one another. In
/// whole numbers, so that every machine packs alike. Returns the numbers of the examples of each
/// row.
fn best_fit(lengths: &[Shape], row: Shape) -> Vec<Vec<usize>> {
    let mut groups = group(lengths);
    let mut rows = Vec::new();
    while !groups.is_empty() {
        // What is needed, in rows, times inputs · targets of a row.
        let need = |of: fn(Shape) -> usize, per: usize| {
            let sum = |group: &Group| of(group.length) * group.members.len();
            groups.iter().map(sum).sum::<usize>() as u128 * per as u128
        };
        let weights = [need(|l| l.inputs, row.targets), need(|l| l.targets, row.inputs)];
        let left = |room: Shape, length: Shape| {
            let inputs = ((room.inputs - length.inputs) * row.targets) as u128;
            let targets = ((room.targets - length.targets) * row.inputs) as u128;
            weights[0] * inputs * inputs + weights[1] * targets * targets
        };
        let mut room = row;
        let mut members = Vec::new();
        loop {
            let short = groups.partition_point(|group| group.length.inputs <= room.inputs);
            let fitting = groups[..short].iter().map(|group| group.length).enumerate();
            let best = fitting
                .filter(|(_, length)| length.targets <= room.targets)
                .min_by_key(|&(_, length)| left(room, length));
            let Some((place, length)) = best else { break };
            members.extend(groups[place].members.pop());
            if groups[place].members.is_empty() {
                groups.remove(place);
            }
            room.inputs -= length.inputs;
            room.targets -= length.targets;
        }
        assert!(!members.is_empty(), "an example is longer than a row");
        rows.push(members);
    }
    rows
}

/// Groups examples by their lengths, shortest inputs first.
fn group(lengths: &[Shape]) -> Vec<Group> {
    let mut order: Vec<_> = (0..lengths.len()).collect();
    order.sort_by_key(|&example| {
        (lengths[example].inputs, lengths[example].targets, Reverse(example))
    });
    let runs = order.chunk_by(|&one, &two| lengths[one] == lengths[two]);
    let group = |run: &[usize]| Group { length: lengths[run[0]], members: run.to_vec() };
    runs.map(group).collect()
}
