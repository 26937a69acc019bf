//! `eval --predictions` scores anybody's answers and `eval --compare` two systems', without a model.

mod support;

use serde_json::{Value, json};
use support::World;

const DATA: [&str; 4] = ["--tasks", "tasks", "--data-root", "data"];

/// Answers to the task `colour`, of whose 20 every `wrong`-th is no colour.
fn answers(world: &World, path: &str, wrong: usize) {
    let rows = std::fs::read_to_string(world.path("data/colour/validation.jsonl")).unwrap();
    let answer = |(index, row): (usize, &str)| {
        let row: Value = serde_json::from_str(row).unwrap();
        let text = if index % wrong == 0 { "mud" } else { row["colour"].as_str().unwrap() };
        format!("{}\n", json!({ "index": index, "prediction": text }))
    };
    world.write(path, &rows.lines().enumerate().map(answer).collect::<String>());
}

fn json_of(world: &World, arguments: &[&str]) -> Value {
    let text = world.succeed(&[arguments, &DATA, &["--json"]].concat());
    serde_json::from_str(&text).unwrap()
}

#[test]
fn answers_of_a_file_and_of_a_folder() {
    let world = World::new();
    answers(&world, "mine.jsonl", 5);
    answers(&world, "other/colour.jsonl", 2);
    let one = ["eval", "--predictions", "mine.jsonl", "--task", "colour"];
    let scored = json_of(&world, &[one.as_slice(), &["--out", "scores"]].concat());
    assert_eq!(scored[0]["name"], "colour");
    assert_eq!(scored[0]["metrics"][0]["value"], 80.0);
    let result = std::fs::read_to_string(world.path("scores/eval/colour.json")).unwrap();
    let result: Value = serde_json::from_str(&result).unwrap();
    assert_eq!(result["provenance"]["predictions"]["path"], "mine.jsonl");
    // What was written is scored again, and a folder says which tasks it answers.
    let again = json_of(&world, &["eval", "--predictions", "scores"]);
    assert_eq!(again[0]["metrics"], scored[0]["metrics"]);
    let table = world.succeed(&[["eval", "--predictions", "other"].as_slice(), &DATA].concat());
    assert!(table.contains("colour") && table.contains("50.0"), "{table}");

    let compared = json_of(&world, &["eval", "--compare", "scores", "other"]);
    let difference = &compared[0]["differences"][0];
    assert_eq!((&compared[0]["name"], &difference["value"]), (&json!("colour"), &json!(30.0)));
    assert!(difference["low"].as_f64() < Some(30.0) && difference["high"].as_f64() > Some(30.0));
    // Of 20 examples 2 are wrong in both; 2 in the first alone, 8 in the second alone.
    let p = difference["p"].as_f64().unwrap();
    assert!((p - 2.0 * 56.0 / 1024.0).abs() < 1e-12, "{p}");
    let compare = ["eval", "--compare", "scores", "other"];
    let table = world.succeed(&[compare.as_slice(), &DATA].concat());
    assert!(table.contains("+30.0") && table.contains("McNemar"), "{table}");
}

#[test]
fn wrong_requests_say_what_to_do() {
    let world = World::new();
    answers(&world, "mine.jsonl", 5);
    answers(&world, "other/colour.jsonl", 2);
    let refused = |arguments: &[&str], expected: &str| {
        let output = world.run(&[arguments, &DATA].concat());
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.contains(expected), "{message}");
    };
    let file = ["eval", "--predictions", "mine.jsonl"];
    refused(&file, "mine.jsonl: name the task that is answered with --task");
    refused(&[&file[..], &["--task", "*"]].concat(), "the answers of one task, and 2 were named");
    // Of the task `warm` there are no option scores.
    refused(&[&file[..], &["--task", "warm"]].concat(), "the metric option_accuracy needs");
    refused(&[&file[..], &["--task", "colour", "--limit", "9"]].concat(), "line 10: there is no");
    refused(&["eval", "--predictions", "nowhere"], "nowhere: no such file or folder");
    refused(&["eval", "--predictions", "tasks"], "tasks: no TASK.jsonl in it");
    refused(&["eval", "--compare", "other", "other", "--out", "x"], "--out");
    refused(&["eval", "--compare", "other"], "2 values required");
    refused(&["eval"], "required");
    world.write("third/warm.jsonl", "");
    refused(&["eval", "--compare", "other", "third"], "other: no answers for the task warm");
    let none = ["eval", "x", "--normalisation", "per_token"];
    refused(&none, "per-token, per-character, per-byte, mutual-information");
}
