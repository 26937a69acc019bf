//! Why a set of runs stopped.

use ext5_data::DataError;
use ext5_eval::EvalError;
use ext5_mix::PrepareError;
use ext5_mix::mixture::MixtureError;
use ext5_mix::recipe::RecipeError;
use ext5_model::ModelError;
use ext5_task::{RegistryError, TaskError};
use ext5_train::checkpoint::CheckpointError;
use ext5_train::{OpenError, RunError, TrainError};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a set of runs stopped. What was done until then stays, and the same request goes on there.
#[derive(Debug, Error)]
pub enum LabError {
    /// It was asked to stop, and has saved.
    #[error("interrupted")]
    Interrupted,
    /// The folder holds another set of runs.
    #[error(
        "{}: holds a quickstart with other settings: give the same ones to go on, or another --out",
        path.display()
    )]
    Other {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Scores of two runs are not over the same examples.
    #[error("task {task}: its runs were not scored on the same examples: remove {} and run again", path.display())]
    Unlike {
        /// The task.
        task: String,
        /// The folder of the runs.
        path: PathBuf,
    },
    /// The system gives no threads.
    #[error("no threads to work on: {0}")]
    Threads(rayon::ThreadPoolBuildError),
    /// A recipe.
    #[error(transparent)]
    Recipe(Box<RecipeError>),
    /// Rows of the world.
    #[error(transparent)]
    Data(Box<DataError>),
    /// The tasks.
    #[error(transparent)]
    Registry(Box<RegistryError>),
    /// One task.
    #[error(transparent)]
    Task(Box<TaskError>),
    /// The vocabulary.
    #[error("the vocabulary: {0}")]
    Vocabulary(#[from] ext5_text::train::TrainError),
    /// The data of a run.
    #[error(transparent)]
    Prepare(Box<PrepareError>),
    /// The mixture of a run.
    #[error(transparent)]
    Mixture(Box<MixtureError>),
    /// The folder of a run.
    #[error(transparent)]
    Run(Box<RunError>),
    /// Training.
    #[error(transparent)]
    Train(Box<TrainError>),
    /// The weights of a run.
    #[error(transparent)]
    Open(Box<OpenError>),
    /// Its checkpoints.
    #[error(transparent)]
    Checkpoint(Box<CheckpointError>),
    /// A model.
    #[error(transparent)]
    Model(Box<ModelError>),
    /// Scoring.
    #[error(transparent)]
    Eval(Box<EvalError>),
}

impl LabError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> LabError {
        let path = path.to_owned();
        |source| LabError::File { path, source }
    }
}

/// What is large is boxed, so that results stay small.
macro_rules! boxed {
    ($($variant:ident: $error:ty),* $(,)?) => {
        $(impl From<$error> for LabError {
            fn from(error: $error) -> Self {
                LabError::$variant(Box::new(error))
            }
        })*
    };
}

boxed! {
    Recipe: RecipeError,
    Data: DataError,
    Registry: RegistryError,
    Task: TaskError,
    Prepare: PrepareError,
    Mixture: MixtureError,
    Run: RunError,
    Train: TrainError,
    Open: OpenError,
    Checkpoint: CheckpointError,
    Model: ModelError,
    Eval: EvalError,
}
