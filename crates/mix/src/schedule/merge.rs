//! Reading a schedule in order.

use super::{Draw, Timed};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The draws of a [`Schedule`](super::Schedule) from some slot on, without end.
#[derive(Clone, Debug)]
pub struct Merge {
    /// The next draw of every entry.
    next: BinaryHeap<Reverse<Timed>>,
}

impl Merge {
    pub(super) fn new(next: impl Iterator<Item = Timed>) -> Self {
        Merge { next: next.map(Reverse).collect() }
    }
}

impl Iterator for Merge {
    type Item = Draw;

    fn next(&mut self) -> Option<Draw> {
        let mut top = self.next.peek_mut()?;
        let Timed { lane, draw, .. } = top.0;
        top.0 = lane.timed(draw.k + 1);
        Some(draw)
    }
}
