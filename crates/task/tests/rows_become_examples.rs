//! What a split yields: filters, samples, shards, unlabelled splits, and rows that do not fit.

use ext5_task::{Example, Extent, Task, TaskError};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const HEAD: &str = r#"name = "toy"
family = "classification"
metrics = ["accuracy"]
[template]
inputs = "toy text: {{ text }}"
[labels]
column = "label"
words = { 0 = "no", 1 = "yes" }
"#;

fn task(source: &str) -> Task {
    let text = format!("{HEAD}[source]\n{source}\n");
    Task::parse(&text, Path::new("toy.toml")).unwrap_or_else(|error| panic!("{error}"))
}

fn rows(count: usize) -> String {
    (0..count).map(|n| format!("{{\"text\": \"t{n}\", \"label\": {}}}\n", n % 2)).collect()
}

fn root(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn examples(task: &Task, root: &TempDir, split: &str) -> Result<Vec<Example>, TaskError> {
    task.examples(root.path(), split)?.collect()
}

fn inputs(examples: &[Example]) -> Vec<&str> {
    examples.iter().map(|example| example.inputs.rsplit(' ').next().unwrap()).collect()
}

#[test]
fn examples_know_their_rows() {
    let root = root(&[("toy/train.jsonl", &rows(2))]);
    let examples = examples(&task(""), &root, "train").unwrap();
    assert_eq!(examples.len(), 2);
    let second = &examples[1];
    assert_eq!((second.inputs.as_str(), second.targets.as_str()), ("toy text: t1", "yes"));
    assert_eq!(second.references, ["yes"]);
    assert_eq!((second.options.len(), second.answer), (2, Some(1)));
    assert!(second.origin.to_string().ends_with("toy/train.jsonl:2"), "{}", second.origin);
}

#[test]
fn splits_are_files_or_shards_or_named_files() {
    let root = root(&[
        ("toy/train-1.jsonl", &rows(1)),
        ("toy/train-0.jsonl", &rows(3)),
        ("toy/test.jsonl", &rows(1)),
        ("other/dev.jsonl", &rows(4)),
    ]);
    let plain = task("");
    assert_eq!(plain.splits(root.path()), ["train", "test"]);
    assert_eq!(inputs(&examples(&plain, &root, "train").unwrap()), ["t0", "t1", "t2", "t0"]);
    let named = task("files = { validation = \"other/d*.jsonl\" }");
    assert_eq!(named.splits(root.path()), ["validation"]);
    assert_eq!(examples(&named, &root, "validation").unwrap().len(), 4);
    let error = examples(&named, &root, "train").unwrap_err().to_string();
    assert!(error.contains("task toy: no split `train`; it has validation"), "{error}");
    let error = examples(&plain, &root, "validation").unwrap_err().to_string();
    assert!(
        error.contains(
            "toy/validation.*: no such file; expected the validation rows of task toy; the folder has test.jsonl"
        ),
        "{error}"
    );
    let outside = task("files.train = \"../secret.jsonl\"");
    assert!(examples(&outside, &root, "train").unwrap_err().to_string().contains("leads out"));
}

#[test]
fn filters_and_samples() {
    let root = root(&[("toy/train.jsonl", &rows(1000))]);
    let filtered = task("filter = \"label == 1\"");
    assert_eq!(examples(&filtered, &root, "train").unwrap().len(), 500);
    let error = examples(&task("filter = \"label == 2\""), &root, "train").unwrap_err();
    assert!(error.to_string().contains("the filter leaves none of 1000 rows"), "{error}");

    let sampled = task("filter = \"label == 1\"\nmax_examples = 100");
    let sample = examples(&sampled, &root, "train").unwrap();
    assert_eq!(sample.len(), 100);
    assert_eq!(sample, examples(&sampled, &root, "train").unwrap());
    assert!(sample.is_sorted_by_key(|example| example.origin.line));
    let late = sample.iter().filter(|example| example.origin.line > 500).count();
    assert!((30..=70).contains(&late), "a sample of the whole split, not its head: {late}");
    assert_eq!(examples(&task("max_examples = 5000"), &root, "train").unwrap().len(), 1000);

    // Asked for rather than defined: the same draw, and a smaller one is a part of it.
    let asked = |task: &Task, count| -> Vec<_> {
        task.sample(root.path(), "train", count).unwrap().collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(asked(&filtered, 100), sample);
    let fewer = asked(&filtered, 10);
    assert_eq!(fewer.len(), 10);
    assert!(fewer.iter().all(|example| sample.contains(example)));
    assert_eq!(asked(&sampled, 400), sample);
    assert_eq!(asked(&filtered, 5000).len(), 500);
}

#[test]
fn rows_that_do_not_fit_are_malformed() {
    let bad = [
        ("{\"label\": 1}", "template.inputs: no column `text`; did you mean"),
        ("{\"text\": \"x\", \"label\": 2}", "labels.words: no word for the value `2` of `label`"),
        ("{\"text\": \"x\", \"label\": -1}", "no label; a split without labels belongs in"),
        ("{\"text\": \"x\"}", "no label; a split without labels belongs in"),
        ("not JSON", "not JSON: "),
    ];
    for (row, reason) in bad {
        let root = root(&[("toy/train.jsonl", &format!("{}{row}\n", rows(99)))]);
        let error = examples(&task(""), &root, "train").unwrap_err().to_string();
        assert!(error.starts_with("task toy, split train: 1 of 100 rows are malformed"), "{error}");
        let reason = reason.trim_end_matches("; did you mean");
        assert!(error.contains(&format!("toy/train.jsonl:100: {reason}")), "{error}");
        let lax = task("max_malformed = 0.01");
        assert_eq!(examples(&lax, &root, "train").unwrap().len(), 99);
    }
    let empty = Task::parse(&HEAD.replace("toy text: ", ""), Path::new("toy.toml")).unwrap();
    let root = root(&[("toy/train.jsonl", "{\"text\": \" \", \"label\": 1}\n")]);
    let error = examples(&empty, &root, "train").unwrap_err().to_string();
    assert!(error.contains("template.inputs: empty"), "{error}");
}

#[test]
fn unlabelled_splits_ask_for_no_label() {
    let root = root(&[("toy/test.jsonl", "{\"text\": \"x\", \"label\": -1}\n{\"text\": \"y\"}\n")]);
    assert!(examples(&task(""), &root, "test").is_err());
    let task = task("unlabelled = [\"test\"]");
    assert!(task.is_labelled("train") && !task.is_labelled("test"));
    for example in examples(&task, &root, "test").unwrap() {
        assert_eq!((example.targets.as_str(), example.answer), ("<unk>", None));
        assert!(example.references.is_empty());
        assert_eq!(example.options, ["no", "yes"]);
    }
}

#[test]
fn a_check_reports_all_splits() {
    let train = format!("{}{{\"label\": 1}}\n", rows(9));
    let validation = "{\"text\": \"t3\", \"label\": 0}\n{\"text\": \"new\", \"label\": 1}\n";
    let root = root(&[("toy/train.jsonl", &train), ("toy/validation.jsonl", validation)]);
    let report = task("").check(root.path(), Extent::All).unwrap();
    assert!(!report.usable);
    assert_eq!(report.validation_in_train, 1);
    let [train, validation] = &report.splits[..] else { panic!("{report:?}") };
    assert_eq!((train.rows, train.malformed, train.examples), (10, 1, 9));
    assert_eq!(train.first_malformed[0].line, 10);
    assert_eq!(train.answers_histogram, [5, 4]);
    assert_eq!(train.targets_histogram["no"], 5);
    assert_eq!((train.inputs.mean, train.inputs.max), (12.0, 12));
    assert_eq!((validation.examples, validation.malformed), (2, 0));
    assert!(validation.warnings.is_empty());
    assert!(task("max_malformed = 0.1").check(root.path(), Extent::All).unwrap().usable);
    serde_json::to_string(&report).unwrap();

    let constant = HEAD.replace("{{ text }}", "{ text }");
    let report = Task::parse(&constant, Path::new("toy.toml"))
        .unwrap()
        .check(root.path(), Extent::All)
        .unwrap();
    assert!(report.splits[0].warnings[0].contains("all inputs are the same"));
    let nothing = tempfile::tempdir().unwrap();
    let error = task("").check(nothing.path(), Extent::All).unwrap_err().to_string();
    assert!(
        error.contains("toy/train.*: no such file; expected the train rows of task toy"),
        "{error}"
    );
}
