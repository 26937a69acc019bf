//! A task's predictions as one of its metrics sees them.

use super::groups::{groups, references};
use super::{
    AnswerRules, BleuCounts, BleuTokens, LabelSets, Labels, Overlap, Rouge, area_under_roc,
    average_precision, edit_similarity, names_referent, number, pearson, reciprocal_rank, spearman,
};
use ext5_task::{Answer, Example, Metric, Reading};
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
    /// BLEU and edit similarity) take a group for one question: its references are those of all its
    /// examples, and the response to the first of them is scored.
    pub fn new(
        metric: Metric,
        reading: &Reading,
        examples: &[Example],
        responses: &[Response],
    ) -> Self {
        let marking = Marking { reading, examples, responses };
        match metric {
            Metric::Accuracy => marking.each(|e, r| outcome(marking.is_right(e, r))),
            Metric::OptionAccuracy => {
                marking.each(|e, r| outcome(r.option.is_some() && r.option == e.answer))
            }
            Metric::AllMatch => marking.all_match(),
            Metric::MeanAveragePrecision => marking.ranking(average_precision),
            Metric::MeanReciprocalRank => marking.ranking(reciprocal_rank),
            Metric::AucRoc => Marks::AucRoc(marking.odds()),
            Metric::AucPr => Marks::AucPr(marking.odds()),
            Metric::Wsc => marking
                .texts(|t, all| outcome(all.iter().any(|referent| names_referent(t, referent)))),
            Metric::WeightedF1 => Marks::WeightedF1(marking.labels()),
            Metric::ExactMatch => marking.texts(|t, all| AnswerRules::Squad.exact_match(t, all)),
            Metric::TokenF1 => marking.texts(|t, all| AnswerRules::Squad.token_f1(t, all)),
            Metric::TriviaExactMatch => {
                marking.texts(|t, all| AnswerRules::TriviaQa.exact_match(t, all))
            }
            Metric::TriviaTokenF1 => marking.texts(|t, all| AnswerRules::TriviaQa.token_f1(t, all)),
            Metric::Rouge1 => marking.texts(|t, all| Rouge::Words(1).best(t, all)),
            Metric::Rouge2 => marking.texts(|t, all| Rouge::Words(2).best(t, all)),
            Metric::RougeL => marking.texts(|t, all| Rouge::Longest.best(t, all)),
            Metric::RougeLsum => marking.texts(|t, all| Rouge::LongestOfSentences.best(t, all)),
            Metric::EditSimilarity => marking.texts(edit_similarity),
            Metric::Bleu13a => marking.bleu(BleuTokens::V13a),
            Metric::BleuIntl => marking.bleu(BleuTokens::Intl),
            Metric::Matthews => Marks::Matthews(marking.labels()),
            Metric::F1 => marking.f1(),
            Metric::MacroF1 => match reading {
                Reading::Labels { .. } => Marks::LabelsMacroF1(LabelSets::new(&marking.read())),
                _ => Marks::MacroF1(marking.labels()),
            },
            Metric::MicroF1 | Metric::SpanF1 => {
                let overlap = |(truth, prediction): &(_, _)| Overlap::new(truth, prediction);
                Marks::MicroF1(marking.read().iter().map(overlap).collect())
            }
            Metric::Pearson => Marks::Pearson(marking.numbers()),
            Metric::Spearman => Marks::Spearman(marking.numbers()),
        }
    }

    /// Number of units.
    pub fn len(&self) -> usize {
        match self {
            Marks::Each(values) | Marks::Groups { values, .. } => values.len(),
            Marks::Matthews(labels)
            | Marks::MacroF1(labels)
            | Marks::WeightedF1(labels)
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

/// Examples with the responses to them.
#[derive(Clone, Copy)]
struct Marking<'a> {
    reading: &'a Reading,
    examples: &'a [Example],
    responses: &'a [Response<'a>],
}

