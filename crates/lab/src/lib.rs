//! Sets of runs and the analysis over them.
//!
//! [`Quickstart`] is the first of them: does mixing supervised tasks into pre-training help a model
//! learn others from few examples? It plans and makes the runs, compares their scores, and writes a
//! [`report`] with its [`chart`]s. A [`study`] is such a set in general: a TOML file says what is
//! compared, every run is made once, and a report comes from what there is.

pub mod chart;
mod error;
mod lanes;
pub mod quickstart;
pub mod report;
mod runs;
pub mod study;
mod world;

pub use error::LabError;
pub use quickstart::{Findings, Quickstart, Size};
pub use runs::{Event, Watch};
