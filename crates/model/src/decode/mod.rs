//! Generating and scoring targets.

mod beam;
mod composed;
mod decoder;
mod fused;
mod generate;
mod greedy;
mod guards;
mod questions;
mod sample;
mod score;

pub use beam::{Beam, LengthPenalty};
pub use generate::{Generation, Strategy};
pub use guards::Guards;
pub use sample::Sampling;
pub use score::OptionScore;
