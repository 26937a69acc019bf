//! Three suites whose fetch is killed twice while bytes flow end whole, and nothing that was whole
//! comes twice.

#![cfg(unix)]

#[path = "../../data/tests/hub/mod.rs"]
mod hub;
mod support;

use ext5_task::Registry;
use hub::{COMMIT, Hub, bytes, tree};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use support::{World, moments};

const SUITES: [&str; 3] = ["glue", "rainbow", "tweeteval"];
const TOKEN: &str = "hf_neverToBeShown";

/// A file that is to be there in the end.
struct Wanted {
    /// Its path on the server.
    address: String,
    bytes: Vec<u8>,
}

/// Puts all splits of the suites' tasks on a server: by their paths under the data root.
fn serve(hub: &Hub) -> BTreeMap<PathBuf, Wanted> {
    let registry = Registry::built_in().unwrap();
    let mut wanted = BTreeMap::new();
    for task in registry.select(&SUITES.map(|suite| format!("suite:{suite}"))).unwrap() {
        let source = task.hub().unwrap();
        for split in task.published_splits() {
            let name = format!("{split}-00000-of-00001.parquet");
            let to = Path::new(task.folder()).join(&name);
            if wanted.contains_key(&to) {
                continue;
            }
            let path = format!("{}/{name}", source.config.as_deref().unwrap_or("data"));
            // Unequal sizes, so that files do not end all at once.
            let number = wanted.len() as u64;
            let bytes = bytes(number, 50_000 + (number as usize * 7_919) % 90_000);
            hub.put(&source.id, &path, bytes.clone());
            let address = format!("/datasets/{}/resolve/{COMMIT}/{path}", source.id);
            wanted.insert(to, Wanted { address, bytes });
        }
    }
    wanted
}

fn fetch(world: &World, hub: &Hub) -> Command {
    let arguments = ["fetch", SUITES[0], SUITES[1], SUITES[2], "--data-root", "fetched", "--json"];
    let mut command = world.command(&arguments);
    command.env("HF_ENDPOINT", &hub.url).env("HF_HOME", world.path("hf")).env("HF_TOKEN", TOKEN);
    command.stdin(Stdio::null());
    command
}

/// The files under the data root that a task would read.
fn there(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in fs::read_dir(root).into_iter().flatten() {
        let folder = folder.unwrap().path();
        let name = Path::new(folder.file_name().unwrap());
        found.extend(tree(&folder).into_iter().map(|(file, bytes)| (name.join(file), bytes)));
    }
    found
}

#[test]
fn three_suites_killed_twice() {
    let hub = Hub::new();
    let wanted = serve(&hub);
    hub.slow(Duration::from_millis(4));
    let total: usize = wanted.values().map(|wanted| wanted.bytes.len()).sum();
    let world = World::new();
    let root = world.path("fetched");
    let mut rng = moments().name("fetch").rng();
    // What is whole, with the number of requests before.
    let mut complete: Vec<(usize, BTreeSet<&str>)> = Vec::new();
    for from in [10, 50] {
        let until = total as u64 * (from + rng.below(30)) / 100;
        let mut child =
            fetch(&world, &hub).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while hub.sent() < until {
            assert!(child.try_wait().unwrap().is_none(), "ended before it was killed");
            thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        // What has a name is whole.
        let whole = there(&root);
        assert!(!whole.is_empty() && whole.len() < wanted.len(), "{} files", whole.len());
        for (path, bytes) in &whole {
            assert!(wanted[path].bytes == *bytes, "{} is not whole", path.display());
        }
        let addresses = whole.keys().map(|path| wanted[path].address.as_str()).collect();
        complete.push((hub.seen("/resolve/").len(), addresses));
    }

    let output = fetch(&world, &hub).output().unwrap();
    let shown = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    let [text, errors] = &shown;
    assert!(output.status.success(), "{text}\n{errors}");
    assert!(!shown.concat().contains(TOKEN), "{text}\n{errors}");
    for row in serde_json::from_str::<Vec<Value>>(text).unwrap() {
        let state = row["state"].as_str().unwrap();
        assert!(matches!(state, "fetched" | "ready") && row["missing"] == 0, "{row}");
    }
    let end = there(&root);
    assert!(end.keys().eq(wanted.keys()), "{:?}", end.keys());
    for (path, bytes) in &end {
        assert!(wanted[path].bytes == *bytes, "{} is not right", path.display());
    }
    // Nothing is left of the way there.
    for folder in fs::read_dir(&root).unwrap() {
        let names = fs::read_dir(folder.unwrap().path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let hidden: BTreeSet<String> = names.filter(|name| name.starts_with('.')).collect();
        assert!(hidden.iter().eq([".fetch.lock", ".fetched.json"]), "{hidden:?}");
    }
    let asked = hub.seen("/resolve/");
    assert!(
        asked.iter().any(|seen| seen.headers.contains_key("range")),
        "no part was gone on with"
    );
    for (before, addresses) in &complete {
        let again = asked[*before..].iter().find(|seen| addresses.contains(seen.path.as_str()));
        assert!(again.is_none(), "{} came twice", again.unwrap().path);
    }
    assert!(fetch(&world, &hub).output().unwrap().status.success());
    assert_eq!(hub.seen("/resolve/").len(), asked.len(), "a second fetch does nothing");
}
