//! `ext5 fetch` without a network: what cannot be had is explained, and nothing is asked of nobody.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread;
use support::World;

/// A hub with one data set, of the size that it says.
fn hub(bytes: u64, gated: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    break;
                }
                head.push(byte[0]);
            }
            let path = String::from_utf8_lossy(&head);
            let body = if path.contains("/revision/main") {
                let sha = "0".repeat(40);
                format!(
                    "{{\"sha\": \"{sha}\", \"gated\": {gated}, \"cardData\": {{\"license\": \"mit\"}}}}"
                )
            } else if path.contains("/tree/") {
                let oid = "a".repeat(64);
                format!(
                    "[{{\"type\": \"file\", \"path\": \"data/train-00000-of-00001.parquet\", \"size\": 1, \
                     \"oid\": \"\", \"lfs\": {{\"oid\": \"{oid}\", \"size\": {bytes}}}}}]"
                )
            } else {
                String::from("x")
            };
            let head = format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    url
}

fn fetch(world: &World, hub: &str, more: &[&str]) -> Output {
    let mut arguments = vec!["fetch", "far", "--tasks", "tasks", "--data-root", "data"];
    arguments.extend(more);
    let mut command: Command = world.command(&arguments);
    command.env("HF_ENDPOINT", hub).env("HF_HOME", world.path("hf")).env_remove("HF_TOKEN");
    command.stdin(std::process::Stdio::null()).output().unwrap()
}

fn world() -> World {
    let world = World::new();
    world.write(
        "tasks/far.toml",
        "name = \"far\"\nfamily = \"nli\"\nmetrics = [\"accuracy\"]\n[source]\nhub = { id = \"o/far\" }\n\
         [template]\ninputs = \"{{ a }}\"\ntargets = \"{{ b }}\"\n",
    );
    world
}

#[test]
fn sizes_and_licences_come_before_bytes() {
    let world = world();
    let url = hub(5_000_000_000, false);
    let dry = fetch(&world, &url, &["--dry-run"]);
    let text = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert!(dry.status.success() && text.contains("5.0 GB") && text.contains("mit"), "{text}");
    let json = fetch(&world, &url, &["--dry-run", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json[0]["name"], "far");
    assert_eq!(
        (&json[0]["missing"], &json[0]["state"]),
        (&5_000_000_000u64.into(), &"missing".into())
    );
    let asked = fetch(&world, &url, &[]);
    assert_eq!(asked.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&asked.stderr).contains("say --yes"));
    assert!(!world.path("data/far").exists());
}

#[test]
fn what_cannot_be_had_is_explained() {
    let world = world();
    let gated = fetch(&world, &hub(1, true), &[]);
    let text = String::from_utf8_lossy(&gated.stdout).into_owned();
    assert_eq!(gated.status.code(), Some(1));
    assert!(text.contains("put it into HF_TOKEN"), "{text}");
    let wrong = fetch(&world, &hub(1, false), &[]);
    let text = String::from_utf8_lossy(&wrong.stdout).into_owned();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text.contains("wrong content"), "{text}");
    let by_hand = ["fetch", "colour", "--tasks", "tasks", "--data-root", "none"];
    let by_hand = world.run(&by_hand);
    assert_eq!(by_hand.status.code(), Some(1));
    let text = String::from_utf8_lossy(&by_hand.stdout).into_owned();
    assert!(text.contains("download it by hand") && text.contains("none/colour"), "{text}");
    let unknown = world.run(&["fetch", "colours", "--tasks", "tasks"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `colour`?"));
    assert!(fs::read_dir(world.path("data/far")).map_or(true, |mut d| {
        d.all(|e| e.unwrap().file_name().to_string_lossy().starts_with('.'))
    }));
}
