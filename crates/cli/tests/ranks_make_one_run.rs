//! Several ranks make the run that one makes: the same losses for any number of them, the same bits
//! for one number; when one dies the job ends, and the run goes on from its checkpoint.
#![cfg(feature = "mpi")]

mod support;

use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use support::{World, assert_same_end, moments, pretraining};

/// A job that has lost a rank must have ended after this.
const BOUND: Duration = Duration::from_secs(20);

/// Whether Open MPI's launcher is here; says so where it is not.
fn launcher() -> bool {
    let version = Command::new("mpirun").arg("--version").output();
    let found =
        version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("Open MPI"));
    if !found {
        ext5_core::testing::skipped("no mpirun of Open MPI here: `tools/setup --mpi` installs it");
    }
    found
}

/// `pretrain` into `out`, 50 steps with dropout and without evaluation.
fn arguments<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let sets = ["train.steps=50", "train.threads=1", "train.log_every=1", "evaluation.every=0"];
    let mut arguments = pretraining(out).to_vec();
    for set in sets.iter().chain(more) {
        arguments.extend(["--set", set]);
    }
    arguments
}

/// The command as so many ranks.
fn job(world: &World, ranks: usize, arguments: &[&str]) -> Command {
    let alone = world.command(arguments);
    let mut job = Command::new("mpirun");
    job.args(["-n", &ranks.to_string(), "--oversubscribe", "--allow-run-as-root"]);
    job.args(["--bind-to", "none"]);
    job.arg(alone.get_program()).args(alone.get_args());
    job.current_dir(world.path("")).stdin(Stdio::null());
    job
}

fn succeed(world: &World, ranks: usize, arguments: &[&str]) {
    let Output { status, stdout, stderr } = job(world, ranks, arguments).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{ranks} ranks: {status}\n{stdout}\n{stderr}");
    assert_eq!(stdout.matches("finished").count(), 1, "rank 0 alone tells:\n{stdout}");
}

/// What the log says of one step.
struct Step {
    loss: f64,
    gradient_norm: f64,
    /// Of every entry.
    examples: Vec<u64>,
}

impl Step {
    /// How far loss and gradient's norm are from another run's, relatively.
    fn distance(&self, other: &Step) -> f64 {
        let loss = (self.loss / other.loss - 1.0).abs();
        loss.max((self.gradient_norm / other.gradient_norm - 1.0).abs())
    }
}

/// The steps of a run.
fn curve(world: &World, run: &str) -> Vec<Step> {
    let text = fs::read_to_string(world.path(run).join("log.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let step = |line: serde_json::Value| {
        let sum = |key: &str| -> f64 {
            ["denoising", "supervised"].iter().map(|part| line[part][key].as_f64().unwrap()).sum()
        };
        let entries = line["entries"].as_object().unwrap().values();
        Step {
            loss: sum("nll") / sum("tokens"),
            gradient_norm: line["gradient_norm"].as_f64().unwrap(),
            examples: entries.map(|entry| entry["examples"].as_u64().unwrap()).collect(),
        }
    };
    lines.map(step).collect()
}

/// Two runs' losses and norms agree at every step, and so do the examples, each counted once.
fn assert_same_curve(one: &[Step], other: &[Step], what: &str) {
    assert_eq!(one.len(), other.len());
    let mut worst = 0.0f64;
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one.examples, other.examples, "{what}");
        worst = worst.max(one.distance(other));
    }
    eprintln!("{what}: losses and norms differ by {worst:.1e} at most");
    assert!(worst < 1e-3, "{what}: {worst:.1e}");
}

#[test]
fn any_number_of_ranks_has_the_same_losses() {
    if !launcher() {
        return;
    }
    let world = World::new();
    world.succeed(&arguments("alone", &[]));
    let alone = curve(&world, "alone");
    assert_eq!(alone.len(), 50);
    for ranks in [1, 2, 4] {
        let out = format!("of-{ranks}");
        succeed(&world, ranks, &arguments(&out, &[]));
        assert_same_curve(&curve(&world, &out), &alone, &format!("{ranks} ranks"));
        if ranks == 1 {
            assert_same_end(&world, "alone", &out);
        }
    }
    // A checkpoint is anybody's: the run grows by four ranks and then by two.
    let grown = |steps| arguments("grown", &["evaluation.every=0", steps]);
    succeed(&world, 4, &grown("train.steps=20"));
    succeed(&world, 2, &grown("train.steps=50"));
    assert_same_curve(&curve(&world, "grown"), &alone, "4 ranks, then 2");
}

