//! Sets of runs and the analysis over them.
//!
//! [`Quickstart`] is the first of them: does mixing supervised tasks into pre-training help a model
//! learn others from few examples? It plans and makes the runs, compares their scores, and writes a
//! [`report`] with its [`chart`]s.

pub mod chart;
mod error;
pub mod quickstart;
pub mod report;

pub use error::LabError;
pub use quickstart::{Event, Findings, Quickstart, Size};
