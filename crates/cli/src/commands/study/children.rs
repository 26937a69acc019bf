//! Several runs at a time, each in a process of its own.

use super::Chosen;
use super::run::{LOOK, failed};
use crate::failure::{Blame, Failure};
use crate::progress::duration;
use anyhow::Context;
use ext5_lab::study::{Next, Schedule};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The exit code of what was interrupted and has saved.
const INTERRUPTED: i32 = 130;

struct Running {
    child: Child,
    since: Instant,
}

/// Keeps `jobs` children at work until nothing is left.
pub(super) fn run(
    chosen: &Chosen,
    schedule: &mut Schedule<'_>,
    jobs: usize,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let mut running: BTreeMap<usize, Running> = BTreeMap::new();
    let mut told = false;
    loop {
        collect(chosen, schedule, &mut running)?;
        if stop.load(Ordering::Relaxed) {
            if running.is_empty() {
                return Err(Failure::Interrupted);
            }
            // A terminal has told them, too; a batch system only us. Told twice, they would not save.
            if !told {
                told = true;
                running.values().for_each(|running| tell(&running.child));
            }
        } else if running.len() < jobs {
            let busy: BTreeSet<usize> = running.keys().copied().collect();
            match schedule.next(&busy).work()? {
                Next::Finished if running.is_empty() => return Ok(()),
                Next::Run(node, lock) => {
                    // The child takes it.
                    drop(lock);
                    let (of, done) = schedule.count();
                    let name = &chosen.graph.nodes[node].name;
                    eprintln!("[{}/{of}] {name}", done + running.len() + 1);
                    running.insert(node, start(chosen, node)?);
                    continue;
                }
                Next::Wait | Next::Finished => {}
            }
        }
        std::thread::sleep(LOOK);
    }
}

/// Starts a run. What it says goes to a file in its folder.
fn start(chosen: &Chosen, node: usize) -> Result<Running, Failure> {
    let of = &chosen.graph.nodes[node];
    let said = chosen.place.folder(of).join("said.txt");
    let open =
        || File::create(&said).with_context(|| format!("{}: cannot be written", said.display()));
    let child = Command::new(std::env::current_exe().work()?)
        .args(chosen.words("run")?)
        .args(["--node", &of.key.short()])
        .stdin(Stdio::null())
        .stdout(open().work()?)
        .stderr(open().work()?)
        // A terminal's Ctrl-C reaches the parent, who passes it on once.
        .own_group()
        .spawn()
        .context("cannot start a process")
        .work()?;
    Ok(Running { child, since: Instant::now() })
}

/// Takes note of the children that have ended.
fn collect(
    chosen: &Chosen,
    schedule: &mut Schedule<'_>,
    running: &mut BTreeMap<usize, Running>,
) -> Result<(), Failure> {
    let mut ended = Vec::new();
    for (&node, run) in running.iter_mut() {
        if let Some(status) = run.child.try_wait().work()? {
            ended.push((node, status, run.since));
        }
    }
    for (node, status, since) in ended {
        running.remove(&node);
        let of = &chosen.graph.nodes[node];
        if status.success() {
            eprintln!("{} done in {}", of.name, duration(since.elapsed()));
        } else if status.code() != Some(INTERRUPTED) {
            let why = match chosen.place.failed(of) {
                Some(failed) => failed.error,
                None => unexplained(chosen, node, status),
            };
            failed(chosen, schedule, node, why);
        }
    }
    Ok(())
}

/// What a child that left no word said last, or how it ended.
fn unexplained(chosen: &Chosen, node: usize, status: ExitStatus) -> String {
    let of = &chosen.graph.nodes[node];
    let said = chosen.place.folder(of).join("said.txt");
    let said = std::fs::read_to_string(said).unwrap_or_default();
    let own = format!("{} failed: ", of.name);
    let why = |start: &str| said.lines().rev().find_map(|line| line.strip_prefix(start));
    let why = why(&own).or_else(|| why("error: "));
    why.map_or_else(|| format!("its process ended with {status}"), str::to_owned)
}

/// Asks a child to save and stop.
#[cfg(unix)]
fn tell(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(id) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may have ended meanwhile.
        let _ = kill_process(id, Signal::TERM);
    }
}

/// Children hear the console's Ctrl-C themselves.
#[cfg(not(unix))]
fn tell(_: &Child) {}

/// Processes that a terminal's signals do not reach.
trait OwnGroup {
    /// Gives the process a group of its own.
    fn own_group(&mut self) -> &mut Self;
}

impl OwnGroup for Command {
    #[cfg(unix)]
    fn own_group(&mut self) -> &mut Self {
        std::os::unix::process::CommandExt::process_group(self, 0)
    }

    #[cfg(not(unix))]
    fn own_group(&mut self) -> &mut Self {
        self
    }
}
