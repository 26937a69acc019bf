//! A changed, missing or new source file is noticed and named.

use ext5_data::{Change, DataError, DataLock, files};
use std::fs;
use std::path::Path;

fn changes(lock: &DataLock, root: &Path) -> Vec<Change> {
    let files = files::matches(root, "**/*.jsonl").unwrap();
    match lock.verify(root, files) {
        Ok(()) => Vec::new(),
        Err(DataError::Changed { changes }) => changes,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_difference_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for task in ["a", "b", "c"] {
        fs::create_dir(root.join(task)).unwrap();
        fs::write(root.join(task).join("train.jsonl"), "{\"x\": 1}\n\n{\"x\": 2}\n").unwrap();
    }
    let lock = DataLock::build(root, files::matches(root, "**/*.jsonl").unwrap()).unwrap();
    assert_eq!(lock.files.len(), 3);
    assert_eq!((lock.files[0].path.as_str(), lock.files[0].rows), ("a/train.jsonl", 2));
    assert_eq!(lock.files[0].bytes, 19);

    let path = root.join("data.lock");
    lock.write(&path).unwrap();
    let read = DataLock::read(&path).unwrap();
    assert_eq!(read, lock);
    assert_eq!(read.digest(), lock.digest());
    assert_eq!(changes(&lock, root), []);

    fs::write(root.join("a/train.jsonl"), "{\"x\": 1}\n\n{\"x\": 3}\n").unwrap();
    fs::remove_file(root.join("b/train.jsonl")).unwrap();
    fs::write(root.join("c/validation.jsonl"), "{}\n").unwrap();
    let named: Vec<_> = changes(&lock, root).iter().map(Change::to_string).collect();
    assert_eq!(
        named,
        [
            "changed: a/train.jsonl (same size, other bytes)",
            "missing: b/train.jsonl",
            "new: c/validation.jsonl",
        ]
    );
}

#[test]
fn a_lock_cannot_point_outside_its_root() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.lock");
    let digest = "0".repeat(64);
    let text = format!("[[files]]\npath = \"../x\"\nbytes = 1\nrows = 1\ndigest = \"{digest}\"\n");
    fs::write(&path, text).unwrap();
    let error = DataLock::read(&path).unwrap_err().to_string();
    assert!(error.contains("leads out of the data root"), "{error}");
    fs::write(&path, "[[files]]\npth = \"x\"\n").unwrap();
    let error = DataLock::read(&path).unwrap_err().to_string();
    assert!(error.contains("data.lock:2") && error.contains("`path`"), "{error}");
}
