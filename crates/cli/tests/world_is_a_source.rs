//! Tasks of the world are ordinary tasks: the ordinary commands take them, and find nothing amiss.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn ext5(arguments: &[&str]) -> (bool, String, String) {
    // Token stores that no option places go where the command runs.
    let mut command = Command::new(env!("CARGO_BIN_EXE_ext5"));
    let output = command.current_dir(env!("CARGO_TARGET_TMPDIR")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

fn recipe() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/laptop/world-ext5.toml")
}

/// The laptop recipe with a small universe and without a vocabulary file.
fn with_recipe(command: &[&str], more: &[&str]) -> (bool, String, String) {
    let recipe = recipe();
    let mut arguments = command.to_vec();
    arguments.extend([recipe.to_str().unwrap(), "--set", "vocabulary=bytes"]);
    arguments.extend(["--set", "data.generators.world.people=80"]);
    arguments.extend(more);
    ext5(&arguments)
}

fn listed(text: &str) -> Vec<Value> {
    serde_json::from_str::<Value>(text).unwrap().as_array().unwrap().clone()
}

#[test]
fn they_are_listed_checked_and_sampled_without_any_data() {
    let (ok, list, _) = ext5(&["tasks", "list", "suite:world", "--json"]);
    assert!(ok && listed(&list).len() >= 60);
    let (ok, list, _) = ext5(&["tasks", "list", "suite:world_probes", "--json"]);
    assert!(ok && listed(&list).len() >= 6);
    let root = ["--data-root", "/nowhere"];
    let check = ["tasks", "check", "suite:world", "suite:world_probes", "--json"];
    let (ok, report, error) = ext5(&[&check[..], &root].concat());
    assert!(ok, "{report} {error}");
    let sample = ["tasks", "sample", "world_home", "--json", "-n", "1"];
    let (ok, sample, error) = ext5(&[&sample[..], &root].concat());
    assert!(ok, "{error}");
    assert!(listed(&sample)[0]["inputs"].as_str().unwrap().starts_with("world_home Where does "));
}

/// No thirteen words in a row of a validation or test row are in what is trained on, be it a row of
/// any task or a document.
#[test]
fn nothing_overlaps() {
    let (ok, found, error) =
        with_recipe(&["mix", "check-overlap"], &["--task", "suite:world_probes"]);
    assert!(ok, "{error}");
    assert!(format!("{found}{error}").contains(" examples compared"), "{found}{error}");
    assert!(!found.contains("world_"), "{found}");
}

/// Another universe gives other token stores; the same one finds its own again.
#[test]
fn nothing_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().to_str().unwrap();
    let stores = || {
        let entries = std::fs::read_dir(folder.path().join("tasks/world_home")).unwrap();
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).count()
    };
    let build = |more: &[&str]| {
        let few = ["--cache", cache, "--set", "mixture.tasks=['world_home']"];
        let (ok, _, error) = with_recipe(&["cache"], &[&few[..], more].concat());
        assert!(ok, "{error}");
        stores()
    };
    let one = build(&[]);
    assert_eq!(build(&[]), one);
    assert_eq!(build(&["--set", "data.generators.world.seed=2"]), 2 * one);
    assert_eq!(build(&["--set", "data.generators.world.people=90"]), 3 * one);
}

#[test]
fn mistakes_are_explained() {
    let error = |setting: &str| {
        let (ok, _, error) = with_recipe(&["mix", "show"], &["--set", setting]);
        assert!(!ok);
        error
    };
    let said = error("data.generators.world.sed=2");
    assert!(
        said.contains("`sed`: no such setting") && said.contains("did you mean `seed`"),
        "{said}"
    );
    let said = error("mixture.corpus=[{name='c', train=['world:corpse']}]");
    assert!(said.contains("did you mean `corpus`"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let text = "name = \"a\"\nfamily = \"b\"\nmetrics = [\"accuracy\"]\n[source]\n\
                generator = \"world\"\nformat = \"csv\"\n[template]\ninputs = \"x\"\ntargets = \"y\"\n";
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    let (ok, _, said) = ext5(&["tasks", "check", "--tasks", folder.path().to_str().unwrap()]);
    assert!(!ok && said.contains("a.toml:5: source.generator: not with source.format"), "{said}");
}
