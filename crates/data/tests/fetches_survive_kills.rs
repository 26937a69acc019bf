//! A fetch that is killed goes on where it stopped, and ends whole.

mod hub;

use ext5_data::hub::{Client, HubError, Plan, Request, What, fetch};
use hub::{Hub, bring, bytes, request, tree};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const FILE: usize = 300_000;

/// Three suites of three tasks, two files each.
fn suites(hub: &Hub) -> Vec<Request> {
    let mut requests = Vec::new();
    for suite in ["glue", "superglue", "rainbow"] {
        for task in 0..3 {
            let (repository, config) = (format!("o/{suite}"), format!("task{task}"));
            for (number, split) in ["train", "validation"].iter().enumerate() {
                let path = format!("{config}/{split}-00000-of-00001.parquet");
                let seed = (requests.len() * 2 + number) as u64;
                hub.put(&repository, &path, bytes(seed, FILE));
            }
            requests.push(request(&format!("{suite}_{task}"), &repository, Some(&config)));
        }
    }
    requests
}

/// Stops at once when `until` bytes are there; gives whether it ended before.
fn run(hub: &Hub, root: &Path, requests: &[Request], until: u64) -> bool {
    let client = Client::new(hub.settings());
    let stop = AtomicBool::new(false);
    let plan = |request| Plan::new(&client, root, request, &stop).unwrap();
    let plans: Vec<Plan> = requests.iter().map(plan).collect();
    let threads = NonZeroUsize::new(4).unwrap();
    let results = fetch(&client, &plans, threads, &stop, &|progress| {
        if progress.bytes > until {
            stop.store(true, Ordering::Relaxed);
        }
    });
    results.iter().all(|result| match result {
        Ok(()) => true,
        Err(HubError::Interrupted) => false,
        Err(other) => panic!("{other}"),
    })
}

#[test]
fn three_suites_stopped_twice_end_whole() {
    let hub = Hub::new();
    let requests = suites(&hub);
    let total = (requests.len() * 2 * FILE) as u64;
    let root = tempfile::tempdir().unwrap();
    assert!(!run(&hub, root.path(), &requests, total / 3));
    assert!(!run(&hub, root.path(), &requests, total / 3));
    assert!(run(&hub, root.path(), &requests, u64::MAX));
    for (number, request) in requests.iter().enumerate() {
        let found = tree(&root.path().join(&request.folder));
        assert_eq!(found.len(), 2);
        let seed = number as u64 * 2;
        assert_eq!(found["train-00000-of-00001.parquet"], bytes(seed, FILE));
        assert_eq!(found["validation-00000-of-00001.parquet"], bytes(seed + 1, FILE));
        assert!(!root.path().join(&request.folder).join(".fetch").exists());
    }
    // Parts were gone on with, and no whole file came twice.
    let ranges = hub.seen("/resolve/").iter().filter(|s| s.headers.contains_key("range")).count();
    assert!(ranges >= 2, "{ranges} requests went on with a part");
    assert!(hub.seen("/resolve/").len() <= requests.len() * 2 + 8);
}

#[test]
fn any_number_of_shards_of_a_corpus() {
    let hub = Hub::new();
    for shard in 0..5 {
        hub.put(
            "allenai/c4",
            &format!("en/c4-train.{shard:05}-of-00005.json.gz"),
            bytes(shard, 90),
        );
    }
    hub.put("allenai/c4", "en/c4-validation.00000-of-00001.json.gz", bytes(9, 90));
    hub.put("allenai/c4", "en.noblocklist/c4-train.00000-of-00005.json.gz", bytes(10, 90));
    let root = tempfile::tempdir().unwrap();
    let shards = |count| {
        let first = [("c4-train.", count), ("c4-validation.", 1)];
        let first = first.map(|(name, count)| (name.to_owned(), count)).to_vec();
        let what = What::Files { under: "en".to_owned(), first };
        let wanted = Request { what, ..request("c4", "allenai/c4", None) };
        bring(hub.settings(), root.path(), &wanted).unwrap();
        tree(&root.path().join("c4")).into_keys().collect::<Vec<_>>()
    };
    assert_eq!(shards(2).len(), 3);
    assert_eq!(shards(4).len(), 5);
    // Fewer take nothing away, and whole ones do not come again.
    let names = shards(1);
    assert_eq!(names.len(), 5);
    assert_eq!(names[3], "c4-train.00003-of-00005.json.gz");
    assert_eq!(hub.seen("/resolve/").len(), 5);
    hub.slow(Duration::ZERO);
}
