//! `ext5 study run`

use super::{Chosen, children, cores, report, use_threads};
use crate::args::StudyRun;
use crate::failure::Blame;
use crate::failure::Failure;
use crate::interrupt;
use crate::shown::Shown;
use anyhow::anyhow;
use ext5_lab::study::{Next, Schedule, StudyError, work};
use ext5_lab::{Event, LabError};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long to wait before looking again at what others do.
pub(super) const LOOK: Duration = Duration::from_millis(200);

/// Makes the runs of a study.
pub fn run(command: StudyRun) -> Result<(), Failure> {
    let chosen = Chosen::new(command.study)?;
    let only = command.node.as_deref().map(|key| chosen.graph.find(key)).transpose().request()?;
    let threads = chosen.threads()?;
    let stop = interrupt::flag()?;
    let mut schedule = Schedule::new(&chosen.graph, &chosen.place, only).work()?;
    let jobs = match (only, command.jobs) {
        (Some(_), _) => 1,
        (None, Some(jobs)) => jobs.get(),
        (None, None) => (cores() / threads).max(1),
    };
    let ended = match jobs {
        1 => {
            use_threads(threads)?;
            here(&chosen, &mut schedule, &stop)
        }
        jobs => children::run(&chosen, &mut schedule, jobs, &stop),
    };
    match ended {
        Err(Failure::Interrupted) => {
            eprintln!("{}: saved; the same command goes on", chosen.place.path().display());
            return Err(Failure::Interrupted);
        }
        ended => ended?,
    }
    if only.is_none() {
        report::write(&chosen)?;
    }
    tell(&chosen, &schedule)
}

/// Makes one run after the other in this process.
fn here(chosen: &Chosen, schedule: &mut Schedule<'_>, stop: &AtomicBool) -> Result<(), Failure> {
    let mut shown = Shown::default();
    loop {
        match schedule.next(&BTreeSet::new()).work()? {
            Next::Finished => return Ok(()),
            Next::Wait => std::thread::sleep(LOOK),
            Next::Run(node, _lock) => {
                let (of, done) = schedule.count();
                let what = chosen.graph.nodes[node].name.clone();
                shown.show(Event::Stage { number: done + 1, of, what });
                let ended = work(&chosen.graph, node, &chosen.place, stop, &mut |event| {
                    shown.show(event);
                });
                shown.end();
                match ended {
                    Ok(()) => {}
                    Err(StudyError::Run(error)) if matches!(*error, LabError::Interrupted) => {
                        return Err(Failure::Interrupted);
                    }
                    Err(error) => failed(chosen, schedule, node, error.to_string()),
                }
            }
        }
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
    }
}

/// Takes note of a failure, and says so.
pub(super) fn failed(chosen: &Chosen, schedule: &mut Schedule<'_>, node: usize, error: String) {
    eprintln!("{} failed: {error}", chosen.graph.nodes[node].name);
    schedule.fail(node, error);
}

/// Says how it ended.
fn tell(chosen: &Chosen, schedule: &Schedule<'_>) -> Result<(), Failure> {
    let failures = schedule.failures();
    if failures.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> =
        failures.keys().map(|&node| chosen.graph.nodes[node].name.as_str()).collect();
    Err(Failure::Work(anyhow!(
        "{} runs failed ({}), and {} that need them were not made: the same command tries them again",
        failures.len(),
        names.join(", "),
        schedule.blocked()
    )))
}
