//! F1 over several labels or spans an example.

use ext5_task::{Answer, Span};
use std::collections::BTreeSet;

/// How many things the truth and the prediction of one example name, and how many both do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Things that the truth names.
    pub truths: u64,
    /// Things that the prediction names.
    pub predictions: u64,
    /// Things that both name.
    pub common: u64,
}

impl Overlap {
    /// Counts labels or spans; a text is one label. Equal spans count as often as both sides have
    /// them.
    pub fn new(truth: &Answer, prediction: &Answer) -> Self {
        if let (Answer::Spans(truths), Answer::Spans(predictions)) = (truth, prediction) {
            return Overlap::of(truths, predictions);
        }
        Overlap::of(&things(truth), &things(prediction))
    }

    /// Counts sorted spans.
    fn of(truths: &[Span], predictions: &[Span]) -> Self {
        let mut left = truths.iter().peekable();
        let found = |thing: &&Span| {
            while left.next_if(|truth| truth < thing).is_some() {}
            left.next_if(|truth| truth == thing).is_some()
        };
        Overlap {
            truths: truths.len() as u64,
            predictions: predictions.len() as u64,
            common: predictions.iter().filter(found).count() as u64,
        }
    }

    /// F1, in 0..=1, over all things of some examples; 0 where none is named.
    pub fn f1<'a>(examples: impl IntoIterator<Item = &'a Overlap>) -> f64 {
        let (mut common, mut total) = (0, 0);
        for example in examples {
            common += example.common;
            total += example.truths + example.predictions;
        }
        if total == 0 { 0.0 } else { 2.0 * common as f64 / total as f64 }
    }
}

/// What an answer names, in order; labels are spans without a type.
fn things(answer: &Answer) -> Vec<Span> {
    let label = |text: &str| Span { kind: String::new(), text: text.to_owned() };
    match answer {
        Answer::Text(text) if text.is_empty() => Vec::new(),
        Answer::Text(text) => vec![label(text)],
        Answer::Number(number) => vec![label(&number.to_string())],
        Answer::Labels(labels) => labels.iter().map(|text| label(text)).collect(),
        Answer::Spans(spans) => spans.clone(),
    }
}

/// Several labels an example as class numbers. The classes are the labels that the examples truly
/// have; others in predictions are in no class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSets {
    /// Of each class over all examples.
    all: Vec<Overlap>,
    /// Truth and prediction of each example.
    pairs: Vec<(Vec<usize>, Vec<usize>)>,
}

impl LabelSets {
    /// From truth and prediction of each example.
    pub fn new(pairs: &[(Answer, Answer)]) -> Self {
        let texts = |answer| things(answer).into_iter().map(|thing| thing.text);
        let classes: BTreeSet<String> = pairs.iter().flat_map(|(truth, _)| texts(truth)).collect();
        let classes: Vec<String> = classes.into_iter().collect();
        let numbers = |answer| -> Vec<usize> {
            texts(answer).filter_map(|text| classes.binary_search(&text).ok()).collect()
        };
        let pairs = pairs.iter().map(|(truth, other)| (numbers(truth), numbers(other)));
        let pairs: Vec<_> = pairs.collect();
        LabelSets::numbered(classes.len(), pairs)
    }

    /// The examples of both, those of `other` after these; none unless the classes are as many.
    pub(super) fn joined(&self, other: &Self) -> Option<Self> {
        let pairs = self.pairs.iter().chain(&other.pairs).cloned().collect();
        (self.all.len() == other.all.len()).then(|| LabelSets::numbered(self.all.len(), pairs))
    }

    /// Number of examples.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The unweighted mean of the F1 of each class over the chosen examples. One that only others
    /// have keeps its F1 over all, as in [`Labels::macro_f1`](super::Labels::macro_f1).
    pub fn macro_f1(&self, chosen: impl IntoIterator<Item = usize>) -> f64 {
        let counts = counts(self.all.len(), chosen.into_iter().map(|i| &self.pairs[i]));
        let f1 = |(count, all): (&Overlap, &Overlap)| {
            Overlap::f1([if count.truths > 0 { count } else { all }])
        };
        counts.iter().zip(&self.all).map(f1).sum::<f64>() / self.all.len().max(1) as f64
    }

    fn numbered(classes: usize, pairs: Vec<(Vec<usize>, Vec<usize>)>) -> Self {
        LabelSets { all: counts(classes, pairs.iter()), pairs }
    }
}

/// Of each class how often it is true, predicted and both.
fn counts<'a>(
    classes: usize,
    pairs: impl Iterator<Item = &'a (Vec<usize>, Vec<usize>)>,
) -> Vec<Overlap> {
    let mut counts = vec![Overlap::default(); classes];
    for (truth, prediction) in pairs {
        for &class in truth {
            counts[class].truths += 1;
            counts[class].common += u64::from(prediction.contains(&class));
        }
        for &class in prediction {
            counts[class].predictions += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use ext5_task::Reading;

    fn labels() -> Reading {
        Reading::Labels { separator: ",".to_owned(), none: "none".to_owned() }
    }

    fn spans() -> Reading {
        let [separator, marker, none] = [";", ":", "none"].map(str::to_owned);
        Reading::Spans { separator, marker, none }
    }

    fn overlap(reading: &Reading, truth: &str, prediction: &str) -> [u64; 3] {
        let found = Overlap::new(&reading.read(truth), &reading.read(prediction));
        [found.truths, found.predictions, found.common]
    }

    #[test]
    fn spans_are_right_by_type_and_text() {
        let found = overlap(&spans(), "a: x; b: y; a: x", "a: x; a: y; b: y");
        assert_eq!(found, [3, 3, 2]);
        assert_eq!(overlap(&spans(), "a: x", "a: x; a: x"), [1, 2, 1]);
        assert_eq!(overlap(&spans(), "none", "nothing"), [0, 1, 0]);
    }

    #[test]
    fn macro_f1_is_over_true_classes() {
        let read = |text| labels().read(text);
        let pairs = [("a,b", "a,b,z"), ("b", "b,a"), ("c", "none")]
            .map(|(truth, prediction)| (read(truth), read(prediction)));
        let sets = LabelSets::new(&pairs);
        assert!((sets.macro_f1(0..3) - (2.0 / 3.0 + 1.0 + 0.0) / 3.0).abs() < 1e-12);
        // Those of `a` and `c` are those over all examples.
        assert_eq!(sets.macro_f1([1]), (2.0 / 3.0 + 1.0 + 0.0) / 3.0);
        assert_eq!(LabelSets::new(&[]).macro_f1([]), 0.0);
    }

    #[test]
    fn micro_f1_counts_unknown_labels() {
        let counts = [("a,b", "a,b,z"), ("b", "b,a"), ("c", "none")].map(|(truth, prediction)| {
            Overlap::new(&labels().read(truth), &labels().read(prediction))
        });
        assert_eq!(Overlap::f1(&counts), 2.0 * 3.0 / 9.0);
        assert_eq!(Overlap::f1([]), 0.0);
    }
}
