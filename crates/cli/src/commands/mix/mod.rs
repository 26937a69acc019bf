//! `ext5 mix`

mod check_overlap;
mod export;
mod published;
mod sample;
mod show;

pub use show::{print_realised, print_report};

use crate::args::Mix;
use crate::failure::Failure;

/// Shows a mixture or examples of its stream, or writes a part of the stream.
pub fn run(command: Mix) -> Result<(), Failure> {
    match command {
        Mix::Show { recipe, figure, json } => show::run(recipe, figure.as_deref(), json),
        Mix::Sample { recipe, count, from, json } => sample::run(recipe, from, count, json),
        Mix::CheckOverlap(command) => check_overlap::run(command),
        Mix::Export(command) => export::run(command),
    }
}
