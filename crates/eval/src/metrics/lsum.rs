//! ROUGE-Lsum: the longest common subsequence summed over sentences.
//!
//! Source: Lin (2004), section 3.2, as `rouge_score` 0.1.2 has it: each sentence of the reference
//! is matched with the union of its longest common subsequences with the prediction's sentences,
//! and a word counts at most as often as it stands on either side.

use super::rouge::{f_measure, words};
use std::collections::{BTreeSet, HashMap};

/// The largest F measure, in 0..=1, of the prediction against a reference. Sentences end at line
/// ends and, as in T5's `rouge`, at ` . `.
pub(super) fn best(prediction: &str, references: &[String]) -> f64 {
    let prediction = sentences(prediction);
    references
        .iter()
        .map(|reference| between(&prediction, &sentences(reference)))
        .fold(0.0, f64::max)
}

fn sentences(text: &str) -> Vec<Vec<String>> {
    let lower = text.replace(" . ", " .\n").to_lowercase();
    lower.split('\n').map(|line| words(line).map(str::to_owned).collect()).collect()
}

fn between(prediction: &[Vec<String>], reference: &[Vec<String>]) -> f64 {
    let (mut predicted, mut referred) = (counts(prediction), counts(reference));
    let mut common = 0;
    for sentence in reference {
        let union: BTreeSet<usize> =
            prediction.iter().flat_map(|predicted| subsequence(sentence, predicted)).collect();
        for word in union.into_iter().map(|index| sentence[index].as_str()) {
            let left = (predicted.get_mut(word), referred.get_mut(word));
            if let (Some(predicted @ 1..), Some(referred @ 1..)) = left {
                (*predicted, *referred) = (*predicted - 1, *referred - 1);
                common += 1;
            }
        }
    }
    let length = |sentences: &[Vec<String>]| sentences.iter().map(Vec::len).sum();
    f_measure(common, length(prediction), length(reference))
}

fn counts(sentences: &[Vec<String>]) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for word in sentences.iter().flatten() {
        *counts.entry(word.as_str()).or_default() += 1;
    }
    counts
}

/// Positions in `reference` of one of the longest common subsequences: of several that which
/// `rouge_score` finds, since the union depends on it.
fn subsequence(reference: &[String], prediction: &[String]) -> Vec<usize> {
    let columns = prediction.len() + 1;
    let mut lengths = vec![0u32; (reference.len() + 1) * columns];
    for (i, word) in reference.iter().enumerate() {
        for (j, other) in prediction.iter().enumerate() {
            let (above, left) = (i * columns + j + 1, (i + 1) * columns + j);
            lengths[left + 1] = match word == other {
                true => lengths[above - 1] + 1,
                false => lengths[above].max(lengths[left]),
            };
        }
    }
    let (mut i, mut j) = (reference.len(), prediction.len());
    let mut found = Vec::new();
    while i > 0 && j > 0 {
        if reference[i - 1] == prediction[j - 1] {
            (i, j) = (i - 1, j - 1);
            found.push(i);
        } else if lengths[i * columns + j - 1] > lengths[(i - 1) * columns + j] {
            j -= 1;
        } else {
            i -= 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(prediction: &str, reference: &str) -> f64 {
        best(prediction, &[reference.to_owned()])
    }

    #[test]
    fn the_order_of_sentences_does_not_count() {
        assert_eq!(score("b c d\na", "a\nb c d"), 1.0);
        assert_eq!(score("b c d . a", "a . b c d"), 1.0);
        assert_eq!(score("b c d a", "a b c d"), 0.75);
    }

    #[test]
    fn words_count_once() {
        assert!((score("a b\na c", "a") - 0.4).abs() < 1e-12);
        assert_eq!(score("", "a"), 0.0);
        assert_eq!(score("…", "…"), 0.0);
    }
}
