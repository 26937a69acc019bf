//! The training loop.

use crate::checkpoint::{self, Best, CheckpointError, Position, Snapshot};
use crate::folder::RunFolder;
use crate::held_out::{HeldOut, families, sums};
use crate::log::{Line, Log, Tallies};
use crate::optimizer::Optimizer;
use crate::recipe::Recipe;
use crate::saver::Saver;
use crate::scoring::{Scoring, mean};
use crate::tensorboard::Events;
use ext5_eval::EvalError;
use ext5_mix::{BatchError, Cursor, Prepared};
use ext5_model::{ModelError, T5};
use ext5_task::{RegistryError, TaskError};
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
    /// The tasks of `checkpoints.best`.
    #[error("checkpoints.best: {0}")]
    Best(#[from] RegistryError),
    /// Their examples.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// Their scores.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// Training has diverged, or an example is broken.
    #[error(
        "step {step}: the loss or its gradient is not a finite number ({losses}), {left_out} updates before it were left out; the batch begins at window {}, row {}: `ext5 mix sample --from {slot}` shows that window's first examples. The run stands saved at its last checkpoint; try a lower schedule.base or `train.clip_norm`, or let it leave out such updates with `train.skip_nonfinite`",
        batch.window,
        batch.row
    )]
    NotFinite {
        /// The update that failed.
        step: u64,
        /// Where its batch begins.
        batch: Cursor,
        /// The slot of the stream at which that window begins.
        slot: u64,
        /// Loss of every entry in the batch.
        losses: String,
        /// Updates before this one that were left out for the same reason.
        left_out: u64,
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
    /// Its score has not become better for as many evaluations as the recipe allows.
    StoppedEarly,
    /// It was asked to stop, and has saved.
    Interrupted,
}

/// One run, ready to make its next update.
pub struct Trainer<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) prepared: &'a Prepared,
    folder: &'a RunFolder,
    pub(crate) model: T5,
    pub(crate) optimizer: Optimizer,
    pub(crate) position: Position,
    /// Whether it begins here, and not at a checkpoint.
    new: bool,
    log: Log,
    events: Events,
    scoring: Scoring,
    saver: Saver,
    pub(crate) since: Since,
}

