//! The way through: tasks, mixture, pre-training, fine-tuning, scoring, answering, exporting.

mod support;

use serde_json::Value;
use std::fs;
use support::{World, newest_checkpoint, pretraining};

const DATA: [&str; 4] = ["--tasks", "tasks", "--data-root", "data"];

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn from_rows_to_an_exported_model() {
    let world = World::new();
    world.succeed(&pretraining("runs/test"));
    let log = fs::read_to_string(world.path("runs/test/log.jsonl")).unwrap();
    assert!(log.lines().all(|line| line.starts_with('{')) && log.contains("\"warm\""));

    let from_run = ["--from", "runs/test", "--seed", "3", "--set", "train.steps=3"];
    // What the command line names is what the recipe lacks.
    let recipe = fs::read_to_string(world.path("recipe.toml")).unwrap();
    let model = recipe.find("[model.config]").unwrap()..recipe.find("[loss]").unwrap();
    let recipe =
        recipe.replace(&recipe[model], "[model]\n").replace("[\"colour\", \"warm\"]", "[]");
    world.write("finetune.toml", &recipe);
    let finetune = ["finetune", "finetune.toml", "--task", "warm", "--out", "runs/warm"];
    world.succeed(&[finetune.as_slice(), &DATA, &from_run].concat());

    let table = world.succeed(&["eval", "runs/warm"]);
    assert!(table.contains("warm") && table.contains("accuracy"), "{table}");
    let result = json(&fs::read_to_string(world.path("runs/warm/eval/warm.json")).unwrap());
    let text = result.to_string();
    for key in ["recipe", "data_lock", "seed", "code", "low", "high", "how"] {
        assert!(text.contains(&format!("\"{key}\"")), "no {key} in {text}");
    }
    let predictions = fs::read_to_string(world.path("runs/warm/predictions/warm.jsonl")).unwrap();
    assert_eq!(predictions.lines().count(), 20);
    let scored = json(&world.succeed(&["eval", "runs/test", "--json", "--limit", "5"]));
    assert_eq!(names(&scored), ["colour", "warm"]);

    world.succeed(&["predict", "runs/warm", "warm: red 5"]);
    world.succeed(&["export", "runs/warm", "exported"]);
    let exported = fs::read(world.path("exported/model.safetensors")).unwrap();
    let trained = newest_checkpoint(&world.path("runs/warm")).join("model.safetensors");
    assert!(exported == fs::read(trained).unwrap());
    assert!(!world.path("exported/optimizer.safetensors").exists());
    // What was exported loads here too.
    let from_folder =
        ["eval", "exported", "--task", "warm", "--limit", "4", "--out", "scores", "--json"];
    let scored = json(&world.succeed(&[from_folder.as_slice(), &DATA].concat()));
    assert_eq!(names(&scored), ["warm"]);
}

#[test]
fn listings_are_json_on_request() {
    let world = World::new();
    let own = ["colour", "warm"];
    let list = ["tasks", "list", "--json", "--tasks", "tasks"];
    let listed = json(&world.succeed(&list));
    assert!(names(&listed).contains(&"colour") && names(&listed).contains(&"rte"), "{listed}");
    assert_eq!(names(&json(&world.succeed(&[list.as_slice(), &own].concat()))), own);
    let check = [["tasks", "check", "--json"].as_slice(), &DATA].concat();
    assert_eq!(names(&json(&world.succeed(&check))), own);
    // A built-in task without data is listed and is no failure.
    let checked = json(&world.succeed(&[check.as_slice(), &["warm", "boolq"]].concat()));
    assert_eq!(names(&checked), ["boolq", "warm"]);
    assert_eq!(checked[0]["state"], "no_data", "{checked}");
    let cached = ["cache", "recipe.toml", "--verify", "--json"];
    let cached = json(&world.succeed(&[cached.as_slice(), &DATA].concat()));
    assert!(names(&cached).contains(&"warm") && names(&cached).contains(&"text"), "{cached}");
    let show = ["mix", "show", "recipe.toml", "--json"];
    let shown = json(&world.succeed(&[show.as_slice(), &DATA].concat()));
    assert_eq!(names(&shown), ["colour", "warm", "text"]);
    let sample = ["mix", "sample", "recipe.toml", "-n", "6", "--json"];
    let sampled = json(&world.succeed(&[sample.as_slice(), &DATA].concat()));
    let later = [sample.as_slice(), &DATA, &["--from", "2"]].concat();
    let later = json(&world.succeed(&later));
    assert_eq!(sampled.as_array().unwrap()[2..], later.as_array().unwrap()[..4]);
}

#[test]
fn wrong_requests_exit_with_2_and_say_what_to_do() {
    let world = World::new();
    let message = |arguments: &[&str]| {
        let output = world.run(arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        message
    };
    let error = message(&["tasks", "show", "colou", "--tasks", "tasks"]);
    assert!(error.contains("colour"), "{error}");
    let error = message(&["pretrain", "no.toml"]);
    assert!(error.contains("no.toml"), "{error}");
    let error = message(&["eval", "nowhere"]);
    assert!(error.contains("nowhere"), "{error}");
    world.write(
        "bad.toml",
        &fs::read_to_string(world.path("recipe.toml")).unwrap().replace("r = 1.0", "rr = 1.0"),
    );
    let error = message(&["pretrain", "bad.toml"]);
    assert!(error.contains("bad.toml:8") && error.contains("`rr`"), "{error}");
}
