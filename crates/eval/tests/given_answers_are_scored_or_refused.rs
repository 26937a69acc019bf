//! Answers of a file are scored as a model's would be; what cannot be scored is refused with the line
//! and the reason.

#[allow(dead_code, reason = "each test uses a part")]
mod common;

use common::{example, free_task, go_on, labelled_task};
use ext5_core::Key;
use ext5_eval::{
    Comparison, Evaluation, Given, GivenFile, Provenance, Settings, TaskResult, score_given,
};
use ext5_task::{Example, Task};
use ext5_text::Vocabulary;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

const METRICS: &str = "\"accuracy\", \"macro_f1\", \"option_accuracy\"";

fn settings() -> Settings {
    Settings::new(Key::new(1))
}

fn examples(task: &Task) -> Vec<Example> {
    let row = |i: i32| example(task, json!({ "text": format!("question {i}"), "label": i % 3 }));
    (0..9).map(row).collect()
}

fn model() -> common::Known {
    let writes = |inputs: &str| if inputs.ends_with('4') { "no" } else { "yes" }.to_owned();
    common::Known::new(writes, |_, option| -(option.len() as f64))
}

fn scored(task: &Task, examples: &[Example]) -> TaskResult {
    let vocabulary = Vocabulary::bytes();
    let model = model();
    let evaluation =
        Evaluation { predictor: &model, vocabulary: &vocabulary, settings: settings() };
    evaluation.task(task, "validation", examples, None, &mut go_on).unwrap()
}

fn provenance() -> Provenance {
    Provenance {
        recipe: None,
        data_lock: None,
        vocabulary: None,
        weights: None,
        predictions: Some(GivenFile { path: "x".into(), digest: ext5_core::Digest::of(b"x") }),
        step: None,
        seed: 0,
        code: "test".to_owned(),
    }
}

/// Writes lines and scores them.
fn score(folder: &Path, task: &Task, lines: &str) -> Result<TaskResult, String> {
    let path: PathBuf = folder.join("answers.jsonl");
    fs::write(&path, lines).unwrap();
    let given = Given::find(&path, task, "validation").map_err(|error| error.to_string())?;
    score_given(task, "validation", &examples(task), &given, None, &settings())
        .map_err(|error| error.to_string())
}

#[test]
fn what_was_written_scores_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let task = labelled_task("three", METRICS);
    let examples = examples(&task);
    let own = scored(&task, &examples);
    own.write(folder.path(), &provenance()).unwrap();
    let given = Given::find(folder.path(), &task, "validation").unwrap();
    let again = score_given(&task, "validation", &examples, &given, None, &settings()).unwrap();
    for (own, again) in own.metrics.iter().zip(&again.metrics) {
        assert_eq!((own.value, own.low, own.high), (again.value, again.low, again.high));
        assert!(again.how.contains("given"), "{}", again.how);
    }
    assert_eq!(own.predictions, again.predictions);
}

/// Lines in any order, with no more than the metrics need.
#[test]
fn a_text_a_line_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let task = labelled_task("three", "\"accuracy\"");
    let line = |i: usize| json!({ "index": i, "prediction": if i % 3 == 1 { "yes" } else { "?" } });
    let lines: Vec<_> = (0..9).rev().map(|i| line(i).to_string()).collect();
    let result = score(folder.path(), &task, &(lines.join("\n\n") + "\n")).unwrap();
    assert!((result.metrics[0].value - 100.0 / 3.0).abs() < 1e-9);
    assert_eq!(result.predictions[1].prediction, "yes");
    let ranked = labelled_task("three", "\"option_accuracy\"");
    let line = |i: usize| json!({ "index": i, "scores": [-1.0, -2.0, -0.5] }).to_string();
    let lines: Vec<_> = (0..9).map(line).collect();
    let result = score(folder.path(), &ranked, &lines.join("\n")).unwrap();
    assert!((result.metrics[0].value - 100.0 / 3.0).abs() < 1e-9);
}

