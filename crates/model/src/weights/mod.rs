//! Weights as Hugging Face folders: `config.json` and `model.safetensors`, or several files and an
//! index of them.

mod load;
mod save;
mod shards;

/// The configuration's file name.
const CONFIG: &str = "config.json";
/// The weights' file name.
const WEIGHTS: &str = "model.safetensors";
/// Names the file of each tensor where there are several files.
const INDEX: &str = "model.safetensors.index.json";
