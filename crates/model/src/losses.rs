//! The losses of a packed batch, told apart by what its segments are of.

use ext5_core::Batch;
use std::ops::AddAssign;

/// The loss of all segments of one slot; a slot is whatever the caller tells apart, such as a task.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SlotLoss {
    /// Sum of the targets' negative log-likelihoods, in nats.
    pub nll: f64,
    /// Targets of weight above 0.
    pub tokens: u64,
    /// Segments.
    pub segments: u64,
}

impl SlotLoss {
    /// Adds up token losses, `[rows, targets]`, by slot, `slots` of them: segment s (from 1) of row
    /// r is of slot `slot_of[r][s − 1]`.
    ///
    /// # Panics
    /// When a segment of the batch has no slot.
    pub fn by_slot(
        batch: &Batch,
        token_losses: &[f32],
        slot_of: &[Vec<usize>],
        slots: usize,
    ) -> Vec<SlotLoss> {
        let mut sums = vec![SlotLoss::default(); slots];
        let weighted = token_losses.iter().zip(&batch.loss_weights).zip(&batch.decoder_segments);
        let places = weighted.enumerate();
        for (place, ((&loss, &weight), &segment)) in places {
            if segment > 0 && weight > 0.0 {
                let sum = &mut sums[slot_of[place / batch.targets][segment as usize - 1]];
                sum.nll += f64::from(loss);
                sum.tokens += 1;
            }
        }
        for &slot in slot_of.iter().flatten() {
            sums[slot].segments += 1;
        }
        sums
    }
}

impl AddAssign for SlotLoss {
    fn add_assign(&mut self, other: SlotLoss) {
        self.nll += other.nll;
        self.tokens += other.tokens;
        self.segments += other.segments;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_report_to_their_slots() {
        let mut batch = Batch::empty(2, 1, 4);
        batch.decoder_segments = vec![1, 1, 2, 0, 1, 2, 2, 2];
        batch.loss_weights = vec![1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0];
        let losses = [1.0, 2.0, 4.0, 9.0, 8.0, 9.0, 16.0, 32.0];
        let sums = SlotLoss::by_slot(&batch, &losses, &[vec![2, 0], vec![0, 2]], 3);
        assert_eq!(sums[0], SlotLoss { nll: 12.0, tokens: 2, segments: 2 });
        assert_eq!(sums[1], SlotLoss::default());
        assert_eq!(sums[2], SlotLoss { nll: 51.0, tokens: 4, segments: 2 });
    }
}
