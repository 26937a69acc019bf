//! One file a command.

mod cache;
mod doctor;
mod eval;
mod export;
mod fetch;
mod finetune;
mod mix;
mod model;
mod predict;
mod pretrain;
mod quickstart;
mod ranks;
mod recipe;
mod study;
mod tasks;
mod vocab;

use crate::args::{Arguments, Command};
use crate::failure::{Blame, Failure};
use serde::Serialize;
use std::io::Write;

/// Does what the command line says.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Quickstart(command) => quickstart::run(command),
        Command::Tasks(command) => tasks::run(command),
        Command::Fetch(command) => fetch::run(&command),
        Command::Vocab(command) => vocab::run(command),
        Command::Mix(command) => mix::run(command),
        Command::Cache(command) => cache::run(command),
        Command::Pretrain(command) => pretrain::run(command),
        Command::Finetune(command) => finetune::run(command),
        Command::Eval(command) => eval::run(command),
        Command::Predict(command) => predict::run(command),
        Command::Study(command) => study::run(command),
        Command::Export(command) => export::run(&command),
        Command::Doctor(command) => doctor::run(command),
    }
}

/// Prints a listing for programs.
fn print_json(value: &impl Serialize, out: &mut impl Write) -> Result<(), Failure> {
    serde_json::to_writer_pretty(&mut *out, value).work()?;
    Ok(writeln!(out)?)
}