impl Marking<'_> {
    fn each(&self, mark: impl Fn(&Example, &Response) -> f64) -> Marks {
        let pairs = self.examples.iter().zip(self.responses);
        Marks::Each(pairs.map(|(example, response)| 100.0 * mark(example, response)).collect())
    }

    /// A mean over questions of what `mark` says of a text and the references.
    fn texts(&self, mark: impl Fn(&str, &[String]) -> f64) -> Marks {
        if self.examples.iter().all(|example| example.group.is_none()) {
            return self.each(|example, response| mark(&response.text, &example.references));
        }
        self.groups(|group| {
            let references = references(self.examples, group);
            Some(mark(&self.responses[group[0]].text, &references))
        })
    }

    /// A mean over those groups that have a value.
    fn groups(&self, mark: impl Fn(&[usize]) -> Option<f64>) -> Marks {
        let groups = groups(self.examples);
        let marked = groups.iter().filter_map(|group| Some((group[0], 100.0 * mark(group)?)));
        let (first, values) = marked.unzip();
        Marks::Groups { first, values }
    }

    fn all_match(&self) -> Marks {
        let right =
            |&number: &usize| self.is_right(&self.examples[number], &self.responses[number]);
        self.groups(|group| Some(outcome(group.iter().all(right))))
    }

    fn is_right(&self, example: &Example, response: &Response) -> bool {
        let answer = self.reading.read(&response.text);
        example.references.iter().any(|reference| self.reading.read(reference) == answer)
    }

    /// Candidates of a group ranked by how much the positive option's score exceeds the best other
    /// one's.
    fn ranking(&self, value: impl Fn(&[(f64, bool)]) -> Option<f64>) -> Marks {
        let candidate = |&number: &usize| {
            let example = &self.examples[number];
            let positive = self.positive_option(&example.options)?;
            let scores = self.responses[number].scores;
            let others = scores.iter().enumerate().filter(|&(option, _)| option != positive);
            let best = others.map(|(_, &score)| score).fold(f64::NEG_INFINITY, f64::max);
            // Without scores all candidates are alike.
            let score = scores.get(positive).map_or(0.0, |score| score - best);
            Some((score, example.answer == Some(positive)))
        };
        self.groups(|group| value(&group.iter().filter_map(candidate).collect::<Vec<_>>()))
    }

    /// The log-odds of each example's positive option, which rank as its softmax probability does,
    /// and whether it is right. Without scores all examples are alike.
    fn odds(&self) -> Vec<(f64, bool)> {
        let pairs = self.examples.iter().zip(self.responses);
        let of = |(example, response): (&Example, &Response)| {
            let positive = self.positive_option(&example.options)?;
            let odds = log_odds(response.scores, positive);
            Some((odds, example.answer == Some(positive)))
        };
        pairs.filter_map(of).collect()
    }

    fn positive_option(&self, options: &[String]) -> Option<usize> {
        match self.reading {
            Reading::Label { positive } if !positive.is_empty() => {
                options.iter().position(|option| positive.contains(option))
            }
            _ => options.len().checked_sub(1),
        }
    }

    fn bleu(&self, tokens: BleuTokens) -> Marks {
        let count = |group: &Vec<usize>| {
            let references = references(self.examples, group);
            BleuCounts::new(tokens, &self.responses[group[0]].text, &references)
        };
        Marks::Bleu(groups(self.examples).iter().map(count).collect())
    }

    /// The classes are the options, where all examples have the same, and else the targets.
    fn labels(&self) -> Labels {
        let options = self.examples.first().map_or(&[][..], |first| &first.options);
        let shared = self.examples.iter().all(|example| example.options == options);
        let names = options.iter().filter(|_| shared).map(String::as_str);
        let targets = self.examples.iter().map(|example| example.targets.as_str());
        Labels::new(names, targets.zip(self.responses.iter().map(|response| &*response.text)))
    }

    fn f1(&self) -> Marks {
        let labels = self.labels();
        let positive = match self.reading {
            Reading::Label { positive } if !positive.is_empty() => {
                positive.iter().filter_map(|name| labels.class(name)).collect()
            }
            _ => labels.classes().checked_sub(1).into_iter().collect(),
        };
        Marks::F1(labels, positive)
    }

    /// Targets and texts as read.
    fn read(&self) -> Vec<(Answer, Answer)> {
        let pairs = self.examples.iter().zip(self.responses);
        let read = |(example, response): (&Example, &Response)| {
            (self.reading.read(&example.targets), self.reading.read(&response.text))
        };
        pairs.map(read).collect()
    }

    fn numbers(&self) -> Vec<(f64, f64)> {
        let pairs = self.examples.iter().zip(self.responses);
        pairs.map(|(e, r)| (number(&e.targets), number(&r.text))).collect()
    }
}

/// The logarithm of an option's odds against all others, by scores that are log-probabilities; 0
/// without scores.
fn log_odds(scores: &[f64], option: usize) -> f64 {
    let Some(score) = scores.get(option) else { return 0.0 };
    let others = || scores.iter().enumerate().filter(|&(i, _)| i != option).map(|(_, &s)| s);
    let greatest = others().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = others().map(|other| (other - greatest).exp()).sum();
    score - greatest - sum.ln()
}

fn outcome(right: bool) -> f64 {
    f64::from(u8::from(right))
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
