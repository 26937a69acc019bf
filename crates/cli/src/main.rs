//! The `ext5` command.

mod args;
mod commands;
mod failure;
mod figure;
mod interrupt;
mod marked;
mod output;
mod progress;
mod shown;
mod table;

use clap::Parser;
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

fn main() -> ExitCode {
    ext5_core::memory::keep_freed();
    ext5_world::register();
    panic::set_hook(Box::new(explain));
    let arguments = args::Arguments::parse();
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell("");
            ExitCode::from(failure.code())
        }
    }
}

/// Says what a panic is to whoever sees it: a mistake of the program.
fn explain(panic: &PanicHookInfo<'_>) {
    // The Parquet library asserts that a file is as its headers say; where it is not, the panic is
    // caught and becomes an error that names the file.
    let of_parquet = panic.location().is_some_and(|place| place.file().contains("/parquet-"));
    if !of_parquet {
        eprintln!(
            "error: this is a mistake in ext5, not in what you did; please report it: {panic}"
        );
    }
}
