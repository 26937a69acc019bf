//! ROUGE-Lsum: the longest common subsequence summed over sentences.
//!
//! Source: Lin (2004), section 3.2, as `rouge_score` 0.1.2 has it: each sentence of the reference
//! is matched with the union of its longest common subsequences with the prediction's sentences,
//! and a word counts at most as often as it stands on either side.

use super::grams::Numbers;
use super::rouge::{f_measure, words};

/// The largest F measure, in 0..=1, of the prediction against a reference. Sentences end at line
/// ends and, as in T5's `rouge`, at ` . `.
pub(super) fn best(prediction: &str, references: &[String]) -> f64 {
    let lines = |text: &str| text.replace(" . ", " .\n").to_lowercase();
    let (prediction, references) = (lines(prediction), references.iter().map(|text| lines(text)));
    let references: Vec<String> = references.collect();
    let mut numbers = Numbers::default();
    let prediction = sentences(&mut numbers, &prediction);
    let references: Vec<Sentences> =
        references.iter().map(|text| sentences(&mut numbers, text)).collect();
    let score = |reference| between(&prediction, reference, numbers.end());
    references.iter().map(score).fold(0.0, f64::max)
}

/// The words of each sentence as numbers.
type Sentences = Vec<Vec<u32>>;

fn sentences<'a>(numbers: &mut Numbers<&'a [u8]>, lower: &'a str) -> Sentences {
    lower.split('\n').map(|line| numbers.of(words(line))).collect()
}

/// The F measure between sentences whose words are numbers below `end`.
fn between(prediction: &Sentences, reference: &Sentences, end: usize) -> f64 {
    let (mut predicted, mut referred) = (counts(prediction, end), counts(reference, end));
    let mut common = 0;
    for sentence in reference {
        let mut union = vec![false; sentence.len()];
        for predicted in prediction {
            for place in subsequence(sentence, predicted) {
                union[place] = true;
            }
        }
        for (&word, _) in sentence.iter().zip(union).filter(|(_, found)| *found) {
            let left = (&mut predicted[word as usize], &mut referred[word as usize]);
            if let (predicted @ 1.., referred @ 1..) = left {
                (*predicted, *referred) = (*predicted - 1, *referred - 1);
                common += 1;
            }
        }
    }
    let length = |sentences: &Sentences| sentences.iter().map(Vec::len).sum();
    f_measure(common, length(prediction), length(reference))
}

/// How often each word comes.
fn counts(sentences: &Sentences, end: usize) -> Vec<u32> {
    let mut counts = vec![0; end];
    for &word in sentences.iter().flatten() {
        counts[word as usize] += 1;
    }
    counts
}

/// Positions in `reference` of one of the longest common subsequences: of several that which
/// `rouge_score` finds, since the union depends on it.
fn subsequence(reference: &[u32], prediction: &[u32]) -> Vec<usize> {
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
