//! Checkpoints written while training goes on.

use crate::checkpoint::{self, CheckpointError, Snapshot};
use std::path::PathBuf;
use std::thread::JoinHandle;

/// Writes one snapshot at a time on a thread of its own.
///
/// A snapshot's weights are shared with the model until its next update, which makes its own copy of
/// each tensor then; so nothing that is being written ever changes. Dropping waits for the writer.
#[derive(Debug)]
pub struct Saver {
    folder: PathBuf,
    keep: usize,
    writing: Option<JoinHandle<Result<PathBuf, CheckpointError>>>,
}

impl Saver {
    /// A saver for the folder of checkpoints `folder`, which keeps the newest `keep` and the best.
    pub fn new(folder: PathBuf, keep: usize) -> Self {
        Saver { folder, keep, writing: None }
    }

    /// Begins to write a snapshot. When an older one is still being written, waits for it first, and
    /// gives its folder.
    ///
    /// # Errors
    /// When the older one could not be written, or no thread be started.
    pub fn begin(&mut self, snapshot: Snapshot) -> Result<Option<PathBuf>, CheckpointError> {
        let written = self.wait()?;
        let (folder, keep) = (self.folder.clone(), self.keep);
        let writer = std::thread::Builder::new().name("checkpoint".to_owned());
        let handle = writer.spawn(move || checkpoint::save(&folder, &snapshot, keep));
        let failed = |source| CheckpointError::File { path: self.folder.clone(), source };
        self.writing = Some(handle.map_err(failed)?);
        Ok(written)
    }

    /// The folder of a snapshot that has been written since the last call.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn poll(&mut self) -> Result<Option<PathBuf>, CheckpointError> {
        match &self.writing {
            Some(handle) if handle.is_finished() => self.wait(),
            _ => Ok(None),
        }
    }

    /// Waits for the snapshot that is being written, and gives its folder.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn wait(&mut self) -> Result<Option<PathBuf>, CheckpointError> {
        let Some(handle) = self.writing.take() else { return Ok(None) };
        match handle.join() {
            Ok(written) => written.map(Some),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        if let Some(handle) = self.writing.take() {
            // Whatever ended the run is reported already.
            let _ = handle.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Best, Position};
    use crate::optimizer::{Optimizer, Rule};
    use ext5_core::{Batch, Key};
    use ext5_model::{Init, LossOptions, T5, T5Config};
    use std::path::Path;

    fn snapshot(step: u64, best: Option<u64>) -> Snapshot {
        let config = T5Config {
            vocab_size: 32,
            d_model: 8,
            d_kv: 4,
            d_ff: 8,
            num_layers: 1,
            num_decoder_layers: 1,
            num_heads: 2,
            ..T5Config::default()
        };
        let model = T5::init(config, Init::T5x, Key::new(step)).unwrap();
        let best = best.map(|step| Best { step, score: 50.0 });
        let mut optimizer = Optimizer::new(Rule::default());
        model.visit(|name, shape, values| {
            optimizer.update(0, 0.0, (name, shape), &mut values.to_vec(), values);
        });
        let position = Position { step, best, ..Position::default() };
        Snapshot { model, optimizer, position }
    }

    fn steps(folder: &Path) -> Vec<u64> {
        checkpoint::list(folder.parent().unwrap()).unwrap().into_iter().map(|(s, _)| s).collect()
    }

    #[test]
    fn the_newest_and_the_best_are_kept() {
        let run = tempfile::tempdir().unwrap();
        let folder = run.path().join("checkpoints");
        std::fs::create_dir(&folder).unwrap();
        let mut saver = Saver::new(folder.clone(), 2);
        for step in 1..=5 {
            saver.begin(snapshot(step, Some(2))).unwrap();
        }
        saver.wait().unwrap();
        assert_eq!(steps(&folder), [2, 4, 5]);
        assert_eq!(checkpoint::find_weights(run.path()).unwrap(), folder.join("step-00000002"));
        saver.begin(snapshot(6, Some(6))).unwrap();
        saver.wait().unwrap();
        assert_eq!(steps(&folder), [5, 6]);
        assert_eq!(checkpoint::find_weights(run.path()).unwrap(), folder.join("step-00000006"));
    }

    #[test]
    fn errors_come_with_the_next_call() {
        let run = tempfile::tempdir().unwrap();
        let folder = run.path().join("checkpoints");
        std::fs::write(&folder, "a file in the way").unwrap();
        let mut saver = Saver::new(folder, 2);
        saver.begin(snapshot(1, None)).unwrap();
        let error = saver.begin(snapshot(2, None)).unwrap_err().to_string();
        assert!(error.contains("checkpoints"), "{error}");
        assert!(saver.poll().unwrap().is_none());
    }

    /// What is written is what was, whatever the model does meanwhile.
    #[test]
    fn updates_do_not_reach_a_snapshot() {
        let run = tempfile::tempdir().unwrap();
        let folder = run.path().join("checkpoints");
        std::fs::create_dir(&folder).unwrap();
        let snapshot = snapshot(1, None);
        let mut model = snapshot.model.clone();
        let mut before = Vec::new();
        model.visit(|_, _, values| before.extend_from_slice(values));
        let mut saver = Saver::new(folder.clone(), 1);
        saver.begin(snapshot).unwrap();
        let mut batch = Batch::empty(1, 2, 2);
        for array in [&mut batch.encoder_segments, &mut batch.decoder_segments] {
            array.fill(1);
        }
        batch.loss_weights.fill(1.0);
        let gradients = model.backward(&batch, &LossOptions::default()).unwrap().gradients;
        model.update(&gradients, |_, _, values, _| values.fill(9.0));
        let written = saver.wait().unwrap().unwrap();
        let loaded = checkpoint::load(&written, Rule::default()).unwrap();
        let mut after = Vec::new();
        loaded.model.visit(|_, _, values| after.extend_from_slice(values));
        assert!(before == after && !after.contains(&9.0));
    }
}
