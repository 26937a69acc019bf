//! From a model's answers to a task's result.

use crate::error::EvalError;
use crate::evaluation::Settings;
use crate::given::Given;
use crate::majority::Majority;
use crate::metrics::{Marks, Normalisation, Response, choose};
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
    /// How the texts came about.
    pub texts_by: &'static str,
    /// How options were compared, where a model was asked.
    pub normalisation: Option<Normalisation>,
}

/// How texts came about that a model wrote here.
pub(crate) const GREEDY: &str = "greedy generation";

/// How texts came about that a file holds.
pub(crate) const GIVEN: &str = "given answers";

impl Answers {
    /// The answers of a file.
    pub fn given(
        given: &Given,
        task: &Task,
        split: &str,
        examples: &[Example],
    ) -> Result<Self, EvalError> {
        let (texts, scores) = given.in_order(task, split, examples).map_err(|source| {
            let source = Box::new(source);
            EvalError::Given { task: task.name.clone(), path: given.path.clone(), source }
        })?;
        let (truncated, unwritable) = (0, 0);
        Ok(Answers { texts, scores, truncated, unwritable, texts_by: GIVEN, normalisation: None })
    }

    /// How the values of a metric came about.
    fn by(&self, metric: Metric) -> String {
        match (metric.needs(), self.normalisation) {
            (Needs::Generation, _) => self.texts_by.to_owned(),
            (Needs::OptionScores, Some(by)) => format!("options ranked by {by}"),
            (Needs::OptionScores, None) => "options ranked by given scores".to_owned(),
        }
    }

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
    let bootstrap = bootstrap(task, settings);
    let chosen = responses(examples, answers);
    let marks = mark(task, examples, &chosen);
    let metrics = marks
        .iter()
        .map(|(metric, marks)| summary::value(*metric, marks, &answers.by(*metric), &bootstrap));
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
        task_digest: Some(task.digest()),
        normalisation: answers.normalisation.filter(|_| answers.scores.is_some()),
        metrics: metrics.collect(),
        baseline: majority.map(|majority| baseline(task, examples, &marks, majority, &bootstrap)),
        predictions: predictions.collect(),
    }
}

/// How intervals of a task are made.
pub(crate) fn bootstrap(task: &Task, settings: &Settings) -> Bootstrap {
    Bootstrap { key: settings.bootstrap.key.name(&task.name), ..settings.bootstrap }
}

/// The answers, one for each example.
pub(crate) fn responses<'a>(examples: &'a [Example], answers: &'a Answers) -> Vec<Response<'a>> {
    let respond = |(index, example): (usize, &'a Example)| {
        respond(example, answers.text(index), answers.scores(index))
    };
    examples.iter().enumerate().map(respond).collect()
}

/// The generated text or, where none was, the text of the chosen option.
fn respond<'a>(example: &'a Example, text: Option<&'a str>, scores: &'a [f64]) -> Response<'a> {
    let option = choose(scores);
    let chosen = option.and_then(|option| example.options.get(option)).map(String::as_str);
    Response { text: text.or(chosen).unwrap_or_default().into(), option, scores }
}

/// The marks of all of the task's metrics.
pub(crate) fn mark(
    task: &Task,
    examples: &[Example],
    responses: &[Response],
) -> Vec<(Metric, Marks)> {
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
