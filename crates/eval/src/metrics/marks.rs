//! A task's predictions as one of its metrics sees them.

use super::marking::Marking;
use super::{
    BleuCounts, LabelSets, Labels, Overlap, area_under_roc, average_precision, pearson, spearman,
};
use ext5_task::{Example, Metric, Reading};
use std::borrow::Cow;

/// What a system answered to one example.
#[derive(Clone, Debug, PartialEq)]
pub struct Response<'a> {
    /// The text it gave.
    pub text: Cow<'a, str>,
    /// The option it chose, from 0, where it had to choose.
    pub option: Option<usize>,
    /// The scores of the options, where it gave some.
    pub scores: &'a [f64],
}

/// All that one metric needs to know about a system's responses, ready to be computed over any
/// sample of its units: examples or groups of examples. Values are times 100.
#[derive(Clone, Debug, PartialEq)]
pub enum Marks {
    /// The metric is the mean of one value for each example.
    Each(Vec<f64>),
    /// The metric is the mean of one value for each group of examples.
    Groups {
        /// The first example of each group.
        first: Vec<usize>,
        /// The value of each group.
        values: Vec<f64>,
    },
    /// Matthews's correlation coefficient.
    Matthews(Labels),
    /// Mean F1 of all classes.
    MacroF1(Labels),
    /// Mean F1 of all classes, weighed by their examples.
    WeightedF1(Labels),
    /// Mean recall of all classes.
    MacroRecall(Labels),
    /// Mean F1 of the classes with these numbers.
    F1(Labels, Vec<usize>),
    /// Mean F1 of all classes, of which an example may have several.
    LabelsMacroF1(LabelSets),
    /// F1 over the labels or spans of all examples.
    MicroF1(Vec<Overlap>),
    /// BLEU of all texts.
    Bleu(Vec<BleuCounts>),
    /// Pearson's correlation of truth and prediction.
    Pearson(Vec<(f64, f64)>),
    /// Spearman's correlation of truth and prediction.
    Spearman(Vec<(f64, f64)>),
    /// Area under the ROC curve of scores, each with whether it is of a right one.
    AucRoc(Vec<(f64, bool)>),
    /// Average precision of the same.
    AucPr(Vec<(f64, bool)>),
}

impl Marks {
    /// Marks the responses to labelled examples, one response for each example.
    ///
    /// Metrics of free text (those from [`Metric::ExactMatch`] to [`Metric::TriviaTokenF1`], ROUGE,
    /// BLEU, METEOR, SARI and edit similarity) take a group for one question: its references are those of all its
    /// examples, and the response to the first of them is scored.
    pub fn new(
        metric: Metric,
        reading: &Reading,
        examples: &[Example],
        responses: &[Response],
    ) -> Self {
        Marking { reading, examples, responses }.marks(metric)
    }

    /// Number of units.
    pub fn len(&self) -> usize {
        match self {
            Marks::Each(values) | Marks::Groups { values, .. } => values.len(),
            Marks::Matthews(labels)
            | Marks::MacroF1(labels)
            | Marks::WeightedF1(labels)
            | Marks::MacroRecall(labels)
            | Marks::F1(labels, _) => labels.len(),
            Marks::LabelsMacroF1(sets) => sets.len(),
            Marks::MicroF1(overlaps) => overlaps.len(),
            Marks::Bleu(counts) => counts.len(),
            Marks::Pearson(pairs) | Marks::Spearman(pairs) => pairs.len(),
            Marks::AucRoc(scores) | Marks::AucPr(scores) => scores.len(),
        }
    }

