//! What `eval`, `predict` and `export` do with a model's folder before anything else.

use crate::args::TaskOverrides;
use crate::failure::{Blame, Failure};
use ext5_model::Device;
use ext5_train::Trained;
use ext5_train::recipe::Data;
use std::path::Path;

/// Lengths for a model that no run here made: T5's own.
const T5_LENGTHS: (usize, usize) = (512, 128);

/// A model, and where its tasks and data are.
pub struct Opened {
    /// The model.
    pub trained: Trained,
    /// Where its tasks and their data are.
    pub data: Data,
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
    let mut data = recipe.map(|recipe| recipe.data.clone()).unwrap_or_default();
    if !overrides.folders.is_empty() {
        data.tasks.clone_from(&overrides.folders);
    }
    if let Some(root) = &overrides.data_root {
        data.root.clone_from(root);
    }
    Ok(Opened { trained, data, inputs, targets })
}
