//! The training loop.

use crate::checkpoint::{self, Best, CheckpointError, Position, Snapshot};
use crate::folder::RunFolder;
use crate::held_out::{families, sums};
use crate::leader::Leader;
use crate::log::{Line, Tallies};
use crate::optimizer::Optimizer;
use crate::parallel::Ranks;
use crate::recipe::Recipe;
use crate::scoring::mean;
use ext5_core::digest::{Digest, Hasher};
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
    /// A global batch that ranks cannot share.
    #[error(
        "batch.rows = {rows} cannot be shared by {ranks} ranks: make it a multiple of {ranks}, or start another number of processes"
    )]
    Rows {
        /// Rows of a global batch.
        rows: usize,
        /// Number of processes.
        ranks: usize,
    },
    /// Processes that do not begin alike.
    #[error(
        "the ranks of this job do not begin with the same recipe, code version, first weights and position: start all of them with one build and one command, and see that all of them find the same files"
    )]
    Differ,
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

/// One run, ready to make its next update, as one of its ranks sees it.
pub struct Trainer<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) prepared: &'a Prepared,
    pub(crate) ranks: &'a dyn Ranks,
    pub(crate) model: T5,
    pub(crate) optimizer: Optimizer,
    pub(crate) position: Position,
    /// Whether it begins here, and not at a checkpoint.
    new: bool,
    /// Only on rank 0.
    leader: Option<Leader<'a>>,
    pub(crate) since: Since,
}

/// What has gathered since the last line of the log.
#[derive(Default)]
pub(crate) struct Since {
    pub entries: Tallies,
    pub real_tokens: u64,
    pub positions: u64,
    /// Seconds of training, with those of waiting for data.
    pub seconds: f64,
    /// Seconds of waiting for data.
    pub waited: f64,
}

impl<'a> Trainer<'a> {
    /// Continues from the newest checkpoint in the folder, or starts with `first`. All ranks must
    /// see the folder.
    ///
    /// # Errors
    /// When the ranks cannot share a batch or do not begin alike, a checkpoint cannot be read or the
    /// log not be opened.
    pub fn new(
        recipe: &'a Recipe,
        prepared: &'a Prepared,
        folder: &'a RunFolder,
        ranks: &'a dyn Ranks,
        first: impl FnOnce() -> Result<T5, CheckpointError>,
    ) -> Result<Self, TrainError> {
        let rows = recipe.batch.rows;
        if !rows.is_multiple_of(ranks.size()) {
            return Err(TrainError::Rows { rows, ranks: ranks.size() });
        }
        let rule = recipe.optimizer;
        // 0 stands for none: checkpoints of a run begin at step 1, but for one of the first weights.
        let newest = checkpoint::list(folder.path())?.pop().map_or(0, |(step, _)| step + 1);
        let newest = ranks.of_leader(newest).checked_sub(1);
        let new = newest.is_none();
        let Snapshot { model, optimizer, position } = match newest {
            Some(step) => checkpoint::load(&folder.checkpoint(step), rule)?,
            None => Snapshot {
                model: first()?,
                optimizer: Optimizer::new(rule),
                position: Position::default(),
            },
        };
        if !ranks.all_have(beginning(recipe, &model, &position).as_bytes()) {
            return Err(TrainError::Differ);
        }
        let placed = model.to_device(recipe.train.device);
        let model = placed.and_then(|model| model.with_precision(recipe.train.precision));
        let model = model.map_err(CheckpointError::from)?;
        let leader = match ranks.leads() {
            true => Some(Leader::new(recipe, prepared, folder, (position.step, new))?),
            false => None,
        };
        let since = Since::default();
        Ok(Trainer { recipe, prepared, ranks, model, optimizer, position, new, leader, since })
    }

    /// Where the run stands.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The weights.
    pub fn model(&self) -> &T5 {
        &self.model
    }

    /// Makes the remaining updates. When `stop` is raised on any rank, saves and returns after the
    /// update in hand.
    ///
    /// # Errors
    /// When data, model or file system fail, or the loss is not finite.
    pub fn run(
        &mut self,
        stop: &AtomicBool,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Outcome, TrainError> {
        let recipe = self.recipe;
        let place = (self.ranks.rank(), self.ranks.size());
        let mut batches = self.prepared.batches(self.position.cursor, place)?;
        let mut saved = Instant::now();
        if self.new && recipe.evaluation.every > 0 && self.evaluate(on_event)? {
            self.save(on_event)?;
        }
        while self.position.step < recipe.train.steps && !self.is_out_of_patience() {
            if self.ranks.any(stop.load(Ordering::Relaxed)) {
                self.save(on_event)?;
                self.finish_saving(on_event)?;
                return Ok(Outcome::Interrupted);
            }
            let start = Instant::now();
            let Some(packed) = batches.next() else { break };
            self.since.waited += start.elapsed().as_secs_f64();
            self.step(&packed?, start, on_event)?;
            if let Some(leader) = &mut self.leader {
                leader.poll_saving(on_event)?;
            }
            let step = self.position.step;
            let due = |every: u64| every > 0 && step.is_multiple_of(every);
            let mut last = step == recipe.train.steps;
            let mut better = false;
            if recipe.evaluation.every > 0 && (due(recipe.evaluation.every) || last) {
                better = self.evaluate(on_event)?;
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
        let since = std::mem::take(&mut self.since);
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
            waiting: since.waited / since.seconds,
            seconds: self.position.seconds,
        };
        self.write(&line, on_event)
    }

    /// Takes held-out losses and scores on rank 0, for which the others wait; says there whether the
    /// mean score is as good as the best so far.
    fn evaluate(&mut self, on_event: &mut dyn FnMut(Event<'_>)) -> Result<bool, TrainError> {
        let mut is_better = false;
        if let Some(leader) = &mut self.leader {
            let (entries, scores) = leader.evaluate(&self.model)?;
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
            leader.write(&line, on_event)?;
            is_better = better.is_some();
        }
        // When the run ends early, all ranks must see it.
        let without_gain = self.position.evaluations_without_gain;
        self.position.evaluations_without_gain = self.ranks.of_leader(without_gain);
        Ok(is_better)
    }

    pub(crate) fn write(
        &mut self,
        line: &Line,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        self.leader.as_mut().map_or(Ok(()), |leader| leader.write(line, on_event))
    }

    /// Begins to write a checkpoint; training goes on meanwhile.
    fn save(&mut self, on_event: &mut dyn FnMut(Event<'_>)) -> Result<(), TrainError> {
        let Some(leader) = &mut self.leader else { return Ok(()) };
        let snapshot = Snapshot {
            model: self.model.clone(),
            optimizer: self.optimizer.clone(),
            position: self.position.clone(),
        };
        leader.save(snapshot, on_event)
    }

    fn finish_saving(&mut self, on_event: &mut dyn FnMut(Event<'_>)) -> Result<(), TrainError> {
        self.leader.as_mut().map_or(Ok(()), |leader| leader.finish_saving(on_event))
    }
}

/// What ranks must have in common to make the same updates, in short.
fn beginning(recipe: &Recipe, model: &T5, position: &Position) -> Digest {
    let mut hasher = Hasher::default();
    // Each machine may have its data elsewhere.
    let settings = Recipe { data: Default::default(), ..recipe.clone() };
    hasher.update(settings.to_toml().unwrap_or_default().as_bytes());
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    model.visit(|name, _, values| {
        hasher.update(name.as_bytes());
        hasher.update(bytemuck::cast_slice(values));
    });
    for number in [position.step, position.cursor.window, position.cursor.row] {
        hasher.update(&number.to_le_bytes());
    }
    hasher.finish()
}
