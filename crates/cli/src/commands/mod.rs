//! One file a command.

mod eval;
mod export;
mod finetune;
mod mix;
mod model;
mod predict;
mod pretrain;
mod recipe;
mod tasks;

use crate::args::{Arguments, Command};
use crate::failure::Failure;

/// Does what the command line says.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Tasks(command) => tasks::run(command),
        Command::Mix(command) => mix::run(command),
        Command::Pretrain(command) => pretrain::run(command),
        Command::Finetune(command) => finetune::run(command),
        Command::Eval(command) => eval::run(command),
        Command::Predict(command) => predict::run(command),
        Command::Export(command) => export::run(&command),
    }
}
