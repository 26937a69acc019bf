//! What a global batch holds and gives, added up over the ranks.

use crate::held_out::tallies;
use crate::log::Tallies;
use crate::parallel::Ranks;
use ext5_core::Batch;
use ext5_mix::Mixture;
use ext5_model::SlotLoss;

/// Sums over a batch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Totals {
    /// Loss of every entry of the mixture.
    slots: Vec<SlotLoss>,
    /// Weight of all targets: what gradients are divided by.
    pub weight: f64,
    /// Encoder tokens, without padding.
    pub inputs: u64,
    /// Decoder tokens, without padding.
    pub targets: u64,
    /// Encoder and decoder positions, with padding.
    pub positions: u64,
}

impl Totals {
    /// Those of one rank's rows.
    pub fn new(batch: &Batch, slots: Vec<SlotLoss>) -> Self {
        let real =
            |segments: &[u32]| segments.iter().filter(|&&segment| segment > 0).count() as u64;
        Totals {
            slots,
            weight: batch.weight(),
            inputs: real(&batch.encoder_segments),
            targets: real(&batch.decoder_segments),
            positions: (batch.rows * (batch.inputs + batch.targets)) as u64,
        }
    }

    /// Adds those of all ranks up. Counts stay exact: they are far below 2⁵³.
    pub fn add_up(&mut self, ranks: &dyn Ranks) {
        if ranks.size() == 1 {
            return;
        }
        let counts = [self.inputs, self.targets, self.positions].map(|count| count as f64);
        let mut all = vec![self.weight];
        all.extend(counts);
        for slot in &self.slots {
            all.extend([slot.nll, slot.tokens as f64, slot.segments as f64]);
        }
        ranks.sum_f64(&mut all);
        self.weight = all[0];
        [self.inputs, self.targets, self.positions] = [all[1] as u64, all[2] as u64, all[3] as u64];
        for (slot, sums) in self.slots.iter_mut().zip(all[4..].chunks_exact(3)) {
            *slot = SlotLoss { nll: sums[0], tokens: sums[1] as u64, segments: sums[2] as u64 };
        }
    }

    /// Mean loss of a target token, in nats.
    pub fn loss(&self) -> f64 {
        let (mut nll, mut tokens) = (0.0, 0);
        for slot in &self.slots {
            nll += slot.nll;
            tokens += slot.tokens;
        }
        nll / tokens as f64
    }

    /// Losses of the entries that have examples in the batch.
    pub fn entries(&self, mixture: &Mixture) -> Tallies {
        tallies(&self.slots, mixture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::threads;

    #[test]
    fn ranks_add_up_to_the_whole() {
        let mut batch = Batch::empty(4, 3, 2);
        batch.encoder_segments = vec![1, 1, 0, 1, 2, 2, 1, 0, 0, 1, 1, 1];
        batch.decoder_segments = vec![1, 0, 1, 2, 1, 1, 1, 0];
        batch.loss_weights = vec![1.0, 0.0, 1.0, 0.5, 1.0, 1.0, 1.0, 0.0];
        let losses: Vec<f32> = (1..=8).map(|n| n as f32 / 4.0).collect();
        let entries = [vec![2], vec![0, 1], vec![2], vec![2]];
        let of = |rows: &[usize]| {
            let mut part = Batch::empty(0, 3, 2);
            let (mut found, mut slots) = (Vec::new(), Vec::new());
            for &row in rows {
                let one = batch.slice(row..row + 1);
                part.rows += 1;
                part.encoder_segments.extend(one.encoder_segments);
                part.decoder_segments.extend(one.decoder_segments);
                part.loss_weights.extend(one.loss_weights);
                found.extend_from_slice(&losses[2 * row..2 * row + 2]);
                slots.push(entries[row].clone());
            }
            let slots = SlotLoss::by_slot(&part, &found, &slots, 3);
            Totals::new(&part, slots)
        };
        let whole = of(&[0, 1, 2, 3]);
        assert_eq!((whole.weight, whole.inputs, whole.targets, whole.positions), (5.5, 9, 6, 20));
        for found in threads::run(2, |ranks| {
            let mut totals = of(&[ranks.rank(), ranks.rank() + 2]);
            totals.add_up(ranks);
            totals
        }) {
            assert_eq!(found, whole);
        }
    }
}
