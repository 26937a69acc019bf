//! The training loop.

use crate::checkpoint::{self, CheckpointError, Position};
use crate::folder::RunFolder;
use crate::held_out::{HeldOut, sums, tally};
use crate::log::{Line, Log, Tallies, Tally};
use crate::optimizer::Adafactor;
use crate::recipe::Recipe;
use ext5_core::Key;
use ext5_mix::{BatchError, PackedBatch, Prepared};
use ext5_model::{Dropout, Gradients, LossOptions, ModelError, T5};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use thiserror::Error;

/// Why training stopped.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The data.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The log.
    #[error("{}: cannot be written: {source}", path.display())]
    Log {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Training has diverged, or an example is broken.
    #[error(
        "step {step}: the loss or its gradient is not a finite number ({losses}); the run stands saved at its last checkpoint; try a lower schedule.base, or look at the batch with `ext5 mix sample`"
    )]
    NotFinite {
        /// The update that failed.
        step: u64,
        /// Loss of every entry in the batch.
        losses: String,
    },
}

/// What a run tells whoever watches it.
#[derive(Debug)]
pub enum Event<'a> {
    /// An update was made.
    Step {
        /// Where the run stands.
        position: &'a Position,
        /// Loss of the batch.
        loss: f64,
    },
    /// A line went to the log.
    Logged(&'a Line),
    /// A checkpoint was written.
    Saved(&'a std::path::Path),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All steps are done.
    Finished,
    /// It was asked to stop, and has saved.
    Interrupted,
}

/// One run, ready to make its next update.
pub struct Trainer<'a> {
    recipe: &'a Recipe,
    prepared: &'a Prepared,
    folder: &'a RunFolder,
    model: T5,
    optimizer: Adafactor,
    position: Position,
    log: Log,
    since: Since,
}

/// What has gathered since the last line of the log.
struct Since {
    entries: Tallies,
    real_tokens: u64,
    positions: u64,
    seconds: f64,
}

impl Since {
    fn nothing() -> Self {
        Since { entries: Tallies::new(), real_tokens: 0, positions: 0, seconds: 0.0 }
    }
}

impl<'a> Trainer<'a> {
    /// Continues from the newest checkpoint in the folder, or starts with `first`.
    ///
    /// # Errors
    /// When a checkpoint cannot be read or the log not be opened.
    pub fn new(
        recipe: &'a Recipe,
        prepared: &'a Prepared,
        folder: &'a RunFolder,
        first: impl FnOnce() -> Result<T5, CheckpointError>,
    ) -> Result<Self, TrainError> {
        let crate::recipe::Optimizer::Adafactor(options) = recipe.optimizer;
        let mut optimizer = Adafactor::new(options);
        let (model, position) = match checkpoint::list(folder.path())?.pop() {
            Some((_, newest)) => checkpoint::load(&newest, &mut optimizer)?,
            None => (first()?, Position::default()),
        };
        let model = model.to_device(recipe.train.device).map_err(CheckpointError::from)?;
        let path = folder.log();
        let log =
            Log::open(&path, position.step).map_err(|source| TrainError::Log { path, source })?;
        let since = Since::nothing();
        Ok(Trainer { recipe, prepared, folder, model, optimizer, position, log, since })
    }

    /// Where the run stands.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The weights.
    pub fn model(&self) -> &T5 {
        &self.model
    }

