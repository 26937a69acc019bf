//! An error in a task file names the file, the line, the key and what to do.

use ext5_task::Task;
use std::path::Path;

const GOOD: &str = r#"name = "sst2"
family = "classification"
metrics = ["accuracy"]
[template]
inputs = "sst2 sentence: {{ sentence }}"
[labels]
column = "label"
words = { 0 = "negative", 1 = "positive" }
"#;

/// The error after replacing `from` by `to` in a good task file.
fn error(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    Task::parse(&text, Path::new("sst2.toml")).map(|task| task.name).unwrap_err().to_string()
}

fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in:\n{message}");
    }
}

#[test]
fn the_good_file_is_good() {
    Task::parse(GOOD, Path::new("sst2.toml")).unwrap();
}

#[test]
fn unknown_keys_and_names_suggest_the_nearest() {
    assert_says(
        &error("column", "colunm"),
        &["sst2.toml:7: ", "`colunm`", "did you mean `column`?"],
    );
    assert_says(&error("family", "famly"), &["sst2.toml:2: ", "did you mean `family`?"]);
    assert_says(&error("\"accuracy\"", "\"acuracy\""), &["sst2.toml:3: ", "`accuracy`?"]);
    let format = error("[template]", "[source]\nformat = \"jsnl\"\n[template]");
    assert_says(&format, &["sst2.toml:5: ", "`jsnl`", "`jsonl`"]);
}

#[test]
fn missing_and_ill_typed_values() {
    assert_says(&error("name = \"sst2\"\n", ""), &["missing field `name`"]);
    assert_says(&error("[\"accuracy\"]", "\"accuracy\""), &["sst2.toml:3: ", "invalid type"]);
    assert_says(&error("[\"accuracy\"]", "[]"), &["sst2.toml:3: metrics: name at least one of"]);
    let share = error("[template]", "[source]\nmax_malformed = 3\n[template]");
    assert_says(&share, &["sst2.toml:5: ", "from 0 to 1"]);
    let files = error("[template]", "[source]\nfiles.train = 3\n[template]");
    assert_says(&files, &["sst2.toml:5: ", "a path or a list of paths"]);
}

#[test]
fn templates_and_expressions_are_compiled_when_read() {
    assert_says(&error("{{ sentence }}", "{{ sentence"), &["sst2.toml:5: ", "template.inputs"]);
    assert_says(&error("{{ sentence }}", "{{ sentence | lowr }}"), &["sst2.toml:5: "]);
    let group = error("[labels]", "group = \"a +\"\n[labels]");
    assert_says(&group, &["sst2.toml:6: template.group: "]);
}

#[test]
fn provenance_has_its_reason() {
    let chosen = "family = \"classification\"\nprovenance = \"chosen\"\n";
    let message = error("family = \"classification\"\n", chosen);
    assert_says(&message, &["sst2.toml:3: provenance: ", "`reason`"]);
    let empty = "family = \"classification\"\nunverified = \" \"\n";
    assert_says(&error("family = \"classification\"\n", empty), &["sst2.toml:3: unverified: "]);
}

#[test]
fn tables_must_agree() {
    assert_says(&error("name = \"sst2\"", "name = \"sst 2\""), &["sst2.toml:1: ", "is no name"]);
    let no_labels = GOOD.split("[labels]").next().unwrap();
    let message = Task::parse(no_labels, Path::new("a.toml")).unwrap_err().to_string();
    assert_says(&message, &["a.toml:4: [template]: missing `targets`"]);
    let options = no_labels.replace("accuracy", "option_accuracy");
    let message = Task::parse(&options, Path::new("a.toml")).unwrap_err().to_string();
    assert_says(&message, &["a.toml:3: metrics: `option_accuracy` needs [labels] or [choice]"]);
    let choice = "[choice]\noptions = [\"a\", \"b\"]\nanswer = \"x\"\nanswer_is = \"index\"\n";
    let message = error("[labels]", &format!("{choice}[labels]"));
    assert_says(&message, &["sst2.toml:6: [choice]: a task has [labels] or [choice], not both"]);
    assert_says(
        &error("1 = \"positive\"", "1 = \" \""),
        &["sst2.toml:6: labels.words: the word of `1` is empty"],
    );
}
