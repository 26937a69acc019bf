//! Lists of a row and prompts of a task: one row, several examples.

use ext5_task::{Example, Task, TaskError};
use serde_json::json;
use std::path::Path;

const RECORD: &str = r#"
name = "toy"
family = "toy"
metrics = ["exact_match"]
[template]
inputs = "query: {{ query }}"
targets = "{{ entity }}"
references = "answers"
[source]
each = [{ name = "entity", list = "answers" }]
"#;

const PROMPTS: &str = r#"
name = "toy"
family = "toy"
metrics = ["accuracy"]
[template]
inputs = "toy text: {{ text }}"
[[prompts]]
name = "question"
inputs = "Is `{{ text }}` good? {{ options | join(' or ') }}?"
words = ["no", "yes"]
[[prompts]]
inputs = "Write something {{ label }}."
targets = "{{ text }}"
[labels]
column = "label"
words = { 0 = "bad", 1 = "good" }
"#;

fn task(text: &str) -> Task {
    Task::parse(text, Path::new("toy.toml")).unwrap_or_else(|error| panic!("{error}"))
}

fn error(text: &str) -> String {
    Task::parse(text, Path::new("toy.toml")).map(|task| task.name).unwrap_err().to_string()
}

/// A data root with one split of these rows.
fn root(split: &str, rows: &[serde_json::Value]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("toy")).unwrap();
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    std::fs::write(root.path().join(format!("toy/{split}.jsonl")), text).unwrap();
    root
}

fn all(task: &Task, root: &tempfile::TempDir, split: &str) -> Result<Vec<Example>, TaskError> {
    task.examples(root.path(), split)?.collect()
}

fn targets(examples: &[Example]) -> Vec<&str> {
    examples.iter().map(|example| example.targets.as_str()).collect()
}

#[test]
fn each_item_is_an_example() {
    let rows = [
        json!({"query": "a", "answers": ["Ann", "Lee"]}),
        json!({"query": "b", "answers": ["Udo"]}),
    ];
    let root = root("train", &rows);
    let examples = all(&task(RECORD), &root, "train").unwrap();
    assert_eq!(targets(&examples), ["Ann", "Lee", "Udo"]);
    assert_eq!(examples[1].references, ["Ann", "Lee"]);
    let lines: Vec<_> = examples.iter().map(|example| example.origin.line).collect();
    assert_eq!(lines, [1, 1, 2]);

    let filtered = task(&RECORD.replace("[source]", "[source]\nfilter = \"entity_index == 0\""));
    let mut examples = filtered.examples(root.path(), "train").unwrap();
    let seen: Vec<_> = examples.by_ref().map(|example| example.unwrap().targets).collect();
    assert_eq!(seen, ["Ann", "Udo"]);
    assert_eq!((examples.filtered(), examples.tally().rows), (1, 2));

    let sampled = task(&RECORD.replace("[source]", "[source]\nmax_examples = 2"));
    assert_eq!(all(&sampled, &root, "train").unwrap().len(), 2, "a sample counts items");
}

#[test]
fn an_empty_list_is_never_silent() {
    let rows = [json!({"query": "a", "answers": ["Ann"]}), json!({"query": "b", "answers": []})];
    let root = root("train", &rows);
    let message = all(&task(RECORD), &root, "train").unwrap_err().to_string();
    assert!(message.contains("toy/train.jsonl:2: source.each: no item for `entity`"), "{message}");
    assert!(message.contains("skip_empty = true"), "{message}");
    let skips = task(&RECORD.replace("\"answers\" }]", "\"answers\", skip_empty = true }]"));
    let mut examples = skips.examples(root.path(), "train").unwrap();
    assert_eq!(examples.by_ref().count(), 1);
    assert_eq!(examples.filtered(), 1);

    let none = root_of_unlabelled();
    let unlabelled = task(&RECORD.replace("[source]", "[source]\nunlabelled = [\"test\"]"));
    let examples = all(&unlabelled, &none, "test").unwrap();
    assert_eq!(targets(&examples), ["<unk>", "<unk>"]);
}

