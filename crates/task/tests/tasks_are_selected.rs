//! The registry finds tasks in folders and selects them by name, pattern, family and suite.

use ext5_task::{Registry, RegistryError};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn write(folder: &Path, name: &str, family: &str, suites: &str) {
    let text = format!(
        "name = \"{name}\"\nfamily = \"{family}\"\nsuites = {suites}\nmetrics = [\"accuracy\"]\n\
         [template]\ninputs = \"{{{{ x }}}}\"\ntargets = \"{{{{ y }}}}\"\n"
    );
    let folder = folder.join(family);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

fn tasks() -> (TempDir, Registry) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "sst2", "classification", "[\"glue\", \"exmix\"]");
    write(folder.path(), "cola", "classification", "[\"glue\"]");
    write(folder.path(), "rte", "nli", "[\"superglue\", \"exmix\"]");
    write(folder.path(), "tweet_irony", "classification", "[]");
    let registry = Registry::open(&[folder.path().to_owned()]).unwrap();
    (folder, registry)
}

fn names(registry: &Registry, patterns: &[&str]) -> Vec<String> {
    registry.select(patterns).unwrap().iter().map(|task| task.name.clone()).collect()
}

fn error(registry: &Registry, patterns: &[&str]) -> String {
    registry.select(patterns).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn patterns_select() {
    let (_folder, registry) = tasks();
    assert_eq!(names(&registry, &["*"]), ["cola", "rte", "sst2", "tweet_irony"]);
    assert_eq!(names(&registry, &["rte", "cola", "rte"]), ["cola", "rte"]);
    assert_eq!(names(&registry, &["tweet_*"]), ["tweet_irony"]);
    assert_eq!(names(&registry, &["family:nli"]), ["rte"]);
    assert_eq!(names(&registry, &["suite:*glue"]), ["cola", "rte", "sst2"]);
    assert_eq!(names(&registry, &["suite:glue", "!cola"]), ["sst2"]);
    assert_eq!(registry.get("rte").unwrap().family, "nli");
}

#[test]
fn unknown_names_suggest_the_nearest() {
    let (_folder, registry) = tasks();
    let message = registry.get("sst-2").map(|_| ()).unwrap_err().to_string();
    assert_eq!(message, "no task `sst-2`; did you mean `sst2`?");
    assert!(error(&registry, &["suite:gleu"]).contains("no suite `gleu`; did you mean `glue`?"));
    assert!(error(&registry, &["family:nil"]).contains("did you mean `nli`?"));
    assert!(error(&registry, &["zzzzz*"]).contains("`ext5 tasks list` shows"));
    assert!(error(&registry, &["familly:nli"]).contains("`family:` and `suite:`"));
    assert!(error(&registry, &["rte", "!rte"]).contains("`rte !rte` leaves no task"));
}

#[test]
fn duplicates_name_both_files() {
    let (folder, _) = tasks();
    write(&folder.path().join("copy"), "rte", "nli", "[]");
    let error = Registry::open(&[folder.path().to_owned()]).unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, RegistryError::Duplicate { .. }));
    assert!(
        message.contains("copy/nli/rte.toml and ") && message.contains("nli/rte.toml; rename"),
        "{message}"
    );
}

#[test]
fn all_wrong_files_are_named_at_once() {
    let (folder, _) = tasks();
    fs::write(folder.path().join("a.toml"), "name = 1\n").unwrap();
    fs::write(folder.path().join("b.toml"), "nam = 1\n").unwrap();
    fs::write(folder.path().join(".hidden.toml"), "nonsense").unwrap();
    let message = Registry::open(&[folder.path().to_owned()]).unwrap_err().to_string();
    assert!(message.contains("a.toml:1: ") && message.contains("b.toml:1: "), "{message}");
    assert!(!message.contains("hidden"), "{message}");
}

#[test]
fn folders_without_tasks_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let message = Registry::open(&[folder.path().to_owned()]).unwrap_err().to_string();
    assert!(message.contains("no task file"), "{message}");
    let missing = folder.path().join("none");
    let message = Registry::open(&[missing]).unwrap_err().to_string();
    assert!(message.contains("none: cannot be listed"), "{message}");
}
