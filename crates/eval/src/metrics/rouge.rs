//! ROUGE-1, ROUGE-2 and ROUGE-L as the `rouge_score` package computes them, without stemming.
//!
//! Source: Lin, "ROUGE: a package for automatic evaluation of summaries" (2004), in the reading of
//! `rouge_score` 0.1.2: F measure, and the best reference where there are several
//! (`RougeScorer.score_multi`).

use std::collections::HashMap;
use std::hash::Hash;

/// Which overlap is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rouge {
    /// Common n-grams of this length.
    Words(usize),
    /// The longest common subsequence of words, over the whole text.
    Longest,
}

impl Rouge {
    /// The largest F measure, in 0..=1, of the prediction against a reference.
    pub fn best(self, prediction: &str, references: &[String]) -> f64 {
        let prediction = words(prediction);
        references
            .iter()
            .map(|reference| self.between(&prediction, &words(reference)))
            .fold(0.0, f64::max)
    }

    fn between(self, prediction: &[String], reference: &[String]) -> f64 {
        let (common, predicted, referred) = match self {
            Rouge::Words(length) => common_ngrams(prediction, reference, length),
            Rouge::Longest => (
                longest_common_subsequence(prediction, reference),
                prediction.len(),
                reference.len(),
            ),
        };
        if common == 0 {
            return 0.0;
        }
        let precision = common as f64 / predicted as f64;
        let recall = common as f64 / referred as f64;
        2.0 * precision * recall / (precision + recall)
    }
}

/// Lower case, everything but `a-z` and `0-9` a separator.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Common n-grams with their smaller count, and the number of n-grams on both sides.
fn common_ngrams(
    prediction: &[String],
    reference: &[String],
    length: usize,
) -> (usize, usize, usize) {
    let (predicted, referred) = (counts(prediction, length), counts(reference, length));
    let common = predicted
        .iter()
        .map(|(ngram, &count)| count.min(referred.get(ngram).copied().unwrap_or(0)))
        .sum();
    (common, predicted.values().sum(), referred.values().sum())
}

fn counts<T: Hash + Eq>(words: &[T], length: usize) -> HashMap<&[T], usize> {
    let mut counts = HashMap::new();
    for ngram in words.windows(length.max(1)) {
        *counts.entry(ngram).or_default() += 1;
    }
    counts
}

/// Length of the longest common subsequence; time |a|·|b|, memory |b|.
fn longest_common_subsequence<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (column, y) in b.iter().enumerate() {
            let above = row[column + 1];
            row[column + 1] = if x == y { diagonal + 1 } else { above.max(row[column]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let reference = ["the cat sat on the mat".to_owned()];
        let score = |rouge: Rouge| rouge.best("The cat, the MAT", &reference);
        assert!((score(Rouge::Words(1)) - 0.8).abs() < 1e-12);
        assert!((score(Rouge::Words(2)) - 0.5).abs() < 1e-12);
        assert!((score(Rouge::Longest) - 0.8).abs() < 1e-12);
    }

    #[test]
    fn nothing_in_common_is_zero() {
        for rouge in [Rouge::Words(1), Rouge::Words(2), Rouge::Longest] {
            assert_eq!(rouge.best("", &["a b".to_owned()]), 0.0);
            assert_eq!(rouge.best("a b", &["…".to_owned()]), 0.0);
            assert_eq!(rouge.best("a b", &[]), 0.0);
        }
    }
}
