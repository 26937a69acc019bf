//! The built-in tasks give the inputs and targets that the `t5` package's preprocessors give.
//!
//! Golden values: `python tools/oracles/t5_preprocessors.py`, see there. T5 leaves white space at
//! the ends of a text, which its vocabulary drops; the renderer has dropped it already. Nothing
//! else may differ.

use ext5_task::{Example, Registry, Task};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// T5's target where a label is withheld.
const WITHHELD: &str = "<unk>";

fn tasks() -> Registry {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tasks");
    Registry::open(&[folder]).unwrap_or_else(|error| panic!("{error}"))
}

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/t5_preprocessors.json")).unwrap()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().trim()).collect()
}

/// The examples of a row, which is of an unlabelled split where T5 says so.
fn examples(task: &Task, row: &Value, expected: &[Value]) -> Vec<Example> {
    if expected.iter().any(|example| example["targets"] == WITHHELD) {
        return vec![unlabelled(task, row)];
    }
    let row = row.as_object().unwrap().clone();
    task.render_all(row).unwrap_or_else(|error| panic!("{error}"))
}

/// The example of a row of the file where the task's test split lies.
fn unlabelled(task: &Task, row: &Value) -> Example {
    let definition: toml::Table = task.text().parse().unwrap();
    let source = &definition["source"];
    let named = |value: Option<&toml::Value>, default: &str| {
        value.and_then(toml::Value::as_str).unwrap_or(default).to_owned()
    };
    let folder = named(source.get("folder"), &task.name);
    let split = named(source.get("splits").and_then(|splits| splits.get("test")), "test");
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join(&folder)).unwrap();
    std::fs::write(root.path().join(folder).join(split + ".jsonl"), row.to_string()).unwrap();
    let examples = task.examples(root.path(), "test");
    let mut examples = examples.unwrap_or_else(|error| panic!("{error}"));
    let example = examples.next().unwrap().unwrap_or_else(|error| panic!("{error}"));
    assert!(examples.next().is_none(), "{}: one example of a row without label", task.name);
    example
}

fn compare(task: &Task, found: &Example, expected: &Value) {
    let name = &task.name;
    assert_eq!(found.inputs, expected["inputs"].as_str().unwrap().trim(), "{name}");
    assert_eq!(found.targets, expected["targets"].as_str().unwrap().trim(), "{name}");
    if let Some(group) = expected.get("group") {
        assert_eq!(found.group.as_deref(), group.as_str(), "{name}");
    }
    if let Some(references) = expected.get("references") {
        // How often a reference is named decides nothing: the best match counts.
        let references: BTreeSet<_> = texts(references).into_iter().collect();
        let found: BTreeSet<_> = found.references.iter().map(String::as_str).collect();
        assert_eq!(found, references, "{name}");
    }
}

#[test]
fn built_in_tasks_are_t5s() {
    let (tasks, golden) = (tasks(), golden());
    let golden = golden["tasks"].as_object().unwrap();
    assert!(golden.len() >= 29);
    for (name, rows) in golden {
        let task = tasks.get(name).unwrap_or_else(|error| panic!("{error}"));
        for row in rows["rows"].as_array().unwrap() {
            let expected = row["examples"].as_array().unwrap();
            let found = examples(task, &row["row"], expected);
            assert_eq!(found.len(), expected.len(), "{name}: examples of {}", row["row"]);
            for (found, expected) in found.iter().zip(expected) {
                compare(task, found, expected);
            }
        }
    }
}

/// The formats of T5's closed-book question answering, which the `t5` package does not hold
/// (`t5_cbqa/preprocessors.py` in google-research, commit 0c1bbe5f).
#[test]
fn closed_book_tasks_are_t5s() {
    let tasks = tasks();
    let example = |name: &str, row: Value| {
        let Value::Object(row) = row else { panic!("a row is an object") };
        tasks.get(name).unwrap().render_row(row).unwrap_or_else(|error| panic!("{error}"))
    };
    let row = serde_json::json!({"question": "who wrote it", "answer": ["Ann Lee", "A. Lee"]});
    let nq = example("nq_open", row);
    assert_eq!((&*nq.inputs, &*nq.targets), ("nq question: who wrote it", "Ann Lee"));
    assert_eq!(nq.references, ["Ann Lee", "A. Lee"]);

    let row = serde_json::json!({"question": "Who wrote it?", "question_id": "q1",
        "answer": {"value": "Ann Lee", "aliases": ["A. Lee", "Ann Lee"]}});
    let trivia = example("trivia_qa_open", row);
    let expected = ("trivia_qa question: Who wrote it?", "Ann Lee");
    assert_eq!((&*trivia.inputs, &*trivia.targets), expected);
    assert_eq!(trivia.references, ["A. Lee", "Ann Lee"]);

    let row = serde_json::json!({"question": "who is it?", "answers": ["Ann", "Eve"], "url": ""});
    let web = example("web_questions", row);
    assert_eq!((&*web.inputs, &*web.targets), ("wq question: who is it?", "Ann"));
    assert_eq!(web.references, ["Ann", "Eve"]);
}

/// A task that nobody's data has tried could not be read, or would name nothing to cite.
#[test]
fn built_in_tasks_are_documented() {
    // The world's have no publisher.
    for task in tasks().iter().filter(|task| task.generator().is_none()) {
        for text in [&task.description, &task.licence, &task.url, &task.citation] {
            assert!(!text.is_empty(), "{}", task.name);
        }
        let by_hand = task.description.contains("Not on the Hub: ");
        assert!(task.hub().is_some() != by_hand, "{}", task.name);
        assert!(task.evaluation_only || task.published("train").is_some(), "{}", task.name);
    }
}
