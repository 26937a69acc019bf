//! What the paper's mixture will be is known before any download: rates follow from the published
//! numbers of rows.

use ext5_mix::MixtureRecipe;
use ext5_mix::prepare::{PrepareError, published};
use std::path::{Path, PathBuf};

fn recipe(name: &str, root: &Path) -> MixtureRecipe {
    let path: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/paper").join(name);
    let mut recipe = MixtureRecipe::read(&path, &[]).unwrap_or_else(|error| panic!("{error}"));
    recipe.data.root = root.to_owned();
    recipe
}

#[test]
fn of_the_paper_s_mixture() {
    let root = tempfile::tempdir().unwrap();
    let entries = published(&recipe("ext5-base.toml", root.path())).unwrap().unwrap();
    assert_eq!(entries.len(), 108);
    let c4 = entries.last().unwrap();
    assert_eq!((c4.name.as_str(), c4.examples), ("c4", None));
    assert!((c4.share - 2.0 / 3.0).abs() < 1e-6, "two of three examples are denoising");
    let rate = |name: &str| entries.iter().find(|entry| entry.name == name).unwrap().rate;
    assert_eq!((rate("cb"), rate("boolq")), (250, 9_427), "the published rows");
    assert_eq!((rate("mnli"), rate("gigaword")), (300_000, 300_000), "the cap");
    let total: u64 = entries.iter().map(|entry| u64::from(entry.rate)).sum();
    for entry in &entries {
        assert_eq!(entry.share, f64::from(entry.rate) / total as f64);
    }
}

#[test]
fn of_a_corpus_alone() {
    let root = tempfile::tempdir().unwrap();
    let entries = published(&recipe("t5-base.toml", root.path())).unwrap().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.share).collect::<Vec<_>>(), [1.0]);
}

/// What is there is counted, not believed.
#[test]
fn not_where_some_of_the_data_is_there() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("cb")).unwrap();
    assert_eq!(published(&recipe("ext5-base.toml", root.path())).unwrap(), None);
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("c4")).unwrap();
    std::fs::write(root.path().join("c4/c4-train.00000-of-01024.json.gz"), "").unwrap();
    assert_eq!(published(&recipe("t5-base.toml", root.path())).unwrap(), None);
}

#[test]
fn a_task_without_a_number_of_rows_is_named() {
    let root = tempfile::tempdir().unwrap();
    let tasks = tempfile::tempdir().unwrap();
    let text = "name = \"mine\"\nfamily = \"nli\"\nmetrics = [\"accuracy\"]\n\
                [template]\ninputs = \"{{ a }}\"\ntargets = \"{{ b }}\"\n";
    std::fs::write(tasks.path().join("mine.toml"), text).unwrap();
    let mut recipe = recipe("ext5-base.toml", root.path());
    recipe.data.tasks = vec![tasks.path().to_owned()];
    recipe.mixture.tasks = vec!["mine".to_owned()];
    let error = published(&recipe).unwrap_err();
    assert!(matches!(&error, PrepareError::NoCount { task } if task == "mine"), "{error}");
}
