//! Answers from a file: anybody's outputs, to be scored without a model.

use crate::error::EvalError;
use crate::files::{ResultFile, predictions_path, result_path};
use crate::result::OptionScore;
use ext5_core::Digest;
use ext5_task::{Example, Metric, Needs, Origin, Task};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What a system answered to the examples of a split, one JSON object a line in any order. What
/// this program writes under `predictions/` is such a file.
#[derive(Clone, Debug)]
pub struct Given {
    /// The file.
    pub path: PathBuf,
    /// The digest of its bytes.
    pub digest: Digest,
    /// The answers, each with its line from 1.
    answers: Vec<(usize, GivenAnswer)>,
}

/// One line of the file. Other keys are passed over.
#[derive(Clone, Debug, Deserialize)]
struct GivenAnswer {
    /// The example's number in the split, from 0.
    index: u64,
    /// The text, for metrics of generated text.
    prediction: Option<String>,
    /// The log-probability of each option in the example's order, for metrics of option scores.
    scores: Option<Vec<f64>>,
    /// The same as this program writes it.
    #[serde(default)]
    options: Vec<OptionScore>,
    /// What was asked, where the file says so: it must be what the example asks.
    inputs: Option<String>,
    /// Right answers, where the file says so: they must be the example's.
    references: Option<Vec<String>>,
}

/// Why given answers cannot be scored.
#[derive(Debug, Error)]
pub enum GivenError {
    /// The file cannot be read.
    #[error("{0}")]
    Read(#[from] std::io::Error),
    /// A line is no answer.
    #[error(
        "line {line}: {source}; expected an object such as {{\"index\": 0, \"prediction\": \"yes\"}}, \
         with the example's number in the split, from 0"
    )]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// There is no such example.
    #[error(
        "line {line}: there is no example {index}: the split `{split}` has {examples}, counted from 0"
    )]
    Unknown {
        /// The line, from 1.
        line: usize,
        /// The example.
        index: u64,
        /// The split.
        split: String,
        /// The number of examples.
        examples: usize,
    },
    /// Two lines answer one example.
    #[error("line {line}: example {index} was answered on line {first} already")]
    Twice {
        /// The line, from 1.
        line: usize,
        /// The example.
        index: u64,
        /// The line that was first.
        first: usize,
    },
    /// Examples without an answer.
    #[error(
        "{missing} of {examples} examples of the split `{split}` have no answer: {first}; give all, \
         or the --limit that the answers were made with"
    )]
    Missing {
        /// How many have none.
        missing: usize,
        /// The number of examples.
        examples: usize,
        /// The split.
        split: String,
        /// The first of them.
        first: String,
    },
    /// A metric of generated text, and no text.
    #[error("line {line}: no `prediction`, the text that the metric {metric} needs")]
    NoText {
        /// The line, from 1.
        line: usize,
        /// The metric.
        metric: Metric,
    },
    /// A metric of option scores, and none, or not one for each option.
    #[error(
        "line {line}: {found} `scores`; the metric {metric} needs the log-probability of each of the \
         {expected} options, in their order, as finite numbers"
    )]
    Scores {
        /// The line, from 1.
        line: usize,
        /// The metric.
        metric: Metric,
        /// The number of options.
        expected: usize,
        /// The number of scores that can be used.
        found: usize,
    },
    /// The folder's results are of another definition of the task.
    #[error(
        "the results beside it ({}) were made with another definition of the task: score it again",
        results.display()
    )]
    OtherTask {
        /// The result file.
        results: PathBuf,
    },
    /// The folder's results are of another split.
    #[error(
        "the results beside it ({}) are of the split `{found}`, not of `{split}`: see --split",
        results.display()
    )]
    OtherSplit {
        /// The result file.
        results: PathBuf,
        /// Its split.
        found: String,
        /// The split that was asked for.
        split: String,
    },
    /// The file was made from other data.
    #[error(
        "line {line}: the answer is to another example than {origin}: its `{key}` differ; was it made \
         from other data, or with another definition of the task?"
    )]
    OtherExample {
        /// The line, from 1.
        line: usize,
        /// What differs.
        key: &'static str,
        /// The example that stands there here.
        origin: Origin,
    },
}

/// Answers in the order of examples: texts and option scores, where the task needs them.
pub(crate) type InOrder = (Option<Vec<String>>, Option<Vec<Vec<f64>>>);

