//! Metrics over class labels that need all examples at once.

use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Class labels of predictions and truths as ids. The classes are `0..classes`; a predicted text
/// that is no class has the id `classes`, one more class for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    classes: usize,
    names: Vec<String>,
    /// Truth and prediction of each example.
    pairs: Vec<(usize, usize)>,
    /// Over all examples.
    all: Counts,
}

impl Labels {
    /// Looks up labels, given as truth and prediction, among `names`, all without white space
    /// around them. Truths that `names` lacks are appended to it in order of appearance.
    pub fn new<'a>(
        names: impl IntoIterator<Item = &'a str>,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let labels: Vec<_> = labels.into_iter().map(|(t, p)| (t.trim(), p.trim())).collect();
        let mut known: HashMap<&str, usize, RandomState> = HashMap::default();
        let mut all: Vec<String> = Vec::new();
        for name in names.into_iter().map(str::trim).chain(labels.iter().map(|label| label.0)) {
            known.entry(name).or_insert_with(|| {
                all.push(name.to_owned());
                all.len() - 1
            });
        }
        let id = |name| known.get(name).copied().unwrap_or(known.len());
        let pairs = labels.iter().map(|&(truth, prediction)| (id(truth), id(prediction)));
        Labels::numbered(&all, pairs)
    }

    /// Takes classes by their position in `names`, given as truth and prediction. Truths must be
    /// below the number of names; a prediction that is not is no class.
    pub fn numbered(names: &[String], pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let classes = names.len();
        let pairs: Vec<_> = pairs
            .into_iter()
            .map(|(truth, prediction)| (truth.min(classes), prediction.min(classes)))
            .collect();
        let all = Counts::new(classes, pairs.iter().copied());
        Labels { classes, names: names.to_vec(), pairs, all }
    }

    /// The examples of both, those of `other` after these; none unless the classes are the same.
    pub(super) fn joined(&self, other: &Self) -> Option<Self> {
        let pairs = self.pairs.iter().chain(&other.pairs).copied();
        (self.names == other.names).then(|| Labels::numbered(&self.names, pairs))
    }

    /// The number of a class by its name.
    pub fn class(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name.trim())
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of examples.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Matthews's correlation coefficient for any number of classes (Gorodkin 2004, as
    /// scikit-learn's `matthews_corrcoef`) over the chosen examples; 0 where it is undefined.
    pub fn matthews(&self, chosen: impl IntoIterator<Item = usize>) -> f64 {
        let counts = self.count(chosen);
        let n = counts.examples as f64;
        let product = |a: &[usize], b: &[usize]| -> f64 {
            a.iter().zip(b).map(|(&x, &y)| x as f64 * y as f64).sum()
        };
        let covariance = counts.right.iter().sum::<usize>() as f64 * n
            - product(&counts.truths, &counts.predictions);
        let of_truths = n * n - product(&counts.truths, &counts.truths);
        let of_predictions = n * n - product(&counts.predictions, &counts.predictions);
        match (of_truths * of_predictions).sqrt() {
            0.0 => 0.0,
            scale => covariance / scale,
        }
    }

    /// The unweighted mean over `0..classes` of each class's F1 over the chosen examples. A class
    /// that is neither there nor predicted has F1 0, as in scikit-learn with a fixed label list.
    ///
    /// Where only some examples are chosen, a class that no chosen one has, though another does,
    /// keeps its F1 over all examples: it was not put to the test. To count it as 0 would make
    /// every resample that misses a rare class too low, and so the bootstrap's interval.
    pub fn macro_f1(&self, chosen: impl IntoIterator<Item = usize>) -> f64 {
        let counts = self.count(chosen);
        mean((0..self.classes).map(|class| counts.or(&self.all, class).f1(class)))
    }

    /// The unweighted mean of the recall of those classes that an example has, as scikit-learn's
    /// `balanced_accuracy_score`. One that no chosen example has keeps its recall over all.
    pub fn macro_recall(&self, chosen: impl IntoIterator<Item = usize>) -> f64 {
        let counts = self.count(chosen);
        let there = (0..self.classes).filter(|&class| self.all.truths[class] > 0);
        mean(there.map(|class| {
            let counts = counts.or(&self.all, class);
            counts.right[class] as f64 / counts.truths[class] as f64
        }))
    }

    /// The mean over `0..classes` of each class's F1, weighed by how often the class is true among
    /// the chosen examples; 0 of no examples. As scikit-learn's `average="weighted"`.
    pub fn weighted_f1(&self, chosen: impl IntoIterator<Item = usize>) -> f64 {
        let counts = self.count(chosen);
        let sum: f64 =
            (0..self.classes).map(|class| counts.truths[class] as f64 * counts.f1(class)).sum();
        sum / counts.examples.max(1) as f64
    }

    /// The unweighted mean of the F1 of the classes with these numbers over the chosen examples;
    /// a class that no chosen one has is taken as in [`macro_f1`](Self::macro_f1).
    /// Where there are two classes and one of them counts, a text that is neither counts as the
    /// wrong one, as in t5's `f1_score_with_invalid`.
    pub fn f1(&self, positive: &[usize], chosen: impl IntoIterator<Item = usize>) -> f64 {
        let (mut counts, mut all) = (self.count(chosen), self.all.clone());
        if let (2, &[positive]) = (self.classes, positive) {
            for counts in [&mut counts, &mut all] {
                counts.predictions[positive] += counts.unknown[1 - positive];
            }
        }
        mean(positive.iter().map(|&class| counts.or(&all, class).f1(class)))
    }

    fn count(&self, chosen: impl IntoIterator<Item = usize>) -> Counts {
        Counts::new(self.classes, chosen.into_iter().map(|example| self.pairs[example]))
    }
}

