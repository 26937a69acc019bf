//! Gold targets fed back as predictions score the maximum: on every task of the real data and of
//! the fixtures, in every metric of the task.

use ext5_eval::metrics::{Marks, Response};
use ext5_task::{Example, Metric, Registry, Task};
use std::path::{Path, PathBuf};

/// The real data, if it is there.
fn real_data() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/realdata");
    let root = std::env::var_os("EXT5_REALDATA").map_or_else(|| beside.into(), PathBuf::from);
    if !root.exists() {
        ext5_core::testing::skipped(&format!("{} is not there; set EXT5_REALDATA", root.display()));
        return None;
    }
    Some(root)
}

fn examples(task: &Task, root: &Path, split: &str) -> Vec<Example> {
    let examples = task.examples(root, split).unwrap();
    examples.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}"))
}

/// What a system says that knows the targets: it writes them, and likes the right option best.
fn oracle<'a>(example: &'a Example, scores: &'a [f64]) -> Response<'a> {
    Response { text: example.targets.as_str().into(), option: example.answer, scores }
}

fn scores(example: &Example) -> Vec<f64> {
    let score = |option| if example.answer == Some(option) { -1.0 } else { -2.0 };
    (0..example.options.len()).map(score).collect()
}

/// A class that nothing is of has an F1 of nothing, which counts in the mean over the classes.
fn maximum(metric: Metric, examples: &[Example]) -> f64 {
    let options = &examples[0].options;
    let missing = |option: &&String| examples.iter().all(|example| example.targets != **option);
    match metric {
        Metric::MacroF1 if !options.is_empty() => {
            let missing = options.iter().filter(missing).count();
            100.0 * (options.len() - missing) as f64 / options.len() as f64
        }
        _ => 100.0,
    }
}

/// The metrics in which the gold targets of a split score less than the maximum.
fn short_of_the_maximum(task: &Task, root: &Path, split: &str) -> Vec<String> {
    let examples = examples(task, root, split);
    assert!(!examples.is_empty(), "{}", task.name);
    let scores: Vec<_> = examples.iter().map(scores).collect();
    let responses: Vec<_> =
        examples.iter().zip(&scores).map(|(example, scores)| oracle(example, scores)).collect();
    let mut wrong = Vec::new();
    for &metric in &task.metrics {
        let marks = Marks::new(metric, task.reading(), &examples, &responses);
        assert!(!marks.is_empty(), "{} {metric}", task.name);
        if (marks.value() - maximum(metric, &examples)).abs() > 1e-9 {
            let short = (0..examples.len())
                .find(|&number| marks.of_example(number).is_some_and(|mark| mark < 100.0));
            let (value, example) = (marks.value(), short.map(|number| &examples[number]));
            wrong.push(format!("{} {metric}: {value}, {example:?}", task.name));
        }
    }
    wrong
}

#[test]
fn of_every_task_of_the_real_data() {
    let Some(root) = real_data() else { return };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/realdata_tasks");
    let registry = Registry::open(&[folder.into()]).unwrap();
    let wrong: Vec<_> =
        registry.iter().flat_map(|task| short_of_the_maximum(task, &root, "validation")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(registry.iter().count() >= 66);
}

/// On the first labelled split of those that are scored.
#[test]
fn of_every_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let registry = Registry::built_in().unwrap();
    let tasks = registry.select(&["suite:exmix", "suite:unseen"]).unwrap();
    let mut wrong = Vec::new();
    for task in &tasks {
        let splits = ["validation", "test", "train"].into_iter();
        let split = splits
            .into_iter()
            .find(|split| task.has_split(&root, split) && task.is_labelled(split));
        match split {
            Some(split) => wrong.extend(short_of_the_maximum(task, &root, split)),
            None => wrong.push(format!("{}: no labelled split", task.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tasks.len() > 107);
}

/// Every folder of labelled data has a task.
#[test]
fn no_folder_is_without_a_task() {
    let Some(root) = real_data() else { return };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/realdata_tasks");
    let registry = Registry::open(&[folder.into()]).unwrap();
    let mut without = Vec::new();
    for entry in std::fs::read_dir(&root).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let labelled = root.join(&name).join("validation.jsonl").is_file();
        if labelled && !registry.iter().any(|task| task.name == name) {
            without.push(name);
        }
    }
    assert!(without.is_empty(), "{without:?}");
}
