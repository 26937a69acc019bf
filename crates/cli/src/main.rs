//! The `ext5` command.

mod args;
mod commands;
mod failure;
mod figure;
mod interrupt;
mod marked;
mod output;
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
                eprintln!("error: {}", message(error));
            }
            failure.exit_code()
        }
    }
}

/// An error with those of its causes that it does not tell of itself.
fn message(error: &anyhow::Error) -> String {
    let mut message = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    message
}