#[test]
fn one_number_of_ranks_has_the_same_bits() {
    if !launcher() {
        return;
    }
    let world = World::new();
    for out in ["one", "other"] {
        succeed(&world, 4, &arguments(out, &[]));
    }
    assert_same_end(&world, "one", "other");
}

#[test]
fn a_batch_that_ranks_cannot_share_is_refused() {
    if !launcher() {
        return;
    }
    let world = World::new();
    let output = job(&world, 3, &arguments("run", &[])).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("batch.rows = 4 cannot be shared by 3 ranks"), "{message}");
    assert_eq!(message.matches("cannot be shared").count(), 1, "rank 0 alone tells: {message}");
}

/// Process ids of a job's ranks that are there so far.
fn ranks_of(job: &Child) -> Vec<u32> {
    let path = format!("/proc/{0}/task/{0}/children", job.id());
    let children = fs::read_to_string(path).unwrap_or_default();
    children.split_whitespace().map(|id| id.parse().unwrap()).collect()
}

/// Waits for the end of a job, whose ranks must not outlive the bound.
fn end_in_time(mut job: Child) -> Output {
    let start = Instant::now();
    while job.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < BOUND, "a job that lost a rank goes on after {BOUND:?}");
        thread::sleep(Duration::from_millis(5));
    }
    job.wait_with_output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_rank_that_dies_ends_the_job_and_the_run_goes_on() {
    if !launcher() {
        return;
    }
    let world = World::new();
    succeed(&world, 2, &arguments("whole", &[]));
    let saving = arguments("killed", &["checkpoints.every_steps=1"]);
    let log = world.path("killed/log.jsonl");
    let lines = || fs::read_to_string(&log).map_or(0, |text| text.lines().count());

    let (key, mut told) = (moments(), 0);
    for number in 0..6u64 {
        let mut rng = key.index(number).rng();
        let mut job = job(&world, 2, &saving);
        let job = job.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while ranks_of(&job).len() < 2 {
            thread::yield_now();
        }
        if number > 0 {
            // Once it trains; the first kill comes while it starts.
            let before = lines();
            let start = Instant::now();
            while lines() <= before && start.elapsed() < BOUND {
                thread::yield_now();
            }
        }
        let wait = Duration::from_micros(rng.below(60_000));
        let victim = rng.below(2) as usize;
        eprintln!("kill {number}: rank {victim} after {wait:?}, at line {}", lines());
        thread::sleep(wait);
        let ranks = ranks_of(&job);
        let Some(victim) = ranks.get(victim) else { panic!("the run is too short") };
        let kill = Command::new("kill").args(["-KILL", &victim.to_string()]).status();
        assert!(kill.unwrap().success());
        let output = end_in_time(job);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{message}");
        told += usize::from(message.contains("signal 9"));
        for rank in ranks {
            let gone = || !fs::exists(format!("/proc/{rank}")).unwrap();
            let start = Instant::now();
            while !gone() {
                assert!(start.elapsed() < BOUND, "rank {rank} outlives its job");
                thread::sleep(Duration::from_millis(5));
            }
        }
    }
    assert_eq!(told, 6, "the launcher names the signal");
    assert!(lines() < 50, "the run is too short to test anything");
    succeed(&world, 2, &saving);
    assert_same_end(&world, "whole", "killed");
}

/// A signal to one rank is a wish of all.
#[test]
fn one_rank_that_is_asked_to_stop_stops_all() {
    if !launcher() {
        return;
    }
    let world = World::new();
    succeed(&world, 2, &arguments("whole", &[]));
    let stopped = arguments("stopped", &[]);
    let mut job = job(&world, 2, &stopped);
    let job = job.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let log = world.path("stopped/log.jsonl");
    while !fs::read_to_string(&log).is_ok_and(|text| text.contains("\"train\"")) {
        thread::sleep(Duration::from_millis(1));
    }
    let rank = ranks_of(&job).pop().expect("a rank").to_string();
    assert!(Command::new("kill").args(["-TERM", &rank]).status().unwrap().success());
    let output = end_in_time(job);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert!(message.contains("the same command goes on"), "{message}");
    succeed(&world, 2, &stopped);
    assert_same_end(&world, "whole", "stopped");
}
