//! `ext5 doctor`

mod build;
mod data;
mod machine;

use crate::args::Doctor;
use crate::commands::print_json;
use crate::failure::Failure;
use crate::output::{BAD, DOUBTFUL, FAINT, GOOD, Output, STRONG, styled};
use anyhow::anyhow;
use serde::Serialize;
use std::io::Write;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Warn,
    /// Something will fail.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    name: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What to do, where there is something to do.
    advice: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, found: impl Into<String>) -> Finding {
        Finding { name, state: State::Ok, found: found.into(), advice: None }
    }

    fn warn(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { name, state: State::Warn, found: found.into(), advice: Some(advice.into()) }
    }

    fn problem(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { state: State::Problem, ..Finding::warn(name, found, advice) }
    }
}

/// Looks at the machine, the build and the data, and says what is wrong.
pub fn run(command: Doctor) -> Result<(), Failure> {
    let findings = [
        machine::threads(),
        machine::memory(),
        machine::vector_width(),
        build::matrix_products(),
        build::mpi(),
        build::wgpu(),
        build::cuda(),
        machine::disk(&command.root.data_root),
        data::data_root(&command.root.data_root, &command.tasks.folders),
    ];
    let mut out = Output::new();
    match command.json {
        true => print_json(&findings, &mut out)?,
        false => print(&findings, &mut out)?,
    }
    match findings.iter().filter(|finding| finding.state == State::Problem).count() {
        0 => Ok(()),
        1 => Err(Failure::Work(anyhow!("there is a problem"))),
        many => Err(Failure::Work(anyhow!("there are {many} problems"))),
    }
}

fn print(findings: &[Finding], out: &mut Output) -> Result<(), Failure> {
    for Finding { name, state, found, advice } in findings {
        let state = match state {
            State::Ok => styled(GOOD, "ok     "),
            State::Warn => styled(DOUBTFUL, "warn   "),
            State::Problem => styled(BAD, "problem"),
        };
        writeln!(out, "{state}  {}  {found}", styled(STRONG, &format!("{name:<15}")))?;
        if let Some(advice) = advice {
            writeln!(out, "{:26}{}", "", styled(FAINT, advice))?;
        }
    }
    Ok(())
}
