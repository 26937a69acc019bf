//! What `docs/guide/tasks.md` shows is what happens: its task files are read, its rows rendered,
//! and the examples are those that it prints.

use ext5_task::{Metric, Task};
use serde_json::Value;
use std::path::Path;

const GUIDE: &str = include_str!("../../../docs/guide/tasks.md");

/// The fenced blocks: what stands after the fence, the line in the page, the text.
fn blocks() -> Vec<(&'static str, usize, &'static str)> {
    let mut blocks = Vec::new();
    let mut rest = GUIDE;
    while let Some(start) = rest.find("```") {
        let body = &rest[start + 3..];
        let (kind, after) = body.split_once('\n').unwrap();
        let (text, next) = after.split_once("```").unwrap();
        let line = 1 + GUIDE[..GUIDE.len() - after.len()].matches('\n').count();
        blocks.push((kind.trim(), line, text));
        rest = next;
    }
    blocks
}

/// Every key that the page gives of an example must be as the example has it.
fn assert_shown(line: usize, shown: &Value, example: &Value) {
    for (key, value) in shown.as_object().unwrap() {
        assert_eq!(&example[key], value, "line {line}: {key} of {example}");
    }
}

#[test]
fn rows_become_the_examples_shown() {
    let blocks = blocks();
    let mut tasks = 0;
    for window in blocks.windows(3) {
        let [("toml", line, text), ("json row", _, row), ("json examples", _, shown)] = window
        else {
            continue;
        };
        let path = format!("docs/guide/tasks.md, from line {line}");
        let task = Task::parse(text, Path::new(&path)).unwrap_or_else(|error| panic!("{error}"));
        let row = serde_json::from_str(row).unwrap_or_else(|error| panic!("{path}: {error}"));
        let examples = task.render_all(row).unwrap_or_else(|error| panic!("{path}: {error}"));
        let shown: Vec<Value> = serde_json::from_str(shown).unwrap();
        assert_eq!(shown.len(), examples.len(), "{path}");
        for (shown, example) in shown.iter().zip(&examples) {
            assert_shown(*line, shown, &serde_json::to_value(example).unwrap());
        }
        tasks += 1;
    }
    assert_eq!(tasks, 14, "tasks with a row and examples");
    let count = |wanted| blocks.iter().filter(|(kind, ..)| *kind == wanted).count();
    assert_eq!(count("toml"), tasks, "every task has a row and examples");
    assert_eq!(count("json row"), tasks);
}

#[test]
fn lone_keys_are_keys() {
    let [(_, line, keys)] =
        blocks().into_iter().filter(|(kind, ..)| *kind == "toml keys").collect::<Vec<_>>()[..]
    else {
        panic!("one block of keys")
    };
    let text = format!(
        "name = 'rte'\nfamily = 'nli'\nmetrics = ['accuracy']\n\
         template = {{ inputs = '{{{{ x }}}}', targets = '{{{{ y }}}}' }}\n{keys}"
    );
    Task::parse(&text, Path::new("keys")).unwrap_or_else(|error| panic!("line {line}: {error}"));
}

#[test]
fn every_metric_and_kind_of_shape_is_named() {
    for metric in Metric::ALL {
        assert!(GUIDE.contains(&format!("`{metric}`")), "{metric}");
    }
    let schema = ext5_task::schema::schema();
    for branch in schema["$defs"]["ShapeTable"]["oneOf"].as_array().unwrap() {
        let kind = branch["properties"]["kind"]["const"].as_str().unwrap();
        assert!(GUIDE.contains(&format!("### `{kind}`")), "{kind}");
    }
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(GUIDE.contains(&format!("`{key}")), "{key}");
    }
}
