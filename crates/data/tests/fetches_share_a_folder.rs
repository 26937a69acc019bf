//! Tasks may share a folder, and two processes may fetch into one: nothing that one of them has
//! fetched is lost or forgotten.

#![cfg(unix)]

mod hub;

use ext5_data::hub::{Client, HubError, Manifest, Plan, Request, What, fetch};
use hub::{Hub, bring, bytes, request, tree};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::AtomicBool;
use std::thread;

fn of_splits(splits: &[&str]) -> Request {
    let what = What::Splits(splits.iter().map(|&split| split.to_owned()).collect());
    Request { what, ..request("t", "o/shared", None) }
}

fn of_shard(shard: u64) -> Request {
    let what = What::Files { under: "en".to_owned(), first: vec![(format!("{shard}."), 1)] };
    Request { what, ..request("t", "o/corpus", None) }
}

fn names(root: &Path) -> Vec<String> {
    tree(&root.join("t")).into_keys().collect()
}

#[test]
fn splits_of_another_task_stay() {
    let hub = Hub::new();
    for (seed, split) in ["train", "matched", "mismatched"].into_iter().enumerate() {
        let path = format!("data/{split}-00000-of-00001.parquet");
        hub.put("o/shared", &path, bytes(seed as u64, 500));
    }
    let root = tempfile::tempdir().unwrap();
    bring(hub.settings(), root.path(), &of_splits(&["train", "matched"])).unwrap();
    bring(hub.settings(), root.path(), &of_splits(&["mismatched"])).unwrap();
    bring(hub.settings(), root.path(), &of_splits(&["train", "matched"])).unwrap();
    let [matched, mismatched, train] =
        ["matched", "mismatched", "train"].map(|split| format!("{split}-00000-of-00001.parquet"));
    assert_eq!(names(root.path()), [matched.clone(), mismatched.clone(), train.clone()]);
    assert_eq!(hub.seen("/resolve/").len(), 3, "each came once");

    // Another commit has the split in other files: they take the place of the old ones.
    hub.remove("o/shared", &format!("data/{train}"));
    for shard in 0..2 {
        let path = format!("data/train-{shard:05}-of-00002.parquet");
        hub.put("o/shared", &path, bytes(7 + shard, 300));
    }
    bring(hub.settings(), root.path(), &of_splits(&["train", "matched"])).unwrap();
    let shards = [0, 1].map(|shard| format!("train-{shard:05}-of-00002.parquet"));
    let [first, second] = shards;
    assert_eq!(names(root.path()), [matched, mismatched, first, second]);
    let listed = Manifest::read(&root.path().join("t")).unwrap();
    let listed: Vec<String> = listed.files.into_iter().map(|file| file.name).collect();
    assert_eq!(listed, names(root.path()));
}

/// Several fetches of one file each, all at once, each tried until the folder is free: what one
/// has added to the list of whole files, none of the others forgets.
#[test]
fn fetches_at_once_forget_nothing() {
    const FETCHES: u64 = 6;
    for round in 0..5 {
        let hub = Hub::new();
        for shard in 0..FETCHES {
            hub.put("o/corpus", &format!("en/{shard}.json.gz"), bytes(round * FETCHES + shard, 50));
        }
        let root = tempfile::tempdir().unwrap();
        let client = Client::new(hub.settings());
        let stop = AtomicBool::new(false);
        let start = Barrier::new(FETCHES as usize);
        thread::scope(|scope| {
            for shard in 0..FETCHES {
                let (hub, client, root, stop, start) = (&hub, &client, root.path(), &stop, &start);
                scope.spawn(move || {
                    let plans = [Plan::new(client, root, &of_shard(shard), stop).unwrap()];
                    start.wait();
                    loop {
                        let done =
                            fetch(client, &plans, NonZeroUsize::MIN, stop, &|_| {}).remove(0);
                        match done {
                            Ok(()) => break,
                            Err(HubError::Locked { .. }) => thread::yield_now(),
                            Err(other) => panic!("{}: {other}", hub.url),
                        }
                    }
                });
            }
        });
        let manifest = Manifest::read(&root.path().join("t")).unwrap();
        assert_eq!(manifest.files.len() as u64, FETCHES, "round {round}");
        assert_eq!(names(root.path()).len() as u64, FETCHES);
        assert_eq!(hub.seen("/resolve/").len() as u64, FETCHES);
    }
}

/// Another fetch ends after this one has looked whether there is anything to do, and before it has
/// the folder to itself. A pipe in place of the list holds it up there.
#[test]
fn what_is_there_is_read_under_the_lock() {
    let hub = Hub::new();
    for shard in 0..2 {
        hub.put("o/corpus", &format!("en/{shard}.json.gz"), bytes(shard, 50));
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    bring(hub.settings(), root, &of_shard(0)).unwrap();
    let client = Client::new(hub.settings());
    let stop = AtomicBool::new(false);
    let plans = [Plan::new(&client, root, &of_shard(1), &stop).unwrap()];
    let [list, whole, pipe] = ["t/.fetched.json", "whole", "pipe"].map(|name| root.join(name));
    fs::rename(&list, &whole).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::hard_link(&pipe, &list).unwrap();
    thread::scope(|scope| {
        let fetching = scope.spawn(|| fetch(&client, &plans, NonZeroUsize::MIN, &stop, &|_| {}));
        // Opens as soon as the other side is open for reading.
        let mut pipe = OpenOptions::new().write(true).open(&pipe).unwrap();
        fs::rename(&whole, &list).unwrap();
        pipe.write_all(&serde_json::to_vec(&Manifest::default()).unwrap()).unwrap();
        drop(pipe);
        fetching.join().unwrap().remove(0).unwrap();
    });
    assert_eq!(Manifest::read(&root.join("t")).unwrap().files.len(), 2);
}
