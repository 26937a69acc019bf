//! Generating and scoring targets.

mod greedy;
mod questions;
mod score;

pub use score::OptionScore;
