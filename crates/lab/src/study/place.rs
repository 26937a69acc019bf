//! The folder that studies share, and what stands in it about each run.

use super::StudyError;
use super::graph::{Kind, Node, Score};
use ext5_core::{Digest, atomic};
use ext5_train::checkpoint;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder that studies share.
///
/// | entry | contents |
/// |---|---|
/// | `runs/NAME-KEY/` | a run folder, or a vocabulary; with the files below |
/// | `runs/NAME-KEY/node.json` | what the run is; it is there when the run is done |
/// | `runs/NAME-KEY/scores/SPLIT-N/` | results and predictions on N examples of a split |
/// | `runs/NAME-KEY/failed.json` | why it failed, until it is tried again |
/// | `runs/NAME-KEY/lock` | held by the process that works on it |
/// | `cache/` | token stores, safe to delete |
/// | `reports/STUDY-PRESET/` | reports |
#[derive(Clone, Debug)]
pub struct Place {
    out: PathBuf,
}

/// What a finished run was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// The run's key.
    pub key: Digest,
    /// The stage that it was first made for.
    pub stage: String,
    /// Version of the code.
    pub code: String,
    /// Seconds of training.
    #[serde(default)]
    pub seconds: f64,
    /// Encoder and decoder tokens trained on, without padding.
    #[serde(default)]
    pub tokens: u64,
}

/// What scoring took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scored {
    /// Seconds.
    pub seconds: f64,
    /// Examples.
    pub examples: usize,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// The error.
    pub error: String,
}

/// The right to work on a run, for as long as the value lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Place {
    /// The folder `out`; it need not be there yet.
    ///
    /// # Errors
    /// When the working directory is not known.
    pub fn new(out: &Path) -> Result<Self, StudyError> {
        // Runs name each other's folders, whatever the working directory is next time.
        Ok(Place { out: std::path::absolute(out).map_err(StudyError::file(out))? })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.out
    }

    /// Token stores.
    pub fn cache(&self) -> PathBuf {
        self.out.join("cache")
    }

    /// The folder of a study's report.
    pub fn report(&self, study: &str, preset: &str) -> PathBuf {
        self.out.join("reports").join(format!("{study}-{preset}"))
    }

    /// The folder of a run by its name.
    pub fn run(&self, name: &str) -> PathBuf {
        self.out.join("runs").join(name)
    }

    /// The folder of a node.
    pub fn folder(&self, node: &Node) -> PathBuf {
        self.run(&node.name)
    }

    /// The folder of results of a kind.
    pub fn scores(&self, node: &Node, score: &Score) -> PathBuf {
        self.folder(node).join("scores").join(format!("{}-{}", score.split, score.examples))
    }

    /// What a node was, where its run is finished.
    pub fn done(&self, node: &Node) -> Option<Done> {
        read(&self.folder(node).join("node.json")).filter(|done: &Done| done.key == node.key)
    }

    /// Whether nothing of a node is left to do: the run is finished, and scored as is wanted.
    pub fn is_complete(&self, node: &Node) -> bool {
        self.done(node).is_some() && self.missing(node).is_empty()
    }

    /// The scores of a node that are still to be made.
    pub fn missing(&self, node: &Node) -> Vec<Score> {
        let there = |score: &Score| {
            let folder = self.scores(node, score).join("eval");
            folder.join(format!("{}.json", score.task)).is_file()
        };
        node.scores.iter().filter(|score| !there(score)).cloned().collect()
    }

    /// What scoring took, where it was done.
    pub fn scored(&self, node: &Node, score: &Score) -> Option<Scored> {
        read(&self.scores(node, score).join(format!("{}-took.json", score.task)))
    }

    /// Why a node failed, if it did.
    pub fn failed(&self, node: &Node) -> Option<Failed> {
        read(&self.folder(node).join("failed.json"))
    }

    /// Whether a run has begun: what it has done so far is kept.
    pub fn has_begun(&self, node: &Node) -> bool {
        match &node.kind {
            Kind::Vocabulary(_) => false,
            Kind::Train(_) => {
                checkpoint::list(&self.folder(node)).is_ok_and(|saved| !saved.is_empty())
            }
        }
    }

    /// The right to work on a node; nothing while another process has it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn lock(&self, node: &Node) -> Result<Option<Lock>, StudyError> {
        let folder = self.folder(node);
        let path = folder.join("lock");
        fs::create_dir_all(&folder).map_err(StudyError::file(&folder))?;
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(StudyError::file(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(StudyError::file(&path)(source)),
        }
    }

    pub(super) fn write_done(&self, node: &Node, done: &Done) -> Result<(), StudyError> {
        write_json(&self.folder(node).join("node.json"), done)
    }

    pub(super) fn write_scored(
        &self,
        node: &Node,
        score: &Score,
        took: &Scored,
    ) -> Result<(), StudyError> {
        write_json(&self.scores(node, score).join(format!("{}-took.json", score.task)), took)
    }

    /// Leaves word of why a node failed.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_failed(&self, node: &Node, error: String) -> Result<(), StudyError> {
        write_json(&self.folder(node).join("failed.json"), &Failed { error })
    }

    /// Takes that word away.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn clear_failed(&self, node: &Node) -> Result<(), StudyError> {
        let path = self.folder(node).join("failed.json");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StudyError::file(&path)(error))
            }
            _ => Ok(()),
        }
    }
}

/// What a JSON file says; nothing where there is none or it is something else.
fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes a file, whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), StudyError> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| atomic::write_file(path, |file| file.write_all(bytes)))
        .map_err(StudyError::file(path))
}

pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), StudyError> {
    let text = serde_json::to_vec_pretty(value).map_err(io::Error::other);
    write(path, &text.map_err(StudyError::file(path))?)
}