    /// Makes the remaining updates. When `stop` is raised, saves and returns after the update in
    /// hand.
    ///
    /// # Errors
    /// When data, model or file system fail, or the loss is not finite.
    pub fn run(
        &mut self,
        stop: &AtomicBool,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Outcome, TrainError> {
        let recipe = self.recipe;
        let held_out = HeldOut::new(recipe, self.prepared)?;
        let mut batches = self.prepared.batches(self.position.cursor, (0, 1))?;
        let mut saved = Instant::now();
        if self.position.step == 0 && recipe.evaluation.every > 0 {
            self.evaluate(&held_out, on_event)?;
        }
        while self.position.step < recipe.train.steps {
            if stop.load(Ordering::Relaxed) {
                self.save(on_event)?;
                return Ok(Outcome::Interrupted);
            }
            let Some(packed) = batches.next() else { break };
            self.step(&packed?, on_event)?;
            let step = self.position.step;
            let last = step == recipe.train.steps;
            let due = |every: u64| every > 0 && step.is_multiple_of(every);
            if recipe.evaluation.every > 0 && (due(recipe.evaluation.every) || last) {
                self.evaluate(&held_out, on_event)?;
            }
            let settings = recipe.checkpoints;
            let late = settings.every_minutes > 0.0
                && saved.elapsed().as_secs_f64() > settings.every_minutes * 60.0;
            if due(settings.every_steps) || late || last {
                self.save(on_event)?;
                saved = Instant::now();
            }
        }
        Ok(Outcome::Finished)
    }

    /// One update from one global batch.
    fn step(
        &mut self,
        packed: &PackedBatch,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        let start = Instant::now();
        let recipe = self.recipe;
        let step = self.position.step;
        let batch = &packed.batch;
        let micro_rows = recipe.batch.micro_rows();
        let dropout_key = Key::new(recipe.seed).name("dropout").index(step);

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
        let Some(mut gradients) = sum else { return Ok(()) };
        // One division by the real target tokens of the whole batch, however it was cut up.
        gradients.scale(1.0 / batch.weight().max(1.0));
        let norm = gradients.norm();
        if !(total.nll.is_finite() && norm.is_finite()) {
            let losses: Vec<String> =
                entries.iter().map(|(name, tally)| format!("{name} {:.3}", tally.loss())).collect();
            return Err(TrainError::NotFinite { step, losses: losses.join(", ") });
        }
        let rate = recipe.schedule.rate(step);
        let optimizer = &mut self.optimizer;
        self.model.update(&gradients, |name, shape, values, gradient| {
            optimizer.update(step, rate, (name, shape), values, gradient);
        });

        self.advance(packed, &entries, start.elapsed().as_secs_f64());
        on_event(Event::Step { position: &self.position, loss: total.loss() });
        if self.position.step.is_multiple_of(recipe.train.log_every.max(1)) {
            self.write_training_line(rate, norm, on_event)?;
        }
        Ok(())
    }

    fn advance(&mut self, packed: &PackedBatch, entries: &Tallies, seconds: f64) {
        let batch = &packed.batch;
        let real =
            |segments: &[u32]| segments.iter().filter(|&&segment| segment > 0).count() as u64;
        let (inputs, targets) = (real(&batch.encoder_segments), real(&batch.decoder_segments));
        let position = &mut self.position;
        position.step += 1;
        position.cursor = packed.end;
        position.input_tokens += inputs;
        position.target_tokens += targets;
        position.seconds += seconds;
        for (name, tally) in entries {
            *position.examples.entry(name.clone()).or_default() += tally.examples;
            self.since.entries.entry(name.clone()).or_default().add(tally);
        }
        self.since.real_tokens += inputs + targets;
        self.since.positions += (batch.rows * (batch.inputs + batch.targets)) as u64;
        self.since.seconds += seconds;
    }

    fn write_training_line(
        &mut self,
        rate: f64,
        gradient_norm: f64,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        let since = std::mem::replace(&mut self.since, Since::nothing());
        let (denoising, supervised) = sums(&self.prepared.mixture, &since.entries);
        let line = Line::Train {
            step: self.position.step,
            rate,
            gradient_norm,
            denoising,
            supervised,
            entries: since.entries,
            fill: since.real_tokens as f64 / since.positions as f64,
            tokens_per_second: since.real_tokens as f64 / since.seconds,
            seconds: self.position.seconds,
        };
        self.write(&line, on_event)
    }

    fn evaluate(
        &mut self,
        held_out: &HeldOut,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        let entries = held_out.losses(&self.model)?;
        let (denoising, supervised) = sums(&self.prepared.mixture, &entries);
        let line = Line::Evaluation { step: self.position.step, denoising, supervised, entries };
        self.write(&line, on_event)
    }

    fn write(
        &mut self,
        line: &Line,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        self.log
            .write(line)
            .map_err(|source| TrainError::Log { path: self.folder.log(), source })?;
        on_event(Event::Logged(line));
        Ok(())
    }

    fn save(&mut self, on_event: &mut dyn FnMut(Event<'_>)) -> Result<(), TrainError> {
        let keep = self.recipe.checkpoints.keep;
        let path =
            checkpoint::save(self.folder, &self.model, &self.optimizer, &self.position, keep)?;
        on_event(Event::Saved(&path));
        Ok(())
    }
}
