//! Every row of every split of the real data becomes an example, with no malformed row.

use ext5_task::{Extent, Registry, Report, Task};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn registry() -> Registry {
    Registry::open(&[workspace().join("tests/realdata_tasks")]).unwrap_or_else(|e| panic!("{e}"))
}

/// The folder of the real data, where it is on this machine.
fn data_root() -> Option<PathBuf> {
    let root = match std::env::var_os("EXT5_REALDATA") {
        Some(root) => PathBuf::from(root),
        None => workspace().join("../shared/realdata"),
    };
    if root.is_dir() {
        return Some(root);
    }
    ext5_core::testing::skipped(&format!("no real data at {}; set EXT5_REALDATA", root.display()));
    None
}

fn check(task: &Task, root: &Path) -> Report {
    let report = task.check(root, Extent::All).unwrap_or_else(|error| panic!("{error}"));
    for split in &report.splits {
        assert_eq!(split.malformed, 0, "{}: {:#?}", task.name, split.first_malformed);
        assert_eq!(split.examples, split.rows, "{}: {}", task.name, split.split);
    }
    assert!(report.usable);
    report
}

#[test]
fn all_eight_families_are_there() {
    let registry = registry();
    let families: BTreeSet<_> = registry.iter().map(|task| task.family.as_str()).collect();
    for family in ext5_task::FAMILIES {
        assert!(families.contains(family), "{family}");
    }
    assert!(registry.iter().count() >= 24);
}

#[test]
fn every_row_becomes_an_example() {
    let Some(root) = data_root() else { return };
    for task in registry().iter() {
        let report = check(task, &root);
        let splits: Vec<_> = report.splits.iter().map(|split| split.split.as_str()).collect();
        let expected: &[&str] = match task.evaluation_only {
            true => &["validation"],
            false => &["train", "validation"],
        };
        assert_eq!(splits, expected, "{}", task.name);
    }
}