/// What has gathered since the last line of the log.
pub(crate) struct Since {
    pub entries: Tallies,
    pub real_tokens: u64,
    pub positions: u64,
    pub seconds: f64,
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
        let rule = recipe.optimizer;
        let newest = checkpoint::list(folder.path())?.pop();
        let new = newest.is_none();
        let Snapshot { model, optimizer, position } = match newest {
            Some((_, newest)) => checkpoint::load(&newest, rule)?,
            None => Snapshot {
                model: first()?,
                optimizer: Optimizer::new(rule),
                position: Position::default(),
            },
        };
        let placed = model.to_device(recipe.train.device);
        let model = placed.and_then(|model| model.with_precision(recipe.train.precision));
        let model = model.map_err(CheckpointError::from)?;
        let scoring = Scoring::new(recipe)?;
        let path = folder.log();
        let failed = |source| TrainError::Log { path, source };
        let open = || {
            if new && folder.log().exists() {
                // A killed process wrote it before its first checkpoint.
                std::fs::remove_file(folder.log())?;
            }
            let log = Log::open(&folder.log(), position.step)?;
            Ok((log, Events::open(folder.path(), position.step)?))
        };
        let (log, events) = open().map_err(failed)?;
        let saver = Saver::new(folder.checkpoints(), recipe.checkpoints.keep);
        let since = Since::nothing();
        Ok(Trainer {
            recipe,
            prepared,
            folder,
            model,
            optimizer,
            position,
            new,
            log,
            events,
            scoring,
            saver,
            since,
        })
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
        if self.new && recipe.evaluation.every > 0 && self.evaluate(&held_out, on_event)? {
            self.save(on_event)?;
        }
        while self.position.step < recipe.train.steps && !self.is_out_of_patience() {
            if stop.load(Ordering::Relaxed) {
                self.save(on_event)?;
                self.finish_saving(on_event)?;
                return Ok(Outcome::Interrupted);
            }
            let Some(packed) = batches.next() else { break };
            self.step(&packed?, on_event)?;
            if let Some(path) = self.saver.poll()? {
                on_event(Event::Saved(&path));
            }
            let step = self.position.step;
            let due = |every: u64| every > 0 && step.is_multiple_of(every);
            let mut last = step == recipe.train.steps;
            let mut better = false;
            if recipe.evaluation.every > 0 && (due(recipe.evaluation.every) || last) {
                better = self.evaluate(&held_out, on_event)?;
                last |= self.is_out_of_patience();
            }
            let settings = &recipe.checkpoints;
            let late = settings.every_minutes > 0.0
                && saved.elapsed().as_secs_f64() > settings.every_minutes * 60.0;
            if due(settings.every_steps) || late || last || better {
                self.save(on_event)?;
                saved = Instant::now();
            }
        }
        self.finish_saving(on_event)?;
        Ok(if self.is_out_of_patience() { Outcome::StoppedEarly } else { Outcome::Finished })
    }

    /// Whether so many evaluations brought nothing better that the run should end.
    fn is_out_of_patience(&self) -> bool {
        let waited = self.position.evaluations_without_gain;
        self.recipe.evaluation.patience.is_some_and(|patience| waited >= patience)
    }

    pub(crate) fn write_training_line(
        &mut self,
        rate: f64,
        gradient_norm: Option<f64>,
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
            families: families(&self.prepared.mixture, &since.entries),
            entries: since.entries,
            skipped: self.position.skipped,
            fill: since.real_tokens as f64 / since.positions as f64,
            tokens_per_second: since.real_tokens as f64 / since.seconds,
            seconds: self.position.seconds,
        };
        self.write(&line, on_event)
    }

    /// Takes held-out losses and scores; says whether the mean score is as good as the best so far.
    fn evaluate(
        &mut self,
        held_out: &HeldOut,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<bool, TrainError> {
        let entries = held_out.losses(&self.model)?;
        let scores = self.scoring.scores(&self.model, self.prepared)?;
        let step = self.position.step;
        let score = mean(&scores);
        let best = self.position.best.map(|best| best.score);
        let gain = score.is_some_and(|score| best.is_none_or(|best| score > best));
        // Of equals the later is taken: early scores are often all 0.
        let better = score.filter(|score| best.is_none_or(|best| *score >= best));
        if let Some(score) = better {
            self.position.best = Some(Best { step, score });
        }
        if gain {
            self.position.evaluations_without_gain = 0;
        } else if !scores.is_empty() {
            self.position.evaluations_without_gain += 1;
        }
        let (denoising, supervised) = sums(&self.prepared.mixture, &entries);
        let families = families(&self.prepared.mixture, &entries);
        let line = Line::Evaluation { step, denoising, supervised, entries, families, scores };
        self.write(&line, on_event)?;
        Ok(better.is_some())
    }

    pub(crate) fn write(
        &mut self,
        line: &Line,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        self.log
            .write(line)
            .and_then(|()| self.events.line(line))
            .map_err(|source| TrainError::Log { path: self.folder.log(), source })?;
        on_event(Event::Logged(line));
        Ok(())
    }

    /// Begins to write a checkpoint; training goes on meanwhile.
    fn save(&mut self, on_event: &mut dyn FnMut(Event<'_>)) -> Result<(), TrainError> {
        let snapshot = Snapshot {
            model: self.model.clone(),
            optimizer: self.optimizer.clone(),
            position: self.position.clone(),
        };
        if let Some(path) = self.saver.begin(snapshot)? {
            on_event(Event::Saved(&path));
        }
        Ok(())
    }

    fn finish_saving(&mut self, on_event: &mut dyn FnMut(Event<'_>)) -> Result<(), TrainError> {
        if let Some(path) = self.saver.wait()? {
            on_event(Event::Saved(&path));
        }
        Ok(())
    }
}