impl Given {
    /// Reads a task's answers from a file, or from a folder: `predictions/TASK.jsonl` under it, as
    /// results are written, or `TASK.jsonl`. Results that stand beside them must be of the same
    /// split and of the task as it is now defined.
    ///
    /// # Errors
    /// When there is no such file, it cannot be read, or its results are of something else.
    pub fn find(path: &Path, task: &Task, split: &str) -> Result<Self, EvalError> {
        let inside = predictions_path(path, &task.name);
        let file = match path.is_dir() {
            true if inside.exists() => inside,
            true => path.join(format!("{}.jsonl", task.name)),
            false => path.to_owned(),
        };
        let failed = |source| EvalError::Given {
            task: task.name.clone(),
            path: file.clone(),
            source: Box::new(source),
        };
        let results = result_path(path, &task.name);
        if path.is_dir() && results.exists() {
            let made = ResultFile::read_scores(path, &task.name)?.result;
            if made.task_digest.is_some_and(|digest| digest != task.digest()) {
                return Err(failed(GivenError::OtherTask { results }));
            }
            if made.split != split {
                let (found, split) = (made.split, split.to_owned());
                return Err(failed(GivenError::OtherSplit { results, found, split }));
            }
        }
        Given::read(&file).map_err(failed)
    }

    /// Reads a file of JSON lines; empty lines are passed over.
    ///
    /// # Errors
    /// When it cannot be read or a line is no answer.
    pub fn read(path: &Path) -> Result<Self, GivenError> {
        let text = std::fs::read_to_string(path)?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let answer = |(number, line)| match serde_json::from_str(line) {
            Ok(answer) => Ok((number + 1, answer)),
            Err(source) => Err(GivenError::Line { line: number + 1, source }),
        };
        Ok(Given {
            path: path.to_owned(),
            digest: Digest::of(text.as_bytes()),
            answers: lines.map(answer).collect::<Result<_, _>>()?,
        })
    }

    /// The answers to `examples`, each exactly once and with what the task's metrics need.
    pub(crate) fn in_order(
        &self,
        task: &Task,
        split: &str,
        examples: &[Example],
    ) -> Result<InOrder, GivenError> {
        let mut lines: HashMap<u64, (usize, &GivenAnswer)> = HashMap::new();
        for (line, answer) in &self.answers {
            let (line, index) = (*line, answer.index);
            if index >= examples.len() as u64 {
                let (split, examples) = (split.to_owned(), examples.len());
                return Err(GivenError::Unknown { line, index, split, examples });
            }
            if let Some((first, _)) = lines.insert(index, (line, answer)) {
                return Err(GivenError::Twice { line, index, first });
            }
        }
        let place = |index: usize| lines.get(&(index as u64)).copied();
        let all: Vec<_> = (0..examples.len()).filter_map(place).collect();
        if all.len() < examples.len() {
            let missing: Vec<_> = (0..examples.len()).filter(|&i| place(i).is_none()).collect();
            return Err(GivenError::Missing {
                missing: missing.len(),
                examples: examples.len(),
                split: split.to_owned(),
                first: first_of(&missing),
            });
        }
        let needing = |need| task.metrics.iter().copied().find(|metric| metric.needs() == need);
        let pairs = || all.iter().copied().zip(examples);
        for ((line, answer), example) in pairs() {
            same_example(line, answer, example)?;
        }
        let texts = needing(Needs::Generation).map(|metric| {
            let text = |&(line, answer): &(usize, &GivenAnswer)| {
                answer.prediction.clone().ok_or(GivenError::NoText { line, metric })
            };
            all.iter().map(text).collect::<Result<_, _>>()
        });
        let scores = needing(Needs::OptionScores).map(|metric| {
            pairs().map(|((line, answer), example)| answer.scores(line, metric, example)).collect()
        });
        Ok((texts.transpose()?, scores.transpose()?))
    }
}

impl GivenAnswer {
    fn scores(
        &self,
        line: usize,
        metric: Metric,
        example: &Example,
    ) -> Result<Vec<f64>, GivenError> {
        let named = || self.options.iter().map(|option| option.score).collect();
        let scores: Vec<f64> = self.scores.clone().unwrap_or_else(named);
        let usable = scores.iter().filter(|score| score.is_finite()).count();
        let expected = example.options.len();
        match usable == expected && scores.len() == expected {
            true => Ok(scores),
            false => Err(GivenError::Scores { line, metric, expected, found: usable }),
        }
    }
}

/// What the file says of the example must be so.
fn same_example(line: usize, answer: &GivenAnswer, example: &Example) -> Result<(), GivenError> {
    let differs = |key| GivenError::OtherExample { line, key, origin: example.origin.clone() };
    if answer.inputs.as_ref().is_some_and(|inputs| *inputs != example.inputs) {
        return Err(differs("inputs"));
    }
    if answer.references.as_ref().is_some_and(|references| *references != example.references) {
        return Err(differs("references"));
    }
    let mut names = answer.options.iter().map(|option| &option.option);
    if !answer.options.is_empty() && !names.by_ref().eq(&example.options) {
        return Err(differs("options"));
    }
    Ok(())
}

/// The first few numbers.
fn first_of(numbers: &[usize]) -> String {
    let shown: Vec<_> = numbers.iter().take(5).map(ToString::to_string).collect();
    let more = if numbers.len() > shown.len() { ", …" } else { "" };
    shown.join(", ") + more
}
