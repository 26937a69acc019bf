//! `tools/tiny-data` writes the same files every time, and the tiny tasks can use all of them.

use ext5_data::{DataLock, Documents, Tolerance, files};
use ext5_task::{Extent, Registry};
use std::path::{Path, PathBuf};
use std::process::Command;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Writes the data and locks it; `None` without Python.
fn tiny_data(root: &Path) -> Option<DataLock> {
    let script = workspace().join("tools/tiny-data");
    let Ok(status) = Command::new("python3").arg(script).arg(root).status() else {
        ext5_core::testing::skipped("no python3 to run tools/tiny-data");
        return None;
    };
    assert!(status.success());
    let files = files::resolve(root, &["*/*.jsonl", "corpus/*.txt"], "tiny data").unwrap();
    Some(DataLock::build(root, files).unwrap())
}

#[test]
fn the_tiny_tasks_use_the_tiny_data() {
    let root = tempfile::tempdir().unwrap();
    let Some(lock) = tiny_data(root.path()) else {
        return;
    };
    let again = tempfile::tempdir().unwrap();
    assert_eq!(Some(lock), tiny_data(again.path()), "the same files every time");

    let registry = Registry::open(&[workspace().join("tests/tiny_tasks")]).unwrap();
    assert_eq!(registry.iter().count(), 6);
    for task in registry.iter() {
        let report = task.check(root.path(), Extent::All).unwrap();
        assert!(report.usable && report.validation_in_train == 0, "{report:#?}");
        assert_eq!(report.splits.len(), 2, "{}", task.name);
        for split in &report.splits {
            assert_eq!((split.malformed, split.warnings.len()), (0, 0), "{split:#?}");
            assert!(split.examples >= 50, "{split:#?}");
        }
    }
}

#[test]
fn the_tiny_corpus_is_large_enough() {
    let root = tempfile::tempdir().unwrap();
    if tiny_data(root.path()).is_none() {
        return;
    }
    let files = files::resolve(root.path(), &["corpus/train.txt"], "a corpus").unwrap();
    let words: usize = Documents::new(files, Tolerance::NONE)
        .map(|document| document.unwrap().text.split_whitespace().count())
        .sum();
    assert!(words >= 60_000, "{words}");
}
