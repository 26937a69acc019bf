//! An export that was killed goes on to the same bytes, and its shards are the stream's prefix.

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::Duration;
use support::World;

const DATA: [&str; 4] = ["--tasks", "tasks", "--data-root", "data"];
const EXAMPLES: usize = 3000;

fn export<'a>(out: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    let command = ["mix", "export", "recipe.toml", "--out", out, "--examples", "3000"];
    [command.as_slice(), &["--examples-per-file", "100"], rest, &DATA].concat()
}

/// The data files of an export by name.
fn files(world: &World, out: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(world.path(out).join("data")).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect()
}

fn rows(files: &BTreeMap<String, Vec<u8>>) -> Vec<Value> {
    let text = files.values().map(|bytes| std::str::from_utf8(bytes).unwrap());
    text.flat_map(str::lines).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn after_kills_at_any_moment() {
    let world = World::new();
    world.succeed(&["cache", "recipe.toml", "--tasks", "tasks", "--data-root", "data"]);
    for format in [["--format", "jsonl"].as_slice(), &["--format", "parquet"]] {
        let name = format[1];
        let whole = format!("whole-{name}");
        world.succeed(&export(&whole, format));
        let expected = files(&world, &whole);
        assert_eq!(expected.len(), EXAMPLES / 100);
        let killed = format!("killed-{name}");
        for milliseconds in [5, 15, 25, 35, 50, 70] {
            let mut command = world.command(&export(&killed, format));
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(milliseconds));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        world.succeed(&export(&killed, format));
        assert!(files(&world, &killed) == expected, "{name}");
    }
}

#[test]
fn shards_together_are_the_stream_in_order() {
    let world = World::new();
    world.succeed(&export("whole", &[]));
    let expected = files(&world, "whole");
    let slots: Vec<u64> = rows(&expected).iter().map(|row| row["slot"].as_u64().unwrap()).collect();
    assert!(slots.into_iter().eq(0..EXAMPLES as u64));
    let mut together = BTreeMap::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let out = format!("apart-{}", &shard[..1]);
        world.succeed(&export("shared", &["--shard", shard]));
        world.succeed(&export(&out, &["--shard", shard]));
        let apart = files(&world, &out);
        assert!(!apart.is_empty());
        assert!(apart.keys().all(|name| !together.contains_key(name)), "disjoint");
        together.extend(apart);
    }
    assert!(together == expected && files(&world, "shared") == expected);

    // As `mix sample` shows them.
    let sample =
        [["mix", "sample", "recipe.toml", "-n", "40", "--json"].as_slice(), &DATA].concat();
    let sampled: Value = serde_json::from_str(&world.succeed(&sample)).unwrap();
    for (row, sample) in rows(&expected).iter().zip(sampled.as_array().unwrap()) {
        assert_eq!((&row["name"], &row["slot"]), (&sample["name"], &sample["slot"]));
        assert_eq!(row["targets_ids"].as_array().unwrap().last(), Some(&Value::from(1)));
        assert_eq!(row["inputs_ids"].as_array().unwrap().len() as u64, sample["inputs_tokens"]);
    }
}

#[test]
fn another_recipe_does_not_go_on() {
    let world = World::new();
    world.succeed(&export("out", &[]));
    let before = files(&world, "out");
    let output = world.run(&export("out", &["--set", "seed=8"]));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("seed") && message.contains("out"), "{message}");
    assert!(files(&world, "out") == before);
    // A file that was changed since is made again.
    let (name, bytes) = before.first_key_value().unwrap();
    fs::write(world.path("out/data").join(name), &bytes[..bytes.len() / 2]).unwrap();
    let told = world.succeed(&export("out", &[]));
    assert!(told.contains(name), "{told}");
    assert!(files(&world, "out") == before);
}
