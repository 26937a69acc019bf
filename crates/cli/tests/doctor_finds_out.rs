//! `ext5 doctor` says what is there, and what is wrong.

mod support;

use serde_json::Value;
use support::World;

/// What was found, and whether all is well.
fn findings(world: &World, arguments: &[&str]) -> (Vec<Value>, Option<i32>) {
    let output = world.run(&[&["doctor", "--json"], arguments].concat());
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

fn finding<'a>(all: &'a [Value], name: &str) -> &'a Value {
    all.iter().find(|finding| finding["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn every_part_is_looked_at() {
    let world = World::new();
    let (all, _) = findings(&world, &["--tasks", "tasks", "--data-root", "data"]);
    let names: Vec<_> = all.iter().map(|finding| finding["name"].as_str().unwrap()).collect();
    let expected = [
        "threads",
        "memory",
        "vector width",
        "matrix products",
        "mpi",
        "wgpu",
        "cuda",
        "disk",
        "data root",
    ];
    assert_eq!(names, expected);
    for finding in &all {
        let state = finding["state"].as_str().unwrap();
        assert!(["ok", "warn", "problem"].contains(&state), "{finding}");
        assert!(!finding["found"].as_str().unwrap().is_empty(), "{finding}");
        assert_eq!(finding["advice"].is_null(), state == "ok", "{finding}");
    }
    let mpi = finding(&all, "mpi")["found"].as_str().unwrap();
    assert_eq!(mpi.contains("not in this build"), !cfg!(feature = "mpi"), "{mpi}");
    let usable = std::thread::available_parallelism().unwrap().get();
    let threads = finding(&all, "threads")["found"].as_str().unwrap();
    assert!(threads.starts_with(&format!("{usable} usable")), "{threads}");
}

#[test]
fn data_is_found_or_missed() {
    let world = World::new();
    let with = ["--tasks", "tasks", "--data-root", "data"];
    let data = finding(&findings(&world, &with).0, "data root").clone();
    assert_eq!(data["state"], "ok");
    let found = data["found"].as_str().unwrap();
    assert!(found.contains("data of 2 of ") && found.ends_with("colour, warm"), "{found}");

    for (arguments, what) in
        [(["--data-root", "none"], "not there"), (["--data-root", "tasks"], "0 of")]
    {
        let data = finding(&findings(&world, &arguments).0, "data root").clone();
        assert_eq!(data["state"], "warn", "{data}");
        assert!(data["found"].as_str().unwrap().contains(what), "{data}");
        assert!(data["advice"].as_str().unwrap().contains("ext5 fetch"), "{data}");
    }

    world.write("tasks/broken.toml", "name = 3\n");
    let (all, code) = findings(&world, &with);
    assert_eq!(finding(&all, "data root")["state"], "problem");
    assert!(finding(&all, "data root")["found"].as_str().unwrap().contains("broken.toml"));
    assert_eq!(code, Some(1));
}

#[test]
fn threads_that_are_not_taken_are_told() {
    let world = World::new();
    let output = world.command(&["doctor"]).env("RAYON_NUM_THREADS", "77").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("warn") && text.contains("77 taken"), "{text}");
    assert!(text.contains("RAYON_NUM_THREADS"), "{text}");
}
