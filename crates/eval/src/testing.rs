//! Examples and results for the tests of this crate.

use crate::result::{Baseline, Difference, Mark, MetricValue, OptionScore, Prediction, TaskResult};
use ext5_task::{Example, Origin};
use std::path::Path;

/// An example with these targets as its only reference.
pub(crate) fn example(targets: &str) -> Example {
    Example {
        inputs: "question".to_owned(),
        targets: targets.to_owned(),
        references: vec![targets.to_owned()],
        options: Vec::new(),
        answer: None,
        group: None,
        source: None,
        prompt: 0,
        origin: Origin { file: Path::new("rows.jsonl").into(), line: 1 },
    }
}

/// An example whose right option is number `answer`.
pub(crate) fn with_options(options: &[&str], answer: usize) -> Example {
    Example {
        options: options.iter().map(|&option| option.to_owned()).collect(),
        answer: Some(answer),
        ..example(options[answer])
    }
}

/// A task's result with one metric, a majority baseline of 50 and one prediction.
pub(crate) fn result(task: &str, family: &str, accuracy: f64) -> TaskResult {
    let metric = |value: f64| MetricValue {
        name: "accuracy".to_owned(),
        value,
        low: value - 5.0,
        high: value + 5.0,
        n: 277,
        how: "test".to_owned(),
    };
    TaskResult {
        task: task.to_owned(),
        family: family.to_owned(),
        split: "validation".to_owned(),
        examples: 277,
        truncated: 3,
        unwritable: 0,
        task_digest: None,
        normalisation: None,
        metrics: vec![metric(accuracy)],
        baseline: Some(Baseline {
            target: "yes".to_owned(),
            option: Some(1),
            train_examples: 2490,
            metrics: vec![metric(50.0)],
            differences: vec![Difference {
                name: "accuracy".to_owned(),
                value: accuracy - 50.0,
                low: 1.0,
                high: 2.0,
                p: Some(0.04),
                how: "test".to_owned(),
            }],
        }),
        predictions: vec![Prediction {
            index: 0,
            origin: "rows.jsonl:1".to_owned(),
            inputs: "question\nof two lines".to_owned(),
            prediction: "yes".to_owned(),
            references: vec!["yes".to_owned()],
            marks: vec![Mark { metric: "accuracy".to_owned(), value: 100.0 }],
            options: vec![OptionScore { option: "yes".to_owned(), score: -0.1 }],
            answer: Some(0),
        }],
    }
}
