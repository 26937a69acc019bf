//! One update of the weights, from one global batch.

use crate::held_out::tally;
use crate::log::{Line, Tallies, Tally};
use crate::trainer::{Event, TrainError, Trainer};
use ext5_core::Key;
use ext5_mix::PackedBatch;
use ext5_model::{Dropout, Gradients, LossOptions};
use std::time::Instant;

/// What a batch has given.
struct Found {
    /// Summed over all target tokens.
    gradients: Gradients,
    /// Loss of every entry.
    entries: Tallies,
    /// Loss of all entries.
    total: Tally,
}

impl Trainer<'_> {
    /// One update from one global batch, or none when something is not finite.
    pub(crate) fn step(
        &mut self,
        packed: &PackedBatch,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        let start = Instant::now();
        let step = self.position.step;
        let Some(Found { mut gradients, entries, total }) = self.gradients(packed)? else {
            return Ok(());
        };
        // One division by the real target tokens of the whole batch, however it was cut up.
        let share = 1.0 / packed.batch.weight().max(1.0);
        let norm = gradients.norm() * share;
        let fine = total.nll.is_finite() && norm.is_finite();
        let scheduled = self.recipe.schedule.rate(step);
        let rate = self.recipe.optimizer.rate(step, scheduled);
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
        self.advance(packed, fine.then_some(&entries), start.elapsed().as_secs_f64());
        on_event(Event::Step { position: &self.position, loss: total.loss() });
        if self.position.step.is_multiple_of(self.recipe.train.log_every.max(1)) {
            self.write_training_line(rate, fine.then_some(norm), on_event)?;
        }
        Ok(())
    }

    /// Loss and gradients of a batch, added up over its parts; nothing for a batch without rows.
    fn gradients(&self, packed: &PackedBatch) -> Result<Option<Found>, TrainError> {
        let recipe = self.recipe;
        let batch = &packed.batch;
        let micro_rows = recipe.batch.micro_rows();
        let dropout_key = Key::new(recipe.seed).name("dropout").index(self.position.step);
        let mut sum: Option<Gradients> = None;
        let mut token_losses = Vec::with_capacity(batch.decoder_targets.len());
        for first in (0..batch.rows).step_by(micro_rows) {
            let part = batch.slice(first..batch.rows.min(first + micro_rows));
            let dropout = recipe.loss.dropout;
            let options = LossOptions {
                z_loss: recipe.loss.z_loss,
                label_smoothing: recipe.loss.label_smoothing,
                dropout: (dropout > 0.0).then(|| Dropout {
                    first_row: first as u64,
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
        let entries = tally(packed, &token_losses, &self.prepared.mixture);
        let total = entries.values().fold(Tally::default(), |mut total, tally| {
            total.add(tally);
            total
        });
        Ok(sum.map(|gradients| Found { gradients, entries, total }))
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
    fn advance(&mut self, packed: &PackedBatch, entries: Option<&Tallies>, seconds: f64) {
        let batch = &packed.batch;
        let real =
            |segments: &[u32]| segments.iter().filter(|&&segment| segment > 0).count() as u64;
        let (inputs, targets) = (real(&batch.encoder_segments), real(&batch.decoder_segments));
        let position = &mut self.position;
        position.step += 1;
        position.cursor = packed.end;
        position.seconds += seconds;
        if let Some(entries) = entries {
            position.input_tokens += inputs;
            position.target_tokens += targets;
            for (name, tally) in entries {
                *position.examples.entry(name.clone()).or_default() += tally.examples;
                self.since.entries.entry(name.clone()).or_default().add(tally);
            }
        }
        self.since.real_tokens += inputs + targets;
        self.since.positions += (batch.rows * (batch.inputs + batch.targets)) as u64;
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
