//! A shape that does not fit its row, or its task file, says so: file, line, key.

use ext5_task::{Reading, Task};
use serde_json::{Value, json};
use std::path::Path;

fn parse(shape: &str) -> Result<Task, String> {
    let text = format!(
        "name = \"toy\"\nfamily = \"toy\"\nmetrics = [\"accuracy\"]\n\
         [template]\ninputs = \"{{{{ row }}}}\"\n[shape]\n{shape}"
    );
    Task::parse(&text, Path::new("toy.toml")).map_err(|error| error.to_string())
}

fn targets(shape: &str, row: Value) -> Result<String, String> {
    let row = row.as_object().unwrap().clone();
    let example = parse(shape)?.render_row(row).map_err(|error| error.to_string())?;
    Ok(example.targets)
}

#[track_caller]
fn assert_wrong(shape: &str, row: Value, expected: &str) {
    let error = targets(shape, row).unwrap_err();
    assert!(error.contains(expected), "`{expected}` is not in:\n{error}");
}

#[test]
fn wrong_keys_are_named_with_their_line() {
    let error = |shape| parse(shape).map(|task| task.name).unwrap_err();
    let message = error("kind = 'taging'");
    assert!(message.starts_with("toy.toml:7: ") && message.contains("`tagging`?"), "{message}");
    let message = error("kind = 'tagging'\ntokens = 'words'\ntgas = 'x'");
    assert!(message.starts_with("toy.toml:9: ") && message.contains("`tags`?"), "{message}");
    let message = error("kind = 'tagging'\ntags = 'x |'");
    assert!(message.starts_with("toy.toml:8: shape.tags: "), "{message}");
    let message = error("kind = 'multi_label'\nwords = ['a', 'b']");
    assert!(message.starts_with("toy.toml:") && message.contains("`labels`"), "{message}");
    let message = error("kind = 'multi_label'\nlabels = 'x'\nwords = ['a, b', 'c']");
    assert!(message.starts_with("toy.toml:9: shape.words: `a, b` could not"), "{message}");
    let message = error("kind = 'multi_label'\nlabels = 'x'\nwords = 3");
    assert!(message.contains("a list of words, or a table"), "{message}");
    let message = error("kind = 'triples'");
    assert!(message.contains("missing `targets`"), "{message}");
    let message = error("kind = 'dialogue'\nlast = 0");
    assert!(message.starts_with("toy.toml:8: "), "{message}");
}

#[test]
fn labels() {
    let shape = "kind = 'multi_label'\nlabels = 'labels'\nwords = ['joy', 'anger', 'fear']";
    for labels in [
        json!([2, 0]),
        json!("2,0"),
        json!(["fear", "joy"]),
        json!(["0", "2", "2"]),
        json!({"fear": 1, "anger": 0, "joy": true}),
    ] {
        assert_eq!(targets(shape, json!({ "labels": labels })).unwrap(), "joy, fear");
    }
    assert_eq!(targets(shape, json!({"labels": ""})).unwrap(), "none");
    assert_eq!(targets(shape, json!({"labels": 1})).unwrap(), "anger");
    assert_wrong(shape, json!({"labels": [3]}), "shape.words: no word for the label `3`");
    assert_wrong(shape, json!({"labels": ["angr"]}), "did you mean `anger`?");
    assert_wrong(shape, json!({"labels": [[1]]}), "shape.labels: expected labels, found");
    assert_wrong(shape, json!({"other": 1}), "template.targets: no column `target`");
}

#[test]
fn tags() {
    let shape = "kind = 'tagging'\nnames = ['O', 'B-LOC']";
    assert_eq!(
        targets(shape, json!({"tokens": "to Rome", "tags": "O B-LOC"})).unwrap(),
        "LOC: Rome"
    );
    assert_eq!(targets(shape, json!({"tokens": ["a"], "tags": [0]})).unwrap(), "none");
    let each = format!("{shape}\ntarget = 'tags'\nwords = {{ O = '-' }}");
    assert_eq!(targets(&each, json!({"tokens": "to Rome", "tags": [0, 1]})).unwrap(), "- B-LOC");
    assert_wrong(
        shape,
        json!({"tokens": ["a", "b"], "tags": [0]}),
        "shape.tags: 1 tags for 2 tokens",
    );
    assert_wrong(
        shape,
        json!({"tokens": ["a"], "tags": [7]}),
        "shape.names: no name for the tag `7`",
    );
    assert_wrong(shape, json!({"tokens": [], "tags": []}), "shape.tokens: an empty list");
    assert_wrong(shape, json!({"tags": []}), "shape.tokens: no column `tokens`");
}

#[test]
fn questions() {
    let shape = "kind = 'question_answering'";
    let row = |answers: Value| json!({"question": "Who?", "context": "Ann.", "answers": answers});
    assert_eq!(targets(shape, row(json!(["Ann"]))).unwrap(), "Ann");
    assert_wrong(shape, row(json!([])), "template.targets: ");
    let unanswerable = format!("{shape}\nunanswerable = 'nobody'");
    assert_eq!(targets(&unanswerable, row(json!([]))).unwrap(), "nobody");
    assert_wrong(shape, row(json!([{"a": 1}])), "shape.answers: expected texts, found");
    assert_wrong(shape, json!({"question": "Who?", "answers": []}), "shape.context: no column");
}

#[test]
fn a_shape_says_how_predictions_are_read() {
    let reading = |shape: &str| parse(shape).unwrap().reading().clone();
    let labels =
        reading("kind = 'multi_label'\nlabels = 'x'\nwords = ['a', 'b']\nseparator = ' | '");
    assert_eq!(labels, Reading::Labels { separator: " | ".into(), none: "none".into() });
    assert!(matches!(reading("kind = 'tagging'"), Reading::Spans { .. }));
    let own = reading("kind = 'tagging'\n[prediction]\nkind = 'text'");
    assert_eq!(own, Reading::default());
}
