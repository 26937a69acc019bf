//! Why a study could not be read, planned or run.

use crate::error::LabError;
use ext5_core::config::ConfigError;
use ext5_data::DataError;
use ext5_mix::PrepareError;
use ext5_task::{RegistryError, TaskError};
use ext5_train::recipe::RecipeError;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a study could not be read, planned or run.
#[derive(Debug, Error)]
pub enum StudyError {
    /// No study has this name.
    #[error(
        "there is no study `{name}`{}; `ext5 study list` shows them all, and a name that ends in \
         .toml is a file",
        nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// The file is no study.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its parts do not fit together.
    #[error("{}: `{key}`: {reason}", path.display())]
    Wrong {
        /// The study's file.
        path: PathBuf,
        /// The key at fault.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The recipe of one of its stages.
    #[error("arm `{arm}`, stage {stage}: {source}")]
    Recipe {
        /// The arm.
        arm: String,
        /// The stage.
        stage: String,
        /// What is wrong.
        source: Box<RecipeError>,
    },
    /// The task files.
    #[error(transparent)]
    Registry(Box<RegistryError>),
    /// One task.
    #[error(transparent)]
    Task(Box<TaskError>),
    /// What is mixed.
    #[error(transparent)]
    Prepare(Box<PrepareError>),
    /// The data.
    #[error(transparent)]
    Data(Box<DataError>),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No run of the study has this key.
    #[error("the study has no run `{0}`: `ext5 study plan --json` lists them")]
    NoNode(String),
    /// A run.
    #[error(transparent)]
    Run(Box<LabError>),
}

impl StudyError {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> StudyError {
        let path = path.to_owned();
        |source| StudyError::File { path, source }
    }
}

/// What is large is boxed, so that results stay small.
macro_rules! boxed {
    ($($variant:ident: $error:ty),* $(,)?) => {
        $(impl From<$error> for StudyError {
            fn from(error: $error) -> Self {
                StudyError::$variant(Box::new(error))
            }
        })*
    };
}

boxed! {
    Registry: RegistryError,
    Task: TaskError,
    Prepare: PrepareError,
    Data: DataError,
    Run: LabError,
}
