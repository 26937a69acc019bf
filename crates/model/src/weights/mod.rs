//! Weights as Hugging Face folders: `config.json` and `model.safetensors`.

mod load;
mod save;

/// The configuration's file name.
const CONFIG: &str = "config.json";
/// The weights' file name.
const WEIGHTS: &str = "model.safetensors";