    /// Whether there are no units.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a unit is, in the plural.
    pub fn units(&self) -> &'static str {
        match self {
            Marks::Groups { .. } => "groups of examples",
            _ => "examples",
        }
    }

    /// The metric over all units.
    pub fn value(&self) -> f64 {
        self.over(&(0..self.len()).collect::<Vec<_>>())
    }

    /// The metric over some units, given by number; one may come several times.
    pub fn over(&self, sample: &[usize]) -> f64 {
        let units = || sample.iter().copied();
        let chosen = |pairs: &[(f64, f64)]| units().map(|i| pairs[i]).collect::<Vec<_>>();
        let picked = |scores: &[(f64, bool)]| units().map(|i| scores[i]).collect::<Vec<_>>();
        match self {
            Marks::Each(values) | Marks::Groups { values, .. } => {
                units().map(|i| values[i]).sum::<f64>() / sample.len().max(1) as f64
            }
            Marks::Matthews(labels) => 100.0 * labels.matthews(units()),
            Marks::MacroF1(labels) => 100.0 * labels.macro_f1(units()),
            Marks::WeightedF1(labels) => 100.0 * labels.weighted_f1(units()),
            Marks::MacroRecall(labels) => 100.0 * labels.macro_recall(units()),
            Marks::F1(labels, positive) => 100.0 * labels.f1(positive, units()),
            Marks::LabelsMacroF1(sets) => 100.0 * sets.macro_f1(units()),
            Marks::MicroF1(overlaps) => 100.0 * Overlap::f1(units().map(|i| &overlaps[i])),
            Marks::Bleu(counts) => 100.0 * BleuCounts::bleu(units().map(|i| &counts[i])),
            Marks::Pearson(pairs) => 100.0 * pearson(&chosen(pairs)),
            Marks::Spearman(pairs) => 100.0 * spearman(&chosen(pairs)),
            Marks::AucRoc(scores) => 100.0 * area_under_roc(&picked(scores)),
            Marks::AucPr(scores) => 100.0 * average_precision(&picked(scores)).unwrap_or(0.0),
        }
    }

    /// The units of both, those of `other` after these, so that a sample may take some from either;
    /// none unless they are marks of one metric over as many of the same examples.
    pub fn joined(&self, other: &Self) -> Option<Self> {
        fn both<T: Clone>(first: &[T], second: &[T]) -> Vec<T> {
            [first, second].concat()
        }
        let same = self.len() == other.len();
        let joined = match (self, other) {
            (Marks::Each(a), Marks::Each(b)) => Marks::Each(both(a, b)),
            (Marks::Groups { first, values: a }, Marks::Groups { first: other, values: b }) => {
                Marks::Groups { first: both(first, other), values: both(a, b) }
            }
            (Marks::Matthews(a), Marks::Matthews(b)) => Marks::Matthews(a.joined(b)?),
            (Marks::MacroF1(a), Marks::MacroF1(b)) => Marks::MacroF1(a.joined(b)?),
            (Marks::WeightedF1(a), Marks::WeightedF1(b)) => Marks::WeightedF1(a.joined(b)?),
            (Marks::MacroRecall(a), Marks::MacroRecall(b)) => Marks::MacroRecall(a.joined(b)?),
            (Marks::F1(a, positive), Marks::F1(b, _)) => Marks::F1(a.joined(b)?, positive.clone()),
            (Marks::LabelsMacroF1(a), Marks::LabelsMacroF1(b)) => {
                Marks::LabelsMacroF1(a.joined(b)?)
            }
            (Marks::MicroF1(a), Marks::MicroF1(b)) => Marks::MicroF1(both(a, b)),
            (Marks::Bleu(a), Marks::Bleu(b)) => Marks::Bleu(both(a, b)),
            (Marks::Pearson(a), Marks::Pearson(b)) => Marks::Pearson(both(a, b)),
            (Marks::Spearman(a), Marks::Spearman(b)) => Marks::Spearman(both(a, b)),
            (Marks::AucRoc(a), Marks::AucRoc(b)) => Marks::AucRoc(both(a, b)),
            (Marks::AucPr(a), Marks::AucPr(b)) => Marks::AucPr(both(a, b)),
            _ => return None,
        };
        same.then_some(joined)
    }

    /// The values of the units, where the metric is their mean.
    pub fn each(&self) -> Option<&[f64]> {
        match self {
            Marks::Each(values) | Marks::Groups { values, .. } => Some(values),
            _ => None,
        }
    }

    /// What an example adds to the metric, where that is a mean: its value or, for the first of a
    /// group, the group's.
    pub fn of_example(&self, example: usize) -> Option<f64> {
        match self {
            Marks::Each(values) => values.get(example).copied(),
            Marks::Groups { first, values } => {
                let group = first.binary_search(&example).ok()?;
                values.get(group).copied()
            }
            _ => None,
        }
    }
}

