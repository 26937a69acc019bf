//! The metrics a task can name. Their arithmetic is in the `ext5-eval` crate.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How predictions are scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of predictions equal to one of the references, whatever the length of white space: a
    /// vocabulary such as T5's cannot write runs of spaces.
    Accuracy,
    /// SQuAD's exact match: equal after SQuAD's normalisation, best over the references.
    ExactMatch,
    /// SQuAD's F1 over words after its normalisation, best over the references.
    TokenF1,
    /// Matthews correlation over the targets as classes.
    Matthews,
    /// Mean over the classes of the F1 of each class.
    MacroF1,
    /// ROUGE-1 F1, best over the references.
    #[serde(rename = "rouge_1")]
    Rouge1,
    /// ROUGE-2 F1, best over the references.
    #[serde(rename = "rouge_2")]
    Rouge2,
    /// ROUGE-L F1, best over the references.
    #[serde(rename = "rouge_l")]
    RougeL,
    /// Pearson correlation of predictions and targets read as numbers.
    Pearson,
    /// Spearman rank correlation of predictions and targets read as numbers.
    Spearman,
    /// Share of examples whose right option has the highest score.
    OptionAccuracy,
}

/// What a metric is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// Texts that the model writes.
    Generation,
    /// The log-probability of each option.
    OptionScores,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Metric; 11] = [
        Metric::Accuracy,
        Metric::ExactMatch,
        Metric::TokenF1,
        Metric::Matthews,
        Metric::MacroF1,
        Metric::Rouge1,
        Metric::Rouge2,
        Metric::RougeL,
        Metric::Pearson,
        Metric::Spearman,
        Metric::OptionAccuracy,
    ];

    /// The name in task files and results.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Accuracy => "accuracy",
            Metric::ExactMatch => "exact_match",
            Metric::TokenF1 => "token_f1",
            Metric::Matthews => "matthews",
            Metric::MacroF1 => "macro_f1",
            Metric::Rouge1 => "rouge_1",
            Metric::Rouge2 => "rouge_2",
            Metric::RougeL => "rouge_l",
            Metric::Pearson => "pearson",
            Metric::Spearman => "spearman",
            Metric::OptionAccuracy => "option_accuracy",
        }
    }

    /// What it is computed from.
    pub fn needs(self) -> Needs {
        match self {
            Metric::OptionAccuracy => Needs::OptionScores,
            _ => Needs::Generation,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_task_files() {
        for metric in Metric::ALL {
            let written = serde_json::to_value(metric).unwrap();
            assert_eq!(written, metric.name());
        }
    }
}
