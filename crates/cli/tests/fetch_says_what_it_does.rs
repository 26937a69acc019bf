//! `ext5 fetch` without a network: what cannot be had is explained, and nothing is asked of nobody.

#[path = "../../data/tests/hub/mod.rs"]
mod hub;
mod support;

use hub::{Fault, Hub};
use serde_json::json;
use std::fs;
use std::process::{Command, Output};
use support::World;

/// A hub with one data set, of the size that it says.
fn hub(bytes: u64, gated: bool) -> Hub {
    let hub = Hub::new();
    let path = "data/train-00000-of-00001.parquet";
    hub.put("o/far", path, "x");
    hub.info("o/far", json!({"gated": gated, "cardData": {"license": "mit"}}));
    let lfs = json!({"oid": "a".repeat(64), "size": bytes});
    hub.listing("o/far", json!([{"type": "file", "path": path, "size": 1, "lfs": lfs}]));
    hub
}

fn command(world: &World, hub: &Hub, more: &[&str]) -> Command {
    let mut arguments = vec!["fetch", "far", "--tasks", "tasks", "--data-root", "data"];
    arguments.extend(more);
    let mut command: Command = world.command(&arguments);
    command.env("HF_ENDPOINT", &hub.url).env("HF_HOME", world.path("hf")).env_remove("HF_TOKEN");
    command.stdin(std::process::Stdio::null());
    command
}

fn fetch(world: &World, hub: &Hub, more: &[&str]) -> Output {
    command(world, hub, more).output().unwrap()
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
    let hub = hub(5_000_000_000, false);
    let dry = fetch(&world, &hub, &["--dry-run"]);
    let text = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert!(dry.status.success() && text.contains("5.0 GB") && text.contains("mit"), "{text}");
    let json = fetch(&world, &hub, &["--dry-run", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json[0]["name"], "far");
    assert_eq!(
        (&json[0]["missing"], &json[0]["state"]),
        (&5_000_000_000u64.into(), &"missing".into())
    );
    let asked = fetch(&world, &hub, &[]);
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

/// Whatever happens: it is sent to the server, and stands in nothing that is printed or written.
#[test]
fn the_token_is_never_shown() {
    const TOKEN: &str = "hf_neverToBeShown";
    let status = |status| Fault::Status(status, vec![("x-error-message", "no".to_owned())]);
    let elsewhere = Fault::Status(302, vec![("location", "ftp://a/?b".to_owned())]);
    for (part, fault) in [
        ("/revision/", status(401)),
        ("/resolve/", status(403)),
        ("/resolve/", status(404)),
        ("/resolve/", elsewhere),
        ("/resolve/", Fault::Body(b"y".to_vec())),
    ] {
        let (world, hub) = (world(), hub(1, true));
        hub.fail(part, [fault]);
        let mut command = command(&world, &hub, &[]);
        let output = command.env("HF_TOKEN", TOKEN).env("RUST_LOG", "trace").output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let authorised = format!("Bearer {TOKEN}");
        assert!(hub.seen("").iter().all(|seen| seen.headers["authorization"] == authorised));
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.contains("far") && !shown.contains(TOKEN), "{shown}");
        for file in fs::read_dir(world.path("data/far")).into_iter().flatten() {
            let file = file.unwrap().path();
            let written = fs::read(&file).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&written).contains(TOKEN), "{}", file.display());
        }
    }
    let world = world();
    let mut command = command(&world, &hub(1, false), &[]);
    let output = command.env("HF_TOKEN", format!("{TOKEN} and more")).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("HF_TOKEN: not a token") && !shown.contains(TOKEN), "{shown}");
}
