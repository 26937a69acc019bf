//! Promise 4: N steps equal k steps, a kill, and N − k steps, to the bit, whatever the moment of
//! the kill; and a checkpoint appears whole or not at all.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use support::{World, assert_same_end, moments, pretraining};

/// Kills, half of them while a checkpoint is being written.
const KILLS: u64 = 20;

#[test]
fn after_sigkill_at_twenty_moments() {
    let world = World::new();
    let long = |out| [pretraining(out).as_slice(), &["--set", "train.steps=120"]].concat();
    world.succeed(&long("whole"));
    let saving = |out| [long(out).as_slice(), &["--set", "checkpoints.every_steps=1"]].concat();
    let start = Instant::now();
    world.succeed(&saving("timed"));
    assert_same_end(&world, "whole", "timed");
    // So short that the run cannot come to its end before the last kill.
    let longest = start.elapsed().as_micros() as u64 / KILLS;

    let (key, mut in_a_write) = (moments(), 0);
    let checkpoints = world.path("killed/checkpoints");
    for number in 0..KILLS {
        let mut rng = key.index(number).rng();
        let mut child = world.start(&saving("killed"));
        let aimed = number % 2 == 1;
        let wait = if aimed {
            while child.try_wait().unwrap().is_none() && partial(&checkpoints).is_none() {
                thread::yield_now();
            }
            Duration::from_micros(rng.below(2_000))
        } else {
            Duration::from_micros(rng.below(longest))
        };
        eprintln!("kill {number}: {} {wait:?}", if aimed { "in a write, after" } else { "after" });
        thread::sleep(wait);
        let finished = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(finished.is_none(), "the run is too short for so many kills: {finished:?}");
        in_a_write += u64::from(partial(&checkpoints).is_some());
        check_whole(&world.path("killed"));
    }
    eprintln!("{in_a_write} of {KILLS} kills left a checkpoint half written");
    assert!(in_a_write > 2, "only {in_a_write} kills hit a write");
    world.succeed(&saving("killed"));
    assert_same_end(&world, "whole", "killed");
    assert_eq!(partial(&checkpoints), None, "what was half written is swept out");
}

/// A checkpoint that is being written, or that a kill has left half written.
fn partial(checkpoints: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(checkpoints).ok()?;
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths.find(|path| path.extension().is_some_and(|extension| extension == "partial"))
}

/// Whatever is visible under its final name is complete.
fn check_whole(run: &Path) {
    let Ok(entries) = fs::read_dir(run.join("checkpoints")) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("step-") {
            continue;
        }
        for name in ["config.json", "model.safetensors", "optimizer.safetensors", "state.json"] {
            assert!(path.join(name).is_file(), "{} has no {name}", path.display());
        }
        let bytes = fs::read(path.join("model.safetensors")).unwrap();
        safetensors::SafeTensors::deserialize(&bytes).expect("whole weights");
    }
}

/// Every optimiser, killed while it trains and while checkpoints are being written beside that.
#[test]
fn with_every_optimiser() {
    let world = World::new();
    let rules = [
        "optimizer={name='adafactor', weight_decay=0.001}",
        "optimizer={name='adafactor_hugging_face'}",
        "optimizer={name='adamw'}",
        "optimizer={name='adamw_scale'}",
    ];
    for (number, rule) in rules.into_iter().enumerate() {
        let (whole, killed) = (format!("whole-{number}"), format!("killed-{number}"));
        let sets = ["--set", rule, "--set", "train.clip_norm=0.5", "--set", "schedule.base=0.3"];
        let saves = ["--set", "checkpoints.every_steps=1"];
        world.succeed(&[pretraining(&whole).as_slice(), &sets].concat());
        let saving = [pretraining(&killed).as_slice(), &sets, &saves].concat();
        let mut kills = 0;
        for milliseconds in (0..8).map(|round| 25 + 9 * round) {
            let mut child = world.start(&saving);
            thread::sleep(Duration::from_millis(milliseconds));
            kills += usize::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
            check_whole(&world.path(&killed));
        }
        world.succeed(&saving);
        assert!(kills > 1, "only {kills} kills: the run is too short to test anything");
        assert_same_end(&world, &whole, &killed);
    }
}

#[cfg(unix)]
#[test]
fn after_ctrl_c() {
    let world = World::new();
    world.succeed(&pretraining("whole"));
    let child = world.start(&pretraining("stopped"));
    let log = world.path("stopped/log.jsonl");
    while !fs::read_to_string(&log).is_ok_and(|text| text.contains("\"train\"")) {
        thread::sleep(Duration::from_millis(5));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let status = child.wait_with_output().unwrap().status;
    // The run may have been in its last step when the signal came.
    assert!([Some(130), Some(0)].contains(&status.code()), "{status}");
    world.succeed(&pretraining("stopped"));
    assert_same_end(&world, "whole", "stopped");
}

#[test]
fn longer_runs_go_on_from_shorter_ones() {
    let world = World::new();
    world.succeed(&pretraining("whole"));
    let with = |steps| [pretraining("grown").as_slice(), &["--set", steps]].concat();
    world.succeed(&with("train.steps=5"));
    world.succeed(&with("train.steps=24"));
    assert_same_end(&world, "whole", "grown");
}

#[test]
fn another_recipe_or_other_data_are_refused() {
    let world = World::new();
    let with = |set| [pretraining("run").as_slice(), &["--set", set]].concat();
    world.succeed(&with("train.steps=2"));
    let output = world.run(&with("schedule.base=0.5"));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("schedule.base"), "{message}");

    world.write("data/warm/train.jsonl", "{\"colour\": \"red\", \"label\": 1}\n");
    let output = world.run(&with("train.steps=4"));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("warm/train.jsonl"), "{message}");
}
