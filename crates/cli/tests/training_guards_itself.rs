//! What a run does when training goes wrong or stops getting better, and what it leaves for others
//! to watch it by.

mod support;

use std::fs;
use std::path::Path;
use support::{World, pretraining};

/// Lines of a run's log of one kind.
fn lines(run: &Path, event: &str) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(run.join("log.jsonl")).unwrap();
    let all = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    all.filter(|line| line["event"] == event).collect()
}

/// A rate at which weights overflow after the first update.
const DIVERGE: [&str; 6] = [
    "--set",
    "schedule.base=1e38",
    "--set",
    "schedule.factors=['constant']",
    "--set",
    "train.steps=9",
];

#[test]
fn what_is_not_finite_is_named() {
    let world = World::new();
    let output = world.run(&[pretraining("run").as_slice(), &DIVERGE].concat());
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    for part in ["step ", "not a finite number", "text ", "window ", "row ", "mix sample --from"] {
        assert!(message.contains(part), "no `{part}` in: {message}");
    }
}

#[test]
fn updates_are_left_out_as_often_in_a_row_as_allowed() {
    let world = World::new();
    let allow = |run, count| {
        let skips = ["--set", count, "--set", "checkpoints.every_steps=1"];
        world.run(&[pretraining(run).as_slice(), &DIVERGE, &skips].concat())
    };
    let output = allow("few", "train.skip_nonfinite=2");
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("2 updates before it were left out"), "{message}");
    let skipped = lines(&world.path("few"), "skipped");
    let counts: Vec<_> = skipped.iter().map(|line| line["in_a_row"].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 2]);
    assert!(skipped[0]["batch"]["window"].is_u64() && skipped[0]["losses"].is_object());

    // The count is part of the checkpoint: the same command fails at the same step.
    let output = allow("few", "train.skip_nonfinite=2");
    assert!(String::from_utf8(output.stderr).unwrap().contains("2 updates before it"));

    let output = allow("many", "train.skip_nonfinite=100");
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{message}");
    assert!(message.contains("left out"), "{message}");
    let last = lines(&world.path("many"), "train").pop().unwrap();
    assert!(last["skipped"].as_u64().unwrap() > 3 && last["gradient_norm"].is_null(), "{last}");
}

#[test]
fn the_best_checkpoint_is_kept_and_the_run_ends_early() {
    let world = World::new();
    // Nothing is learned at a rate of 0: all scores are equal, and the last of them is taken.
    let sets = [
        "--set",
        "schedule.base=0",
        "--set",
        "evaluation.every=2",
        "--set",
        "checkpoints.best=['warm']",
        "--set",
        "evaluation.patience=3",
        "--set",
        "checkpoints.keep=1",
    ];
    let command = [pretraining("run").as_slice(), &sets].concat();
    let output = world.succeed(&command);
    assert!(output.contains("ended early") && output.contains("at step 6"), "{output}");
    let run = world.path("run");
    let evaluations = lines(&run, "evaluation");
    assert_eq!(evaluations.len(), 4);
    assert_eq!(evaluations[0]["scores"][0]["task"], "warm");
    assert_eq!(evaluations[0]["scores"][0]["metric"], "accuracy");
    let mut saved: Vec<_> = fs::read_dir(run.join("checkpoints"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    saved.sort();
    assert_eq!(saved, ["step-00000006"]);
    // The same command has nothing left to do.
    assert!(world.succeed(&command).contains("ended early"));
}

/// TensorBoard's own reader, where EXT5_ORACLE_PYTHON names a Python that has it.
#[test]
fn tensorboard_opens_the_events() {
    let world = World::new();
    world.succeed(&[pretraining("run").as_slice(), &["--set", "train.steps=10"]].concat());
    world.succeed(&pretraining("run"));
    let run = world.path("run");
    let files = fs::read_dir(&run).unwrap().filter(|entry| {
        entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("events.out.tfevents.")
    });
    assert_eq!(files.count(), 2);
    for line in lines(&run, "train") {
        assert!((0.0..1.0).contains(&line["waiting"].as_f64().unwrap()), "{line}");
    }
    let Some(python) = std::env::var_os("EXT5_ORACLE_PYTHON") else {
        return ext5_core::testing::skipped("EXT5_ORACLE_PYTHON names no Python");
    };
    let script = "import json, sys\n\
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n\
        events = EventAccumulator(sys.argv[1]); events.Reload()\n\
        print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)]\n\
                          for tag in events.Tags()['scalars']}))\n";
    let output =
        std::process::Command::new(python).args(["-c", script]).arg(&run).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected: Vec<_> = lines(&run, "train")
        .iter()
        .map(|line| (line["step"].as_u64().unwrap(), line["gradient_norm"].as_f64().unwrap()))
        .collect();
    let read = found["run/gradient_norm"].as_array().unwrap();
    assert_eq!(read.len(), expected.len());
    for (event, (step, norm)) in read.iter().zip(&expected) {
        assert_eq!(event[0].as_u64(), Some(*step));
        assert!((event[1].as_f64().unwrap() / norm - 1.0).abs() < 1e-6);
    }
    for tag in [
        "train/denoising",
        "train/supervised",
        "train/family/classification",
        "train/entry/warm",
        "held_out/denoising",
        "run/rate",
        "run/tokens_per_second",
        "run/waiting",
    ] {
        assert!(found[tag].as_array().is_some_and(|values| values.len() > 1), "{tag}: {found}");
    }
}
