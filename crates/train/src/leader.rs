//! What one rank does for all: it alone writes to the run's folder, evaluates and tells.

use crate::checkpoint::{CheckpointError, Snapshot};
use crate::folder::RunFolder;
use crate::held_out::HeldOut;
use crate::log::{Line, Log, Score, Tallies};
use crate::recipe::Recipe;
use crate::saver::Saver;
use crate::scoring::Scoring;
use crate::tensorboard::Events;
use crate::trainer::{Event, TrainError};
use ext5_mix::Prepared;
use ext5_model::T5;
use std::fs;
use std::path::PathBuf;

/// The open files of a run, and what is evaluated.
pub(crate) struct Leader<'a> {
    prepared: &'a Prepared,
    log_path: PathBuf,
    log: Log,
    events: Events,
    scoring: Scoring,
    held_out: HeldOut<'a>,
    saver: Saver,
}

impl<'a> Leader<'a> {
    /// Opens the files of a run that stands at `step`, `new` where it has no checkpoint.
    ///
    /// # Errors
    /// When a file cannot be opened or an example not be read.
    pub fn new(
        recipe: &'a Recipe,
        prepared: &'a Prepared,
        folder: &RunFolder,
        (step, new): (u64, bool),
    ) -> Result<Self, TrainError> {
        let scoring = Scoring::new(recipe)?;
        let held_out = HeldOut::new(recipe, prepared)?;
        let log_path = folder.log();
        let open = || {
            if new && log_path.exists() {
                // A killed process wrote it before its first checkpoint.
                fs::remove_file(&log_path)?;
            }
            let log = Log::open(&log_path, step)?;
            Ok((log, Events::open(folder.path(), step)?))
        };
        let (log, events) =
            open().map_err(|source| TrainError::Log { path: log_path.clone(), source })?;
        let saver = Saver::new(folder.checkpoints(), recipe.checkpoints.keep);
        Ok(Leader { prepared, log_path, log, events, scoring, held_out, saver })
    }

    /// Writes a line of the log, here and for TensorBoard, and tells of it.
    pub fn write(
        &mut self,
        line: &Line,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        self.log
            .write(line)
            .and_then(|()| self.events.line(line))
            .map_err(|source| TrainError::Log { path: self.log_path.clone(), source })?;
        on_event(Event::Logged(line));
        Ok(())
    }

    /// Held-out losses, and scores.
    pub fn evaluate(&self, model: &T5) -> Result<(Tallies, Vec<Score>), TrainError> {
        Ok((self.held_out.losses(model)?, self.scoring.scores(model, self.prepared)?))
    }

    /// Begins to write a checkpoint; training goes on meanwhile.
    pub fn save(
        &mut self,
        snapshot: Snapshot,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), TrainError> {
        tell(self.saver.begin(snapshot), on_event)
    }

    /// Tells of a checkpoint that is written.
    pub fn poll_saving(&mut self, on_event: &mut dyn FnMut(Event<'_>)) -> Result<(), TrainError> {
        tell(self.saver.poll(), on_event)
    }

    /// Waits for the checkpoint that is being written.
    pub fn finish_saving(&mut self, on_event: &mut dyn FnMut(Event<'_>)) -> Result<(), TrainError> {
        tell(self.saver.wait(), on_event)
    }
}

fn tell(
    written: Result<Option<PathBuf>, CheckpointError>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), TrainError> {
    if let Some(path) = written? {
        on_event(Event::Saved(&path));
    }
    Ok(())
}
