//! Nothing silent: empty and unlabelled splits and broken models are errors that say what to do.

mod common;

use common::{Known, evaluation, example, free_task, go_on, labelled_task};
use ext5_eval::{EvalError, Predictor, PredictorError, Progress};
use ext5_task::{Example, Task};
use ext5_text::Vocabulary;
use serde_json::json;
use std::ops::ControlFlow;

fn refuse(predictor: &dyn Predictor, task: &Task, examples: &[Example]) -> String {
    let vocabulary = Vocabulary::bytes();
    evaluation(predictor, &vocabulary)
        .task(task, "validation", examples, None, &mut go_on)
        .unwrap_err()
        .to_string()
}

fn known() -> Known {
    Known::new(str::to_owned, |_, _| -1.0)
}

#[test]
fn empty_and_unlabelled_splits() {
    let task = free_task(r#""accuracy""#);
    assert_eq!(
        refuse(&known(), &task, &[]),
        "task free: the split `validation` has no examples to evaluate on"
    );
    let labelled = example(&task, json!({ "text": "?", "answer": "!" }));
    let unlabelled = Example { references: Vec::new(), ..labelled.clone() };
    let error = refuse(&known(), &task, &[labelled, unlabelled]);
    assert!(error.contains("has no label (<row>:1)"), "{error}");
}

#[test]
fn options_that_are_not_there() {
    let task = labelled_task("options", r#""option_accuracy""#);
    let whole = example(&task, json!({ "text": "?", "label": 1 }));
    let error = refuse(&known(), &task, &[Example { options: Vec::new(), ..whole.clone() }]);
    assert!(error.contains("no options") && error.contains("option_accuracy"), "{error}");
    let error = refuse(&known(), &task, &[Example { answer: None, ..whole }]);
    assert!(error.contains("has no label"), "{error}");
}

#[test]
fn groups_that_are_not_there() {
    let task = labelled_task("ranking", r#""mean_average_precision""#);
    let alone = example(&task, json!({ "text": "?", "label": 1 }));
    let error = refuse(&known(), &task, &[alone]);
    assert!(
        error.contains("mean_average_precision") && error.contains("template.group"),
        "{error}"
    );
}

struct Broken(fn() -> Result<Vec<Vec<f64>>, PredictorError>);

impl Predictor for Broken {
    fn generate(&self, _: &[Vec<u32>], _: usize) -> Result<Vec<Vec<u32>>, PredictorError> {
        Ok(Vec::new())
    }

    fn score(&self, _: &[Vec<u32>], _: &[Vec<Vec<u32>>]) -> Result<Vec<Vec<f64>>, PredictorError> {
        (self.0)()
    }
}

#[test]
fn broken_models() {
    let task = labelled_task("options", r#""option_accuracy""#);
    let examples = [example(&task, json!({ "text": "?", "label": 1 }))];
    for (broken, expected) in [
        (Broken(|| Err("out of memory".into())), "the model failed: out of memory"),
        (Broken(|| Ok(vec![vec![-1.0]])), "one score for each option"),
        (Broken(|| Ok(vec![vec![-1.0, f64::NAN, -2.0]])), "; expected finite scores"),
    ] {
        let error = refuse(&broken, &task, &examples);
        assert!(error.starts_with("task options: ") && error.contains(expected), "{error}");
    }
    let task = free_task(r#""accuracy""#);
    let examples = [example(&task, json!({ "text": "?", "answer": "!" }))];
    let error = refuse(&Broken(|| Ok(Vec::new())), &task, &examples);
    assert!(error.contains("gave 0 for 1; expected one output for each question"), "{error}");
}

#[test]
fn progress_counts_questions_and_can_stop_the_work() {
    let task = free_task(r#""accuracy""#);
    let examples: Vec<_> = (0..6)
        .map(|i| example(&task, json!({ "text": "a".repeat(50 + i), "answer": "!" })))
        .collect();
    let (known, vocabulary) = (known(), Vocabulary::bytes());
    let mut evaluation = evaluation(&known, &vocabulary);
    evaluation.settings.batch_tokens = 400;
    let mut seen = Vec::new();
    let mut run = |stop: usize| {
        seen.clear();
        let mut progress = |progress: Progress| {
            seen.push((progress.done, progress.total));
            if progress.done >= stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        (evaluation.task(&task, "validation", &examples, None, &mut progress).err(), seen.clone())
    };
    let (error, seen) = run(100);
    assert!(error.is_none());
    assert_eq!(seen, [(2, 6), (4, 6), (6, 6)]);
    let (error, seen) = run(4);
    assert!(matches!(error, Some(EvalError::Interrupted)));
    assert_eq!(seen, [(2, 6), (4, 6)]);
}