fn root_of_unlabelled() -> tempfile::TempDir {
    root("test", &[json!({"query": "a"}), json!({"query": "b", "answers": []})])
}

#[test]
fn a_list_is_a_list_and_a_name_a_name() {
    let message = task(RECORD).render_all(row(json!({"query": "a", "answers": "Ann"})));
    assert!(message.unwrap_err().to_string().contains("source.each: expected a list, found 'Ann'"));
    let message = error(&RECORD.replace("name = \"entity\"", "name = \"an entity\""));
    assert!(message.contains("toy.toml:10: source.each.name: templates cannot say"), "{message}");
    let message = error(&RECORD.replace("list = \"answers\"", "list = \"answers |\""));
    assert!(message.contains("toy.toml:10: source.each.list"), "{message}");
}

fn row(value: serde_json::Value) -> ext5_data::Row {
    value.as_object().unwrap().clone()
}

#[test]
fn prompts_put_one_example_in_several_ways() {
    let task = task(PROMPTS);
    assert_eq!((task.prompts(), task.prompt_name(1)), (3, Some("question")));
    let rows = [json!({"text": "x", "label": 1}), json!({"text": "y", "label": 0})];
    let root = root("train", &rows);
    assert_eq!(targets(&all(&task, &root, "train").unwrap()), ["good", "bad"], "the first prompt");

    let examples = task.examples(root.path(), "train").unwrap().all_prompts();
    let examples: Vec<_> = examples.map(Result::unwrap).collect();
    assert_eq!(targets(&examples), ["good", "yes", "x", "bad", "no", "y"]);
    let prompts: Vec<_> = examples.iter().map(|example| example.prompt).collect();
    assert_eq!(prompts, [0, 1, 2, 0, 1, 2]);
    assert_eq!(examples[1].inputs, "Is `x` good? no or yes?");
    assert_eq!(examples[1].options, ["no", "yes"]);
    assert_eq!(examples[1].references, ["yes"]);
    assert_eq!(examples[2].inputs, "Write something good.");

    let sampled = PROMPTS.replace("[template]", "[source]\nmax_examples = 1\n[template]");
    let sampled = self::task(&sampled);
    let examples = sampled.examples(root.path(), "train").unwrap().all_prompts();
    assert_eq!(examples.count(), 3, "a sample counts examples, not renderings");
}

#[test]
fn prompts_may_stand_alone() {
    let alone = task(&PROMPTS.replace("[template]\ninputs = \"toy text: {{ text }}\"\n", ""));
    assert_eq!(alone.prompts(), 2);
    let example = alone.render_row(row(json!({"text": "x", "label": 1}))).unwrap();
    assert_eq!((example.targets.as_str(), example.prompt), ("yes", 0));
}

#[test]
fn wrong_prompts_are_refused() {
    let message = error(&PROMPTS.replace("[\"no\", \"yes\"]", "[\"no\"]"));
    assert!(message.contains("toy.toml:10: prompts.words: expected 2, one for"), "{message}");
    let message = error(&PROMPTS.replace("[\"no\", \"yes\"]", "[\"no\", \" \"]"));
    assert!(message.contains("toy.toml:10: prompts.words: one is empty"), "{message}");
    let message = error(&PROMPTS.replace("inputs = \"Write", "inptus = \"Write"));
    assert!(message.contains("toy.toml:12: ") && message.contains("`inputs`?"), "{message}");
    let no_labels = PROMPTS.split("[labels]").next().unwrap();
    assert!(error(no_labels).contains("prompts.words: needs [labels]"), "{}", error(no_labels));
    let nothing = "name = 'a'\nfamily = 'a'\nmetrics = ['accuracy']\n";
    assert!(error(nothing).contains("[template]: missing `inputs`"), "{}", error(nothing));
}
