//! Scoring a model on one split of a task.

use crate::error::EvalError;
use crate::given::Given;
use crate::judge::{Answers, GREEDY, judge};
use crate::majority::Majority;
use crate::metrics::{Normalisation, same_words};
use crate::predictor::Predictor;
use crate::questions::{Progress, Questions};
use crate::result::TaskResult;
use crate::statistics::Bootstrap;
use ext5_core::Key;
use ext5_task::{Example, Metric, Needs, Task};
use ext5_text::Vocabulary;
use std::ops::ControlFlow;

/// How models are evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Longest encoder input, in tokens with the end of sequence; longer ones are cut and counted.
    pub inputs_length: usize,
    /// Most tokens that are generated for an example. Where only class labels can be right,
    /// generation ends sooner: when the text is longer than any label.
    pub max_new: usize,
    /// Most tokens, padding included, that go through the model at once.
    pub batch_tokens: usize,
    /// How options are compared.
    pub normalisation: Normalisation,
    /// How intervals are made; its key is refined with the task's name.
    pub bootstrap: Bootstrap,
}

impl Settings {
    /// 512 tokens in, 128 out, 16,384 at once, options by summed log-probability, 95 % intervals
    /// from 1,000 resamples named by `key`.
    pub fn new(key: Key) -> Self {
        Settings {
            inputs_length: 512,
            max_new: 128,
            batch_tokens: 16_384,
            normalisation: Normalisation::Sum,
            bootstrap: Bootstrap::new(key),
        }
    }
}

/// A model with its vocabulary, to be evaluated on tasks.
#[derive(Clone, Copy)]
pub struct Evaluation<'a> {
    /// The model.
    pub predictor: &'a dyn Predictor,
    /// The model's vocabulary.
    pub vocabulary: &'a Vocabulary,
    /// How to evaluate.
    pub settings: Settings,
}

