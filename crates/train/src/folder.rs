//! A run's folder: what lies in it, and who may write to it.

use crate::checkpoint;
use ext5_core::atomic;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a run's folder could not be opened.
#[derive(Debug, Error)]
pub enum FolderError {
    /// Another process is writing to the folder.
    #[error("{}: another process is running in this folder; wait for it or choose another folder", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The folder of one run. The process that writes to it holds its lock while the value lives.
///
/// | entry | contents |
/// |---|---|
/// | `recipe.toml` | the resolved recipe |
/// | `data.lock` | every source file with bytes, rows and digest |
/// | `log.jsonl` | one line each time the run logs or evaluates |
/// | `checkpoints/step-N/` | weights, optimiser, position |
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// Only of the process that writes.
    _lock: Option<File>,
}

impl RunFolder {
    /// Creates the folder where it is missing, locks it, and sweeps out what a killed process left
    /// half-written.
    ///
    /// # Errors
    /// When another process holds the folder or the file system refuses.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let failed = |source| FolderError::File { path: path.to_owned(), source };
        let checkpoints = path.join("checkpoints");
        fs::create_dir_all(&checkpoints).map_err(failed)?;
        let lock = File::create(path.join(".lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FolderError::Busy { path: path.to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        atomic::sweep(path).map_err(failed)?;
        atomic::sweep(&checkpoints).map_err(failed)?;
        Ok(RunFolder { path: path.to_owned(), _lock: Some(lock) })
    }

    /// The folder as a rank sees it that only reads, while another holds it.
    pub fn follow(path: &Path) -> Self {
        RunFolder { path: path.to_owned(), _lock: None }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The resolved recipe.
    pub fn recipe(&self) -> PathBuf {
        self.path.join("recipe.toml")
    }

    /// The data lock.
    pub fn data_lock(&self) -> PathBuf {
        self.path.join("data.lock")
    }

    /// The log.
    pub fn log(&self) -> PathBuf {
        self.path.join("log.jsonl")
    }

    /// The folder of checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        checkpoints(&self.path)
    }

    /// The checkpoint of a step.
    pub fn checkpoint(&self, step: u64) -> PathBuf {
        self.checkpoints().join(checkpoint::name(step))
    }
}

/// The folder of checkpoints in the run folder `run`.
pub(crate) fn checkpoints(run: &Path) -> PathBuf {
    run.join("checkpoints")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let held = RunFolder::open(&path).unwrap();
        assert!(matches!(RunFolder::open(&path), Err(FolderError::Busy { .. })));
        drop(held);
        RunFolder::open(&path).unwrap();
    }
}
