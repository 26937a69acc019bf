//! Generating and scoring targets.

mod greedy;
mod logits;
mod questions;
mod score;

pub use score::OptionScore;
