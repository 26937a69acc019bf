//! The built-in tasks are all good, and a task of one's own takes the place of one.

use ext5_task::Registry;
use std::path::Path;

/// How many task files the repository's folder has.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let count = |path: std::path::PathBuf| match path.is_dir() {
        true => files(&path),
        false => usize::from(path.extension().is_some_and(|extension| extension == "toml")),
    };
    entries.map(count).sum()
}

#[test]
fn all_built_in_tasks_are_good() {
    let registry = Registry::built_in().unwrap_or_else(|error| panic!("{error}"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tasks");
    assert_eq!(registry.iter().count(), files(&folder));
    for task in registry.iter() {
        assert!(task.built_in);
        assert!(task.path.starts_with("tasks"), "{}", task.path.display());
        assert!(task.defined_in().starts_with("built in: tasks"));
    }
}

#[test]
fn tasks_of_folders_come_on_top() {
    let folder = tempfile::tempdir().unwrap();
    let built_in = Registry::built_in().unwrap();
    let name = built_in.iter().next().map_or("mine", |task| task.name.as_str());
    let text = format!(
        "name = \"{name}\"\nfamily = \"mine\"\nmetrics = [\"accuracy\"]\n\
         [template]\ninputs = \"{{{{ x }}}}\"\ntargets = \"{{{{ y }}}}\"\n"
    );
    let path = folder.path().join("a.toml");
    std::fs::write(&path, &text).unwrap();
    let folders = [folder.path().to_owned()];
    let registry = Registry::with_built_in(&folders).unwrap();
    let task = registry.get(name).unwrap();
    assert_eq!((task.family.as_str(), task.built_in), ("mine", false));
    assert_eq!((task.defined_in(), task.text()), (path.display().to_string(), text.as_str()));
    assert_eq!(registry.iter().count(), built_in.iter().count().max(1));
    assert_eq!(Registry::open(&folders).unwrap().iter().count(), 1, "folders alone");
    assert_eq!(
        Registry::with_built_in(&[]).unwrap().iter().count(),
        built_in.iter().count(),
        "no folder is no error"
    );

    std::fs::write(folder.path().join("b.toml"), &text).unwrap();
    assert!(Registry::with_built_in(&folders).is_err(), "two of one's own with one name");

    let names = |patterns: &[&str]| -> Vec<String> {
        registry.select(patterns).unwrap().iter().map(|task| task.name.clone()).collect()
    };
    assert_eq!(names(&["*"]), [name], "a star alone is what is in the folders");
    assert!(names(&["*", "suite:glue"]).len() > 5);
    assert_eq!(built_in.select(&["*"]).unwrap().len(), built_in.iter().count());
}
