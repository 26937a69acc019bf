//! Promise 4: N steps equal k steps, a kill, and N − k steps, to the bit, whatever the moment of
//! the kill; and a checkpoint appears whole or not at all.

mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;
use support::{World, newest_checkpoint, pretraining};

/// Everything that a run's end is made of, but for the clock.
fn end_of(run: &Path) -> (Vec<u8>, Vec<u8>, serde_json::Value) {
    let checkpoint = newest_checkpoint(run);
    let mut state: serde_json::Value =
        serde_json::from_slice(&fs::read(checkpoint.join("state.json")).unwrap()).unwrap();
    state.as_object_mut().unwrap().remove("seconds").expect("a clock");
    let read = |name: &str| fs::read(checkpoint.join(name)).unwrap();
    (read("model.safetensors"), read("optimizer.safetensors"), state)
}

fn assert_same_end(world: &World, one: &str, other: &str) {
    let (one, other) = (end_of(&world.path(one)), end_of(&world.path(other)));
    assert!(one.0 == other.0, "the weights differ");
    assert!(one.1 == other.1, "the optimiser differs");
    assert_eq!(one.2, other.2, "the positions differ");
}

#[test]
fn after_sigkill_at_any_moment() {
    let world = World::new();
    world.succeed(&pretraining("whole"));

    let saving =
        [pretraining("killed").as_slice(), &["--set", "checkpoints.every_steps=1"]].concat();
    let mut kills = 0;
    for milliseconds in (0..).map(|round| 30 + 15 * round) {
        let quiet = std::process::Stdio::null;
        let mut child = world.command(&saving).stdout(quiet()).stderr(quiet()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        let finished = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        check_whole(&world.path("killed"));
        if let Some(status) = finished {
            assert!(status.success(), "{status}");
            break;
        }
        kills += 1;
    }
    assert!(kills > 3, "only {kills} kills: the run is too short to test anything");
    assert_same_end(&world, "whole", "killed");
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
            let quiet = std::process::Stdio::null;
            let mut child = world.command(&saving).stdout(quiet()).stderr(quiet()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(milliseconds));
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
    let child = world.start_pretraining("stopped");
    let log = world.path("stopped/log.jsonl");
    while !fs::read_to_string(&log).is_ok_and(|text| text.contains("\"train\"")) {
        std::thread::sleep(Duration::from_millis(5));
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