/// Whether two texts are equal but for the length of their white space: SentencePiece collapses
/// runs of it, so that a text with two spaces on end could never be generated.
pub(crate) fn same_words(first: &str, second: &str) -> bool {
    first.split_whitespace().eq(second.split_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{example, with_options};

    fn value(metric: Metric, examples: &[Example], answers: &[(&str, Option<usize>)]) -> f64 {
        read_value(&Reading::default(), metric, examples, answers)
    }

    fn read_value(
        reading: &Reading,
        metric: Metric,
        examples: &[Example],
        answers: &[(&str, Option<usize>)],
    ) -> f64 {
        let response =
            |&(text, option)| Response { text: Cow::Borrowed(text), option, scores: &[] };
        let responses: Vec<_> = answers.iter().map(response).collect();
        Marks::new(metric, reading, examples, &responses).value()
    }

    fn grouped(targets: &str, group: &str) -> Example {
        Example { group: Some(group.to_owned()), ..example(targets) }
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

    #[test]
    fn accuracy_compares_what_texts_say() {
        let examples = ["3.0", "1250"].map(example);
        let answers = [("3", None), ("1,250", None)];
        assert_eq!(value(Metric::Accuracy, &examples, &answers), 0.0);
        assert_eq!(read_value(&Reading::Number {}, Metric::Accuracy, &examples, &answers), 100.0);
        let spans: Reading = serde_json::from_str(r#"{"kind": "spans"}"#).unwrap();
        let examples = ["a: x; b: y", "none"].map(example);
        let answers = [("b: y; a: x", None), ("a: x", None)];
        assert_eq!(read_value(&spans, Metric::Accuracy, &examples, &answers), 50.0);
        // One span too many.
        assert_eq!(read_value(&spans, Metric::SpanF1, &examples, &answers), 80.0);
    }

    /// By the reference's table: references of a group count for all of it, and its first response.
    #[test]
    fn a_group_is_one_question() {
        let examples = [grouped("x", "g"), grouped("y", "g"), grouped("z", "h")];
        let answers = [("y", None), ("wrong", None), ("wrong", None)];
        for metric in [Metric::ExactMatch, Metric::TriviaTokenF1, Metric::Rouge1] {
            assert_eq!(value(metric, &examples, &answers), 50.0, "{metric}");
        }
        assert_eq!(value(Metric::Accuracy, &examples, &answers), 0.0);
        let responses =
            answers.map(|(text, option)| Response { text: text.into(), option, scores: &[] });
        let marks = Marks::new(Metric::ExactMatch, &Reading::default(), &examples, &responses);
        assert_eq!([0, 1, 2].map(|i| marks.of_example(i)), [Some(100.0), None, Some(0.0)]);
    }

    #[test]
    fn all_of_a_group_must_match() {
        let groups = [("0", "a"), ("1", "b"), ("0", "a")];
        let examples = groups.map(|(targets, group)| grouped(targets, group));
        let answers = [("0", None), ("0", None), ("1", None)];
        assert_eq!(value(Metric::AllMatch, &examples, &answers), 0.0);
        let answers = [("0", None), ("0", None), ("0", None)];
        assert_eq!(value(Metric::AllMatch, &examples, &answers), 50.0);
    }

    #[test]
    fn f1_is_of_the_positive_classes() {
        let class = |answer| with_options(&["none", "against", "favor"], answer);
        let examples = [class(0), class(1), class(2), class(2)];
        let answers = [("none", None), ("against", None), ("favor", None), ("none", None)];
        let f1 = |positive: &[&str]| {
            let positive = positive.iter().map(|&name| name.to_owned()).collect();
            read_value(&Reading::Label { positive }, Metric::F1, &examples, &answers)
        };
        assert!((f1(&["against", "favor"]) - 250.0 / 3.0).abs() < 1e-9);
        assert!((f1(&[]) - 200.0 / 3.0).abs() < 1e-9);
    }

    /// The reference's example of rank classification: AUC-ROC 66.67, AUC-PR 50.
    #[test]
    fn areas_under_curves_of_options() {
        let examples = [0, 1, 0, 0].map(|answer| with_options(&["no", "yes"], answer));
        let scores = [[0.1, 0.5], [1.0, 1.1], [0.3, 0.1], [0.6, 0.5]];
        let response = |scores| Response { text: "".into(), option: None, scores };
        let of = |metric, responses: &[Response]| {
            Marks::new(metric, &Reading::default(), &examples, responses).value()
        };
        let responses: Vec<_> = scores.iter().map(|scores| response(&scores[..])).collect();
        assert!((of(Metric::AucRoc, &responses) - 200.0 / 3.0).abs() < 1e-9);
        assert!((of(Metric::AucPr, &responses) - 50.0).abs() < 1e-9);
        let unscored: Vec<_> = scores.iter().map(|_| response(&[])).collect();
        assert_eq!(of(Metric::AucRoc, &unscored), 50.0);
        assert_eq!(of(Metric::AucPr, &unscored), 25.0);
    }

    /// The reference's example of rank classification too: F1 66.67.
    #[test]
    fn f1_of_chosen_options() {
        let examples = [0, 1, 0, 0].map(|answer| with_options(&["no", "yes"], answer));
        let of = |metric, chosen: [Option<usize>; 4]| {
            let response = |option| Response { text: "".into(), option, scores: &[] };
            let responses = chosen.map(response);
            Marks::new(metric, &Reading::default(), &examples, &responses).value()
        };
        // By the scores .1 .5, 1.0 1.1, .3 .1, .6 .5.
        let chosen = [1, 1, 0, 0].map(Some);
        assert!((of(Metric::OptionF1, chosen) - 200.0 / 3.0).abs() < 1e-9);
        assert!((of(Metric::OptionMacroF1, chosen) - (200.0 / 3.0 + 80.0) / 2.0).abs() < 1e-9);
        assert_eq!(of(Metric::OptionF1, [None; 4]), 0.0);
    }

    /// Marks of two systems side by side: any choice between them can be scored.
    #[test]
    fn joined_marks_are_of_both() {
        let examples = ["a b c d e", "f g h i j"].map(example);
        let marks = |metric, texts: [&str; 2]| {
            let responses = texts.map(|t| Response { text: t.into(), option: None, scores: &[] });
            Marks::new(metric, &Reading::default(), &examples, &responses)
        };
        let (right, wrong) = (["a b c d e", "f g h i j"], ["x", "f g h"]);
        for metric in [Metric::Bleu13a, Metric::RougeL, Metric::Matthews, Metric::MacroF1] {
            let (first, second) = (marks(metric, right), marks(metric, wrong));
            let both = first.joined(&second).unwrap();
            assert_eq!(both.over(&[0, 1]), first.value(), "{metric}");
            assert_eq!(both.over(&[2, 3]), second.value(), "{metric}");
            let mixed = marks(metric, ["a b c d e", "f g h"]).value();
            assert!((both.over(&[0, 3]) - mixed).abs() < 1e-9, "{metric}");
        }
        let other = marks(Metric::Pearson, right);
        assert_eq!(marks(Metric::Bleu13a, right).joined(&other), None);
    }

    #[test]
    fn candidates_are_ranked_within_their_group() {
        let candidate = |answer, group: &str| Example {
            group: Some(group.to_owned()),
            ..with_options(&["no", "yes"], answer)
        };
        let examples = [candidate(1, "a"), candidate(0, "b"), candidate(0, "a"), candidate(1, "c")];
        let scores = [[-2.0, -1.5], [0.0, -9.0], [-9.0, -8.0], [-1.0, -2.0]];
        let response = |scores| Response { text: "".into(), option: None, scores };
        let responses: Vec<_> = scores.iter().map(|scores| response(&scores[..])).collect();
        let of = |responses: &[Response]| {
            Marks::new(Metric::MeanAveragePrecision, &Reading::default(), &examples, responses)
        };
        // Group b has nothing to find, in group a the wrong one comes first.
        let marks = of(&responses);
        assert_eq!((marks.value(), marks.len(), marks.of_example(3)), (75.0, 2, Some(100.0)));
        let unscored: Vec<_> = scores.iter().map(|_| response(&[])).collect();
        assert_eq!(of(&unscored).value(), 75.0);
    }
}
