//! ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum as the `rouge_score` package computes them, without stemming.
//!
//! Source: Lin, "ROUGE: a package for automatic evaluation of summaries" (2004), in the reading of
//! `rouge_score` 0.1.2: F measure, and the best reference where there are several
//! (`RougeScorer.score_multi`).

use super::grams::{Grams, Numbers, common_words, number};
use super::lsum;

/// Which overlap is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rouge {
    /// Common n-grams of this length, which is from 1 to 4.
    Words(usize),
    /// The longest common subsequence of words, over the whole text.
    Longest,
    /// The same summed over sentences (ROUGE-Lsum). Sentences end at line ends and, as in T5's
    /// `rouge`, at ` . `.
    LongestOfSentences,
}

impl Rouge {
    /// The largest F measure, in 0..=1, of the prediction against a reference.
    pub fn best(self, prediction: &str, references: &[String]) -> f64 {
        let length = match self {
            Rouge::Words(length) => Some(length),
            Rouge::Longest => None,
            Rouge::LongestOfSentences => return lsum::best(prediction, references),
        };
        let prediction = prediction.to_lowercase();
        let references: Vec<String> = references.iter().map(|text| text.to_lowercase()).collect();
        let mut numbers = Numbers::default();
        let own = numbers.of(words(&prediction));
        let references: Vec<Vec<u32>> =
            references.iter().map(|text| numbers.of(words(text))).collect();
        match length {
            Some(1) => references
                .iter()
                .map(|reference| {
                    let common = common_words(&own, reference, numbers.end());
                    f_measure(common, own.len(), reference.len())
                })
                .fold(0.0, f64::max),
            Some(length) => best_of_ngrams(&own, &references, length),
            None => references
                .iter()
                .map(|reference| {
                    let common = longest_common_subsequence(&own, reference);
                    f_measure(common, own.len(), reference.len())
                })
                .fold(0.0, f64::max),
        }
    }
}

/// The largest F measure of n-grams of a length.
fn best_of_ngrams(prediction: &Vec<u32>, references: &[Vec<u32>], length: usize) -> f64 {
    let own = Grams::new([prediction]);
    let score = |reference: &Vec<u32>| {
        let common = own.common(&Grams::new([reference]), length);
        f_measure(common, number(prediction, length), number(reference, length))
    };
    references.iter().map(score).fold(0.0, f64::max)
}

/// The harmonic mean of precision and recall; 0 where nothing is common.
pub(super) fn f_measure(common: usize, predicted: usize, referred: usize) -> f64 {
    match common {
        0 => 0.0,
        _ => 2.0 * common as f64 / (predicted + referred) as f64,
    }
}

/// The words of a text in lower case: everything but `a-z` and `0-9` separates them.
pub(super) fn words(lower: &str) -> impl Iterator<Item = &[u8]> {
    lower.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
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
