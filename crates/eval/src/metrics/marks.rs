//! A task's predictions as one of its metrics sees them.

use super::{Labels, Rouge, exact_match, number, pearson, spearman, token_f1};
use ext5_task::{Example, Metric};
use std::borrow::Cow;

/// What a system answered to one example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The text it gave.
    pub text: Cow<'a, str>,
    /// The option it chose, from 0, where it had to choose.
    pub option: Option<usize>,
}

/// All that one metric needs to know about a system's answers, ready to be computed over any
/// sample of the examples. Values are times 100.
#[derive(Clone, Debug, PartialEq)]
pub enum Marks {
    /// The metric is the mean of one value for each example.
    Each(Vec<f64>),
    /// Matthews's correlation coefficient.
    Matthews(Labels),
    /// Mean F1 of the classes.
    MacroF1(Labels),
    /// Pearson's correlation of truth and prediction.
    Pearson(Vec<(f64, f64)>),
    /// Spearman's correlation of truth and prediction.
    Spearman(Vec<(f64, f64)>),
}

impl Marks {
    /// Marks the answers to labelled examples, one answer for each example.
    pub fn new(metric: Metric, examples: &[Example], answers: &[Answer]) -> Self {
        let pairs = || examples.iter().zip(answers);
        let each = |mark: &dyn Fn(&Example, &Answer) -> f64| {
            Marks::Each(pairs().map(|(example, answer)| 100.0 * mark(example, answer)).collect())
        };
        let rouge = |rouge: Rouge| each(&|e, a| rouge.best(&a.text, &e.references));
        match metric {
            Metric::Accuracy => each(&|e, a| outcome(is_reference(&a.text, e))),
            Metric::ExactMatch => each(&|e, a| exact_match(&a.text, &e.references)),
            Metric::TokenF1 => each(&|e, a| token_f1(&a.text, &e.references)),
            Metric::Rouge1 => rouge(Rouge::Words(1)),
            Metric::Rouge2 => rouge(Rouge::Words(2)),
            Metric::RougeL => rouge(Rouge::Longest),
            Metric::OptionAccuracy => {
                each(&|e, a| outcome(a.option.is_some() && a.option == e.answer))
            }
            Metric::Matthews => Marks::Matthews(labels(examples, answers)),
            Metric::MacroF1 => Marks::MacroF1(labels(examples, answers)),
            Metric::Pearson | Metric::Spearman => {
                let numbers = pairs().map(|(e, a)| (number(&e.targets), number(&a.text))).collect();
                match metric {
                    Metric::Pearson => Marks::Pearson(numbers),
                    _ => Marks::Spearman(numbers),
                }
            }
        }
    }

    /// Number of examples.
    pub fn len(&self) -> usize {
        match self {
            Marks::Each(values) => values.len(),
            Marks::Matthews(labels) | Marks::MacroF1(labels) => labels.len(),
            Marks::Pearson(pairs) | Marks::Spearman(pairs) => pairs.len(),
        }
    }

    /// Whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The metric over all examples.
    pub fn value(&self) -> f64 {
        self.over(&(0..self.len()).collect::<Vec<_>>())
    }

    /// The metric over some examples, given by number; one may come several times.
    pub fn over(&self, sample: &[usize]) -> f64 {
        let chosen = |pairs: &[(f64, f64)]| sample.iter().map(|&i| pairs[i]).collect::<Vec<_>>();
        match self {
            Marks::Each(values) => {
                sample.iter().map(|&i| values[i]).sum::<f64>() / sample.len().max(1) as f64
            }
            Marks::Matthews(labels) => 100.0 * labels.matthews(sample.iter().copied()),
            Marks::MacroF1(labels) => 100.0 * labels.macro_f1(sample.iter().copied()),
            Marks::Pearson(pairs) => 100.0 * pearson(&chosen(pairs)),
            Marks::Spearman(pairs) => 100.0 * spearman(&chosen(pairs)),
        }
    }

    /// The values of the examples, where the metric is their mean.
    pub fn each(&self) -> Option<&[f64]> {
        match self {
            Marks::Each(values) => Some(values),
            _ => None,
        }
    }
}

fn outcome(right: bool) -> f64 {
    f64::from(u8::from(right))
}

fn is_reference(text: &str, example: &Example) -> bool {
    example.references.iter().any(|reference| same_words(reference, text))
}

/// Whether two texts are equal but for the length of their white space: SentencePiece collapses
/// runs of it, so that a text with two spaces on end could never be generated.
pub(crate) fn same_words(first: &str, second: &str) -> bool {
    first.split_whitespace().eq(second.split_whitespace())
}

/// The classes are the options, where all examples have the same, and else the targets.
fn labels(examples: &[Example], answers: &[Answer]) -> Labels {
    let options = examples.first().map_or(&[][..], |first| &first.options);
    let shared = examples.iter().all(|example| example.options == options);
    let names = options.iter().filter(|_| shared).map(String::as_str);
    let targets = examples.iter().map(|example| example.targets.as_str());
    Labels::new(names, targets.zip(answers.iter().map(|answer| &*answer.text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{example, with_options};

    fn value(metric: Metric, examples: &[Example], answers: &[(&str, Option<usize>)]) -> f64 {
        let answers: Vec<_> =
            answers.iter().map(|&(text, option)| Answer { text: text.into(), option }).collect();
        Marks::new(metric, examples, &answers).value()
    }

    #[test]
    fn accuracy_compares_words_with_all_references() {
        let mut examples = [example("oh  yes"), example("yes"), example("yes")];
        examples[2].references.push("yeah".to_owned());
        let answers = [(" oh yes\n", None), ("Yes", None), ("yeah", None)];
        let found = value(Metric::Accuracy, &examples, &answers);
        assert!((found - 200.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn options_count_by_position() {
        let examples = [with_options(&["a", "b"], 1), with_options(&["a", "b"], 0)];
        let answers = [("", Some(1)), ("a", None)];
        assert_eq!(value(Metric::OptionAccuracy, &examples, &answers), 50.0);
    }

    /// A class that no example has still counts in the mean over classes.
    #[test]
    fn classes_are_the_shared_options() {
        let examples =
            [with_options(&["a", "b", "c", "d"], 1), with_options(&["a", "b", "c", "d"], 0)];
        let answers = [("b", None), ("a", None)];
        assert_eq!(value(Metric::MacroF1, &examples, &answers), 50.0);
        let examples = [with_options(&["a", "b", "c"], 1), with_options(&["a", "b", "d"], 0)];
        assert_eq!(value(Metric::MacroF1, &examples, &answers), 100.0);
    }

    #[test]
    fn numbers_are_read_from_texts() {
        let examples = ["0.0", "2.0", "1.0"].map(example);
        let answers = [("0", None), ("1", None), ("2.0", None)];
        assert!((value(Metric::Spearman, &examples, &answers) - 50.0).abs() < 1e-9);
        let answers = [("-1", None), ("3", None), ("no number", None)];
        let same = [("nothing", None), ("3", None), ("", None)];
        assert_eq!(
            value(Metric::Pearson, &examples, &answers),
            value(Metric::Pearson, &examples, &same)
        );
    }
}
