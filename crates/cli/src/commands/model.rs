//! What `eval`, `predict` and `export` do with a model's folder before anything else.

use crate::args::TaskOverrides;
use crate::failure::{Blame, Failure};
use ext5_model::Device;
use ext5_train::Trained;
use std::path::{Path, PathBuf};

/// Lengths for a model that no run here made: T5's own.
const T5_LENGTHS: (usize, usize) = (512, 128);

/// A model, and where its tasks and data are.
pub struct Opened {
    /// The model.
    pub trained: Trained,
    /// Folders of task files.
    pub tasks: Vec<PathBuf>,
    /// The folder that holds the tasks' data.
    pub data_root: PathBuf,
    /// Longest inputs, in tokens.
    pub inputs: usize,
    /// Longest answers, in tokens.
    pub targets: usize,
}

/// Opens a run or a Hugging Face folder and moves its model to `device`; options replace what the
/// run's recipe says.
pub fn open(path: &Path, overrides: &TaskOverrides, device: Device) -> Result<Opened, Failure> {
    let mut trained = Trained::open(path, overrides.data_root.as_deref()).request()?;
    trained.model = trained.model.to_device(device).request()?;
    let recipe = trained.origin.as_ref().map(|origin| &origin.recipe);
    let (inputs, targets) =
        recipe.map_or(T5_LENGTHS, |recipe| (recipe.batch.inputs, recipe.batch.targets));
    let data = recipe.map(|recipe| recipe.data.clone()).unwrap_or_default();
    let tasks = match overrides.folders.is_empty() {
        true => data.tasks,
        false => overrides.folders.clone(),
    };
    let data_root = overrides.data_root.clone().unwrap_or(data.root);
    Ok(Opened { trained, tasks, data_root, inputs, targets })
}
