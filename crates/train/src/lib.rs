//! Training runs: recipes, optimisers, schedules, the loop, checkpoints.
//!
//! A run goes through these modules in order: [`recipe`] says what it does, [`ext5_mix::prepare`]
//! makes its data ready, [`Run`] opens its folder and starts or goes on, [`Trainer`] makes the updates with
//! an [`optimizer`] and a [`schedule`], [`checkpoint`] and [`log`] keep what it has done. [`Trained`]
//! opens the result.

pub mod checkpoint;
pub mod export;
mod folder;
mod held_out;
mod leader;
pub mod log;
pub mod optimizer;
pub mod parallel;
pub mod recipe;
mod run;
mod saver;
pub mod schedule;
mod scoring;
mod tensorboard;
mod totals;
mod trained;
mod trainer;
mod update;

pub use checkpoint::{Best, Position};
pub use folder::{FolderError, RunFolder};
pub use run::{Run, RunError};
pub use trained::{OpenError, Origin, Trained};
pub use trainer::{Event, Outcome, TrainError, Trainer};
