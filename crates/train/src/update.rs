//! One update of the weights, from one global batch.

use crate::held_out::slot_losses;
use crate::log::{Line, Tallies};
use crate::parallel::sum_gradients;
use crate::totals::Totals;
use crate::trainer::{Event, TrainError, Trainer};
use ext5_core::Key;
use ext5_mix::PackedBatch;
use ext5_model::{Dropout, Gradients, LossOptions};
use std::time::Instant;

impl Trainer<'_> {
    /// One update from one global batch, of which `packed` are this rank's rows, or none when
    /// something is not finite. `start` is when the step began, with its waiting for data.
    pub(crate) fn step(
        &mut self,
        packed: &PackedBatch,
        start: Instant,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        let step = self.position.step;
        let Some((mut gradients, totals)) = self.gradients(packed)? else { return Ok(()) };
        // One division by the real target tokens of the whole batch, however it was cut up.
        let share = 1.0 / totals.weight.max(1.0);
        let norm = gradients.norm() * share;
        let loss = totals.loss();
        let fine = loss.is_finite() && norm.is_finite();
        let scheduled = self.recipe.schedule.rate(step);
        let rate = self.recipe.optimizer.rate(step, scheduled);
        let entries = totals.entries(&self.prepared.mixture);
        if fine {
            let clip = self.recipe.train.clip_norm.map_or(1.0, |most| clip(norm, most));
            gradients.scale(share * clip);
            let optimizer = &mut self.optimizer;
            self.model.update(&gradients, |name, shape, values, gradient| {
                optimizer.update(step, scheduled, (name, shape), values, gradient);
            });
            self.position.skipped_in_a_row = 0;
        } else {
            self.skip(&entries, on_event)?;
        }
        self.position.cursor = packed.end;
        self.advance(&totals, fine.then_some(&entries), start.elapsed().as_secs_f64());
        on_event(Event::Step { position: &self.position, loss });
        if self.position.step.is_multiple_of(self.recipe.train.log_every.max(1)) {
            self.write_training_line(rate, fine.then_some(norm), on_event)?;
        }
        Ok(())
    }

    /// Gradients and losses of a global batch, added up over its parts and the ranks, divided by
    /// nothing; nothing for a batch without rows.
    fn gradients(&self, packed: &PackedBatch) -> Result<Option<(Gradients, Totals)>, TrainError> {
        let recipe = self.recipe;
        let batch = &packed.batch;
        let micro_rows = recipe.batch.micro_rows();
        let dropout_key = Key::new(recipe.seed).name("dropout").index(self.position.step);
        let (rank, ranks) = (self.ranks.rank(), self.ranks.size());
        let mut sum: Option<Gradients> = None;
        let mut token_losses = Vec::with_capacity(batch.decoder_targets.len());
        for first in (0..batch.rows).step_by(micro_rows) {
            let part = batch.slice(first..batch.rows.min(first + micro_rows));
            let dropout = recipe.loss.dropout;
            let options = LossOptions {
                z_loss: recipe.loss.z_loss,
                label_smoothing: recipe.loss.label_smoothing,
                // By the row of the global batch, whichever rank has it.
                dropout: (dropout > 0.0).then(|| Dropout {
                    first_row: (rank + first * ranks) as u64,
                    row_step: ranks as u64,
                    ..Dropout::new(dropout, dropout_key)
                }),
                recompute: recipe.train.recompute,
            };
            let backward = self.model.backward(&part, &options)?;
            token_losses.extend(backward.token_losses);
            match &mut sum {
                None => sum = Some(backward.gradients),
                Some(sum) => sum.add(&backward.gradients),
            }
        }
        let Some(mut sum) = sum else { return Ok(None) };
        let mut totals =
            Totals::new(batch, slot_losses(packed, &token_losses, &self.prepared.mixture));
        totals.add_up(self.ranks);
        sum_gradients(self.ranks, &mut sum);
        Ok(Some((sum, totals)))
    }

    /// Leaves an update out and says so, as often in a row as the recipe allows.
    fn skip(
        &mut self,
        entries: &Tallies,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        let (step, batch) = (self.position.step, self.position.cursor);
        let in_a_row = self.position.skipped_in_a_row + 1;
        let losses = entries.iter().map(|(name, tally)| (name.clone(), tally.loss()));
        if in_a_row > self.recipe.train.skip_nonfinite {
            let losses: Vec<String> =
                losses.map(|(name, loss)| format!("{name} {loss:.3}")).collect();
            return Err(TrainError::NotFinite {
                step,
                batch,
                slot: batch.window * self.recipe.batch.window as u64,
                losses: losses.join(", "),
                left_out: in_a_row - 1,
            });
        }
        self.position.skipped += 1;
        self.position.skipped_in_a_row = in_a_row;
        let losses = losses.map(|(name, loss)| (name, Some(loss).filter(|l| l.is_finite())));
        let losses = losses.collect();
        self.write(&Line::Skipped { step: step + 1, in_a_row, batch, losses }, on_event)
    }

    /// Goes on to the next batch. Without `entries`, nothing was learned from this one.
    fn advance(&mut self, totals: &Totals, entries: Option<&Tallies>, seconds: f64) {
        let position = &mut self.position;
        position.step += 1;
        position.seconds += seconds;
        if let Some(entries) = entries {
            position.input_tokens += totals.inputs;
            position.target_tokens += totals.targets;
            for (name, tally) in entries {
                *position.examples.entry(name.clone()).or_default() += tally.examples;
                self.since.entries.entry(name.clone()).or_default().add(tally);
            }
        }
        self.since.real_tokens += totals.inputs + totals.targets;
        self.since.positions += totals.positions;
        self.since.seconds += seconds;
    }
}

/// What gradients of this norm are multiplied by so that theirs is `most` at most.
fn clip(norm: f64, most: f64) -> f64 {
    if norm > most { most / norm } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::clip;

    #[test]
    fn only_large_gradients_are_clipped() {
        assert_eq!([0.0, 0.5, 2.0, 8.0].map(|norm| clip(norm, 2.0)), [1.0, 1.0, 1.0, 0.25]);
    }
}