impl Evaluation<'_> {
    /// Scores the model on the examples of one split of `task`, next to the majority baseline
    /// where one is given. Questions are put in batches of similar length; results are in the
    /// order of `examples`. `progress` is called after each batch and can stop the work.
    ///
    /// # Errors
    /// When there are no examples, when one has no label or lacks the options that a metric needs,
    /// when the model fails or gives what cannot be scored, or when `progress` stopped the work.
    pub fn task(
        &self,
        task: &Task,
        split: &str,
        examples: &[Example],
        majority: Option<&Majority>,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<TaskResult, EvalError> {
        check(task, split, examples)?;
        let answers = self.ask(task, examples, progress)?;
        Ok(judge(task, split, examples, &answers, majority, &self.settings))
    }

    /// What the model answers to the examples, as far as the task's metrics need it.
    fn ask(
        &self,
        task: &Task,
        examples: &[Example],
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Answers, EvalError> {
        let settings = &self.settings;
        let questions = Questions::new(
            &task.name,
            self.predictor,
            self.vocabulary,
            examples,
            settings.inputs_length,
            settings.batch_tokens,
        );
        let needs = |need| task.metrics.iter().any(|metric| metric.needs() == need);
        let (generates, scores) = (needs(Needs::Generation), needs(Needs::OptionScores));
        let total = examples.len() * (usize::from(generates) + usize::from(scores));
        let mut done = 0;
        let mut on_batch = |answered| {
            done += answered;
            progress(Progress { done, total })
        };
        let mut answers = Answers {
            texts: None,
            scores: None,
            truncated: questions.truncated,
            unwritable: 0,
            texts_by: GREEDY,
            normalisation: Some(settings.normalisation),
        };
        if generates {
            answers.unwritable = unwritable(self.vocabulary, examples);
            let limit = label_length(task, examples).unwrap_or(settings.max_new);
            let limit = limit.min(settings.max_new);
            answers.texts = Some(questions.generate(limit, &mut on_batch)?);
        }
        if scores {
            let normalisation = settings.normalisation;
            answers.scores = Some(questions.score(examples, normalisation, &mut on_batch)?);
        }
        Ok(answers)
    }
}

/// Scores answers that a file holds, as [`Evaluation::task`] scores those of a model.
///
/// # Errors
/// When there are no examples, when one has no label or lacks what a metric needs, or when the file
/// does not answer each of them once with what the task's metrics need.
pub fn score_given(
    task: &Task,
    split: &str,
    examples: &[Example],
    given: &Given,
    majority: Option<&Majority>,
    settings: &Settings,
) -> Result<TaskResult, EvalError> {
    check(task, split, examples)?;
    let answers = Answers::given(given, task, split, examples)?;
    Ok(judge(task, split, examples, &answers, majority, settings))
}

/// All that a task's metrics need must be there before the model starts.
pub(crate) fn check(task: &Task, split: &str, examples: &[Example]) -> Result<(), EvalError> {
    if examples.is_empty() {
        return Err(EvalError::NoExamples { task: task.name.clone(), split: split.to_owned() });
    }
    let ranked = task.metrics.iter().find(|metric| metric.needs() == Needs::OptionScores);
    let grouped = task.metrics.iter().find(|metric| {
        matches!(
            metric,
            Metric::AllMatch | Metric::MeanAveragePrecision | Metric::MeanReciprocalRank
        )
    });
    let options = examples.first().map_or(0, |first| first.options.len());
    let counted =
        task.metrics.iter().find(|m| matches!(m, Metric::OptionF1 | Metric::OptionMacroF1));
    for example in examples {
        let origin = || example.origin.clone();
        if let Some(metric) = counted.filter(|_| example.options.len() != options) {
            return Err(EvalError::OptionsDiffer {
                task: task.name.clone(),
                metric: metric.name(),
                origin: origin(),
                expected: options,
                found: example.options.len(),
            });
        }
        if let Some(metric) = ranked.filter(|_| example.options.is_empty()) {
            return Err(EvalError::NoOptions {
                task: task.name.clone(),
                metric: metric.name(),
                origin: origin(),
            });
        }
        if let Some(metric) = grouped.filter(|_| example.group.is_none()) {
            return Err(EvalError::NoGroup {
                task: task.name.clone(),
                metric: metric.name(),
                origin: origin(),
            });
        }
        if example.references.is_empty() || ranked.is_some() && example.answer.is_none() {
            return Err(EvalError::Unlabelled {
                task: task.name.clone(),
                split: split.to_owned(),
                origin: origin(),
            });
        }
    }
    Ok(())
}

/// Counts examples whose references do not survive being encoded and decoded.
fn unwritable(vocabulary: &Vocabulary, examples: &[Example]) -> usize {
    let survives = |text: &String| same_words(&vocabulary.decode(&vocabulary.encode(text)), text);
    let lost = |example: &&Example| !example.references.iter().any(survives);
    examples.iter().filter(lost).count()
}

/// Tokens after which a generated text cannot be a class label any more, if labels are all that the
/// task's metrics look for: a token spells at least one byte, but for the start of the first word
/// and the end of sequence.
fn label_length(task: &Task, examples: &[Example]) -> Option<usize> {
    let only_labels = task.metrics.iter().all(|metric| {
        matches!(
            metric,
            Metric::Accuracy
                | Metric::AllMatch
                | Metric::Matthews
                | Metric::F1
                | Metric::MacroF1
                | Metric::MicroF1
                | Metric::OptionAccuracy
                | Metric::OptionF1
                | Metric::OptionMacroF1
                | Metric::MacroRecall
                | Metric::MeanAveragePrecision
                | Metric::WeightedF1
                | Metric::MeanReciprocalRank
                | Metric::AucRoc
                | Metric::AucPr
        )
    });
    let labels = &examples.first()?.options;
    let same = examples.iter().all(|example| {
        example.options == *labels
            && example.references.iter().all(|reference| labels.contains(reference))
    });
    let longest = labels.iter().map(String::len).max()?;
    (only_labels && same).then_some(longest + 2)
}