#[test]
fn errors_name_the_line_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let task = labelled_task("three", METRICS);
    let line = |i: usize| {
        json!({ "index": i, "prediction": "yes", "scores": [-1.0, -2.0, -3.0] }).to_string()
    };
    let lines: Vec<_> = (0..9).map(line).collect();
    assert!(score(folder.path(), &task, &lines.join("\n")).is_ok());
    let refused = |place: usize, line: &str, expected: &str| {
        let mut lines = lines.clone();
        lines[place] = line.to_owned();
        let error = score(folder.path(), &task, &lines.join("\n")).unwrap_err();
        assert!(error.contains("answers.jsonl: ") && error.contains("task three"), "{error}");
        assert!(error.contains(expected), "{error}");
    };
    refused(2, "{\"index\": 2", "line 3: EOF");
    refused(2, r#"{"prediction": "yes"}"#, "line 3: missing field `index`");
    refused(2, r#"{"index": -1}"#, "line 3: ");
    refused(2, &line(9), "line 3: there is no example 9: the split `validation` has 9");
    refused(2, &line(1), "line 3: example 1 was answered on line 2 already");
    refused(2, "", "1 of 9 examples of the split `validation` have no answer: 2; give all");
    refused(2, r#"{"index": 2, "scores": [0, 0, 0]}"#, "line 3: no `prediction`");
    refused(2, r#"{"index": 2, "prediction": "x"}"#, "line 3: 0 `scores`; the metric option_acc");
    refused(2, r#"{"index": 2, "prediction": "x", "scores": [0, 0]}"#, "2 `scores`");
    let inputs = r#"{"index": 2, "prediction": "x", "scores": [0, 0, 0], "inputs": "other"}"#;
    refused(2, inputs, "its `inputs` differ");
    let references = inputs.replace("inputs", "references").replace("\"other\"", "[\"maybe\"]");
    refused(2, &references, "its `references` differ");
    let missing = Given::find(&folder.path().join("no"), &task, "validation").unwrap_err();
    assert!(missing.to_string().contains("No such file"), "{missing}");
}

#[test]
fn results_of_another_definition_or_split_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let task = labelled_task("three", METRICS);
    scored(&task, &examples(&task)).write(folder.path(), &provenance()).unwrap();
    let other = labelled_task("three", "\"accuracy\"");
    let error = Given::find(folder.path(), &other, "validation").unwrap_err().to_string();
    assert!(error.contains("another definition of the task: score it again"), "{error}");
    let error = Given::find(folder.path(), &task, "test").unwrap_err().to_string();
    assert!(error.contains("of the split `validation`, not of `test`"), "{error}");
}

/// Every metric gets a difference with an interval and a p-value, those that are no means too.
#[test]
fn two_systems_are_compared_on_the_same_examples() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = "\"accuracy\", \"bleu_13a\", \"rouge_l\", \"matthews\", \"macro_f1\"";
    let task = free_task(metrics);
    let text = |i: usize| format!("the answer number {} is {} of all", i % 7, i % 5);
    let examples: Vec<_> = (0..40)
        .map(|i| example(&task, json!({ "text": format!("q {i}"), "answer": text(i) })))
        .collect();
    let write = |name: &str, wrong: usize| {
        let answer = |i: usize| if i % 4 < wrong { "none".to_owned() } else { text(i) };
        let line = |i| json!({ "index": i, "prediction": answer(i) }).to_string() + "\n";
        let path = folder.path().join(name);
        fs::write(&path, (0..40).map(line).collect::<String>()).unwrap();
        Given::find(&path, &task, "validation").unwrap()
    };
    let (good, poor, same) = (write("good", 1), write("poor", 3), write("same", 1));
    let compare =
        |a, b| Comparison::new(&task, "validation", &examples, [a, b], &settings()).unwrap();
    let found = compare(&good, &poor);
    assert_eq!(found.differences.len(), 5);
    for (difference, (a, b)) in found.differences.iter().zip(found.first.iter().zip(&found.second))
    {
        assert!((difference.value - (a.value - b.value)).abs() < 1e-9, "{difference:?}");
        assert!(difference.low > 0.0 && difference.p.unwrap() < 0.01, "{difference:?}");
    }
    for difference in compare(&good, &same).differences {
        assert_eq!((difference.value, difference.p), (0.0, Some(1.0)), "{difference:?}");
    }
    let short = Comparison::new(&task, "validation", &examples[..39], [&good, &poor], &settings());
    assert!(short.unwrap_err().to_string().contains("no example 39"));
}
