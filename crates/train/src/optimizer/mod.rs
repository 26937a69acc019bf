//! Optimisers over named parameters, as plain slices.

mod adafactor;
mod state;

pub use adafactor::{Adafactor, AdafactorOptions};
pub use state::StateError;
