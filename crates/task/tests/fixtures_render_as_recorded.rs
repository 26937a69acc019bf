//! Every built-in task of the paper's mixture, and of the tests outside it, makes of its fixture
//! the examples that are recorded.

use ext5_core::testing::is_current;
use ext5_task::{Extent, Registry, Task};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn registry() -> Registry {
    Registry::built_in().unwrap_or_else(|error| panic!("{error}"))
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fixtures() -> PathBuf {
    workspace().join("tests/fixtures")
}

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/fixtures")
}

fn tasks(registry: &Registry) -> Vec<&Task> {
    registry.select(&["suite:exmix", "suite:unseen", "suite:gem"]).unwrap()
}

/// The names in a folder, without what stands after the last dot.
fn stems(folder: &Path) -> BTreeSet<String> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// A line for each example: what decides what a model sees, and how its answer is scored.
fn rendered(task: &Task, root: &Path) -> String {
    let mut text = String::new();
    for split in task.splits(root) {
        let examples = task.examples(root, &split).unwrap_or_else(|error| panic!("{error}"));
        for example in examples.all_prompts() {
            let example = example.unwrap_or_else(|error| panic!("{error}"));
            let mut line = json!({
                "split": split,
                "inputs": example.inputs,
                "targets": example.targets,
                "references": example.references,
            });
            if !example.options.is_empty() {
                line["options"] = json!(example.options);
                line["answer"] = json!(example.answer);
            }
            if let Some(group) = example.group {
                line["group"] = json!(group);
            }
            if task.prompts() > 1 {
                line["prompt"] = json!(example.prompt);
            }
            text += &format!("{line}\n");
        }
    }
    text
}

#[test]
fn no_task_is_without_a_fixture() {
    let registry = registry();
    let root = fixtures();
    let without: Vec<_> =
        tasks(&registry).into_iter().filter(|task| task.has_no_data(&root)).collect();
    let names: Vec<_> = without.iter().map(|task| &task.name).collect();
    assert!(
        names.is_empty(),
        "{} tasks without a folder in tests/fixtures: {names:?}",
        names.len()
    );
}

#[test]
fn no_fixture_and_no_record_is_without_a_task() {
    let registry = registry();
    let folders = tasks(&registry).into_iter().map(|task| task.folder().to_owned());
    let folders: BTreeSet<String> = folders.chain(["README".to_owned()]).collect();
    let fixtures = stems(&fixtures());
    let strays: Vec<_> = fixtures.difference(&folders).collect();
    assert!(strays.is_empty(), "{strays:?}");
    let names = tasks(&registry).into_iter().map(|task| task.name.clone()).collect();
    let records = stems(&recorded());
    let strays: Vec<_> = records.difference(&names).collect();
    assert!(strays.is_empty(), "{strays:?}");
}

/// `EXT5_WRITE_SCHEMA` records them anew.
#[test]
fn examples_are_those_recorded() {
    let registry = registry();
    let root = fixtures();
    let mut stale = Vec::new();
    for task in tasks(&registry).into_iter().filter(|task| !task.has_no_data(&root)) {
        let text = rendered(task, &root);
        if !is_current(&recorded().join(format!("{}.jsonl", task.name)), &text) {
            stale.push(&task.name);
        }
    }
    assert!(
        stale.is_empty(),
        "other examples than recorded: {stale:?}. If they are right: EXT5_WRITE_SCHEMA=1 \
         cargo test -p ext5-task --test fixtures_render_as_recorded"
    );
}

#[test]
fn checks_find_nothing_wrong() {
    let registry = registry();
    let root = fixtures();
    let mut wrong = Vec::new();
    for task in tasks(&registry).into_iter().filter(|task| !task.has_no_data(&root)) {
        let report = task.check(&root, Extent::All).unwrap_or_else(|error| panic!("{error}"));
        for split in &report.splits {
            for row in &split.first_malformed {
                wrong.push(format!("{} {}: {row:?}", task.name, split.split));
            }
        }
        let rows: u64 = report.splits.iter().map(|split| split.rows).sum();
        // One for each of the nine files of ANLI.
        if !report.usable || !(3..=9).contains(&rows) {
            wrong.push(format!("{}: {rows} rows, usable: {}", task.name, report.usable));
        }
        if !task.evaluation_only && report.splits.iter().all(|split| split.split != "train") {
            wrong.push(format!("{}: no train split", task.name));
        }
        if report.validation_in_train > 0 {
            wrong.push(format!("{}: the same rows in train and validation", task.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
