//! The `ext5` command.

mod args;
mod commands;
mod failure;
mod interrupt;
mod progress;
mod table;

use clap::Parser;
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = args::Arguments::parse();
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Failure::Request(error) | Failure::Work(error) = &failure {
                eprintln!("error: {error:#}");
            }
            failure.exit_code()
        }
    }
}
