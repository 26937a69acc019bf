//! From a model's answers to a task's result.

use crate::evaluation::Settings;
use crate::majority::Majority;
use crate::metrics::{Marks, Response, choose};
use crate::result::{Baseline, Mark, OptionScore, Prediction, TaskResult};
use crate::statistics::Bootstrap;
use crate::summary;
use ext5_task::{Example, Metric, Needs, Task};

/// What a model answered to the examples of a task, in their order.
pub(crate) struct Answers {
    /// The generated texts, where the task needs them.
    pub texts: Option<Vec<String>>,
    /// The normalised scores of the options, where the task needs them.
    pub scores: Option<Vec<Vec<f64>>>,
    /// Number of inputs that were cut.
    pub truncated: usize,
    /// Number of examples whose references cannot be generated.
    pub unwritable: usize,
}

impl Answers {
    fn text(&self, example: usize) -> Option<&str> {
        Some(&self.texts.as_ref()?[example])
    }

    fn scores(&self, example: usize) -> &[f64] {
        self.scores.as_ref().map_or(&[], |scores| &scores[example])
    }
}

/// Scores the answers with the task's metrics.
pub(crate) fn judge(
    task: &Task,
    split: &str,
    examples: &[Example],
    answers: &Answers,
    majority: Option<&Majority>,
    settings: &Settings,
) -> TaskResult {
    let bootstrap =
        Bootstrap { key: settings.bootstrap.key.name(&task.name), ..settings.bootstrap };
    let chosen: Vec<Response> = examples
        .iter()
        .enumerate()
        .map(|(index, example)| respond(example, answers.text(index), answers.scores(index)))
        .collect();
    let marks = mark(task, examples, &chosen);
    let metrics = marks.iter().map(|(metric, marks)| {
        let by = match metric.needs() {
            Needs::Generation => "greedy generation".to_owned(),
            Needs::OptionScores => format!("options ranked by {}", settings.normalisation),
        };
        summary::value(*metric, marks, &by, &bootstrap)
    });
    let predictions = examples.iter().enumerate().map(|(index, example)| Prediction {
        index,
        origin: example.origin.to_string(),
        inputs: example.inputs.clone(),
        prediction: chosen[index].text.to_string(),
        references: example.references.clone(),
        marks: marks_of(index, &marks),
        options: option_scores(example, answers.scores(index)),
        answer: example.answer.filter(|_| answers.scores.is_some()),
    });
    TaskResult {
        task: task.name.clone(),
        family: task.family.clone(),
        split: split.to_owned(),
        examples: examples.len(),
        truncated: answers.truncated,
        unwritable: answers.unwritable,
        normalisation: answers.scores.is_some().then_some(settings.normalisation),
        metrics: metrics.collect(),
        baseline: majority.map(|majority| baseline(task, examples, &marks, majority, &bootstrap)),
        predictions: predictions.collect(),
    }
}

/// The generated text or, where none was, the text of the chosen option.
fn respond<'a>(example: &'a Example, text: Option<&'a str>, scores: &'a [f64]) -> Response<'a> {
    let option = choose(scores);
    let chosen = option.and_then(|option| example.options.get(option)).map(String::as_str);
    Response { text: text.or(chosen).unwrap_or_default().into(), option, scores }
}

fn mark(task: &Task, examples: &[Example], responses: &[Response]) -> Vec<(Metric, Marks)> {
    let mark = |&metric| (metric, Marks::new(metric, task.reading(), examples, responses));
    task.metrics.iter().map(mark).collect()
}

fn baseline(
    task: &Task,
    examples: &[Example],
    model: &[(Metric, Marks)],
    majority: &Majority,
    bootstrap: &Bootstrap,
) -> Baseline {
    let answers: Vec<_> = examples.iter().map(|example| majority.answer(example)).collect();
    let marks = mark(task, examples, &answers);
    let by = "most frequent training answer";
    Baseline {
        target: majority.target.clone(),
        option: majority.option,
        train_examples: majority.examples,
        metrics: marks
            .iter()
            .map(|(metric, marks)| summary::value(*metric, marks, by, bootstrap))
            .collect(),
        differences: model
            .iter()
            .zip(&marks)
            .map(|((metric, model), (_, own))| summary::difference(*metric, model, own, bootstrap))
            .collect(),
    }
}

/// The example's value in each metric that is a mean over examples.
fn marks_of(index: usize, marks: &[(Metric, Marks)]) -> Vec<Mark> {
    marks
        .iter()
        .filter_map(|(metric, marks)| {
            Some(Mark { metric: metric.name().to_owned(), value: marks.of_example(index)? })
        })
        .collect()
}

fn option_scores(example: &Example, scores: &[f64]) -> Vec<OptionScore> {
    let pairs = example.options.iter().zip(scores);
    pairs.map(|(option, &score)| OptionScore { option: option.clone(), score }).collect()
}