/// 0 of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, n), value| (sum + value, n + 1));
    sum / f64::from(count.max(1))
}

/// Margins and diagonal of the confusion matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Counts {
    examples: usize,
    right: Vec<usize>,
    truths: Vec<usize>,
    predictions: Vec<usize>,
    /// Examples of each class whose prediction is no class.
    unknown: Vec<usize>,
}

impl Counts {
    /// Of truths and predictions among so many classes.
    fn new(classes: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Self {
        let zeros = || vec![0; classes + 1];
        let mut counts = Counts {
            examples: 0,
            right: zeros(),
            truths: zeros(),
            predictions: zeros(),
            unknown: zeros(),
        };
        for (truth, prediction) in pairs {
            counts.examples += 1;
            counts.truths[truth] += 1;
            counts.predictions[prediction] += 1;
            counts.right[truth] += usize::from(truth == prediction);
            counts.unknown[truth] += usize::from(prediction == classes);
        }
        counts
    }

    /// These, or those of all examples where none of these has the class.
    fn or<'a>(&'a self, all: &'a Self, class: usize) -> &'a Self {
        if self.truths[class] > 0 || all.truths[class] == 0 { self } else { all }
    }

    fn f1(&self, class: usize) -> f64 {
        match self.truths[class] + self.predictions[class] {
            0 => 0.0,
            total => 2.0 * self.right[class] as f64 / total as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(
        names: &[&'static str],
        truths: &[&'static str],
        predictions: &[&'static str],
    ) -> Labels {
        Labels::new(names.iter().copied(), truths.iter().copied().zip(predictions.iter().copied()))
    }

    /// Both from the reference's table of metrics.
    #[test]
    fn golden_values() {
        let three = labels(&["0", "1", "2"], &["0", "0", "2", "1"], &["0", "1", "2", "1"]);
        assert!((three.matthews(0..4) - 0.7).abs() < 1e-12);
        let three = labels(&["0", "1", "2"], &["0", "1", "1", "2"], &["0", "0", "2", "2"]);
        assert!((three.macro_f1(0..4) - 0.444_444_444_444).abs() < 1e-9);
    }

    /// From the reference's table too: the third and the fourth text are no class.
    #[test]
    fn in_binary_f1_no_class_is_the_wrong_class() {
        let two = labels(&["0", "1"], &["0", "1", "1", "0"], &["0", "1", "2", "2"]);
        assert!((two.f1(&[1], 0..4) - 0.5).abs() < 1e-12);
        let three = labels(&["0", "1", "n"], &["0", "1", "1", "0"], &["0", "1", "2", "2"]);
        assert!((three.f1(&[1], 0..4) - 2.0 / 3.0).abs() < 1e-12);
        assert!((three.f1(&[1, 2], 0..4) - 1.0 / 3.0).abs() < 1e-12);
    }

    /// One example in 81 has the third class: a third of all resamples lack it. Counted as 0 there,
    /// the mean over resamples would be 12 points too low.
    #[test]
    fn resamples_without_a_class_are_not_too_low() {
        let truths: Vec<&str> = [vec!["a"; 40], vec!["b"; 40], vec!["c"]].concat();
        let wrong = |(i, truth): (usize, &&'static str)| match (i % 4, *truth) {
            (0, "a") => "b",
            (0, "b") => "a",
            (_, truth) => truth,
        };
        let predictions: Vec<&str> = truths.iter().enumerate().map(wrong).collect();
        let labels = labels(&["a", "b", "c"], &truths, &predictions);
        let mut rng = ext5_core::Key::new(1).rng();
        let mut resample = |f1: &dyn Fn(&[usize]) -> f64| {
            let mut draw = || (0..81).map(|_| rng.below(81) as usize).collect::<Vec<_>>();
            (0..2000).map(|_| f1(&draw())).sum::<f64>() / 2000.0
        };
        let value = labels.macro_f1(0..81);
        let found = resample(&|sample| labels.macro_f1(sample.iter().copied()));
        assert!((found - value).abs() < 0.005, "{found} {value}");
        let recall = resample(&|sample| labels.macro_recall(sample.iter().copied()));
        assert!((recall - labels.macro_recall(0..81)).abs() < 0.005, "{recall}");
        let all = resample(&|sample| labels.f1(&[0, 2], sample.iter().copied()));
        assert!((all - labels.f1(&[0, 2], 0..81)).abs() < 0.005, "{all}");
    }

    #[test]
    fn unknown_predictions_are_one_class() {
        let some = labels(&["a", "b"], &["a", "a", "b", "b"], &["a", "x", "b", "y"]);
        let same = labels(&["a", "b"], &["a", "a", "b", "b"], &["a", "x", " b ", "x"]);
        assert_eq!(some, same);
        assert!(some.matthews(0..4) > 0.0 && some.matthews(0..4) < 1.0);
    }

    #[test]
    fn constant_predictions_have_no_correlation() {
        let constant = labels(&["a", "b"], &["a", "b"], &["a", "a"]);
        assert_eq!(constant.matthews(0..2), 0.0);
        assert_eq!(constant.matthews([]), 0.0);
        assert_eq!(labels(&[], &[], &[]).macro_f1([]), 0.0);
    }
}
