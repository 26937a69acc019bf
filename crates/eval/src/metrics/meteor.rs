//! METEOR without WordNet: exact and stemmed matches alone.
//!
//! Source: Banerjee and Lavie, "METEOR: an automatic metric for MT evaluation" (2005), with the
//! parameters of Lavie and Agarwal (2007) and the alignment of NLTK 3's `meteor_score`, which this
//! equals when NLTK is given the same words and a WordNet without entries. It is not comparable
//! with scores that count synonyms (NLTK's default) or paraphrases (the Java program, METEOR 1.5).

use super::bleu_words;
use super::porter::stem;
use std::collections::HashMap;
use std::hash::Hash;

/// Weight of precision against recall in the mean of both.
const ALPHA: f64 = 0.9;
/// How steeply fragments are punished.
const BETA: f64 = 3.0;
/// The most that fragments can cost.
const GAMMA: f64 = 0.5;

/// METEOR, in 0..=1, of the prediction with the reference that suits it best; words are those of
/// BLEU's tokenizer `13a` in lower case.
pub fn meteor_no_synonyms(prediction: &str, references: &[String]) -> f64 {
    let line = |text: &str| bleu_words::v13a(&text.to_lowercase());
    let prediction = line(prediction);
    let prediction: Vec<&str> = bleu_words::words(&prediction).collect();
    let score = |reference: &String| {
        let reference = line(reference);
        between(&prediction, &bleu_words::words(&reference).collect::<Vec<_>>())
    };
    references.iter().map(score).fold(0.0, f64::max)
}

fn between(prediction: &[&str], reference: &[&str]) -> f64 {
    let pairs = align(prediction, reference);
    if pairs.is_empty() {
        return 0.0;
    }
    let matches = pairs.len() as f64;
    let precision = matches / prediction.len() as f64;
    let recall = matches / reference.len() as f64;
    let mean = precision * recall / (ALPHA * precision + (1.0 - ALPHA) * recall);
    let together = |pair: &&[(usize, usize)]| pair[1] == (pair[0].0 + 1, pair[0].1 + 1);
    let chunks = pairs.len() - pairs.windows(2).filter(together).count();
    let penalty = GAMMA * (chunks as f64 / matches).powf(BETA);
    (1.0 - penalty) * mean
}

/// Pairs of equal words, then of words with equal stems, by position in the prediction. From the
/// end, each word takes the last free one.
fn align(prediction: &[&str], reference: &[&str]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let all = |words: &[&str]| (0..words.len()).collect::<Vec<_>>();
    let mut left = (all(prediction), all(reference));
    take(&mut left, &mut pairs, |i| prediction[i], |i| reference[i]);
    take(&mut left, &mut pairs, |i| stem(prediction[i]), |i| stem(reference[i]));
    pairs.sort_unstable();
    pairs
}

/// Moves those words of both sides that are equal by `first` and `second` into `pairs`.
fn take<T: Hash + Eq>(
    left: &mut (Vec<usize>, Vec<usize>),
    pairs: &mut Vec<(usize, usize)>,
    first: impl Fn(usize) -> T,
    second: impl Fn(usize) -> T,
) {
    let mut places: HashMap<T, Vec<usize>> = HashMap::new();
    for &place in &left.1 {
        places.entry(second(place)).or_default().push(place);
    }
    let mut taken = Vec::new();
    for index in (0..left.0.len()).rev() {
        let place = left.0[index];
        if let Some(other) = places.get_mut(&first(place)).and_then(Vec::pop) {
            pairs.push((place, other));
            taken.push(other);
            left.0.remove(index);
        }
    }
    left.1.retain(|place| !taken.contains(place));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(prediction: &str, reference: &str) -> f64 {
        meteor_no_synonyms(prediction, &[reference.to_owned()])
    }

    #[test]
    fn by_hand() {
        // One chunk of three words: 1 − 0.5 · (1/3)³.
        assert!((score("The cats sat", "the cat sat") - (1.0 - 0.5 / 27.0)).abs() < 1e-12);
        // Two words of three and of four, in two chunks: the penalty is ½.
        let mean = (2.0 / 3.0 * 0.5) / (0.9 * 2.0 / 3.0 + 0.1 * 0.5);
        assert!((score("b x a", "a y b z") - 0.5 * mean).abs() < 1e-12);
    }

    #[test]
    fn nothing_in_common_is_zero() {
        for (prediction, reference) in [("", ""), ("", "a"), ("a", ""), ("a", "b")] {
            assert_eq!(score(prediction, reference), 0.0);
        }
        assert_eq!(meteor_no_synonyms("a", &[]), 0.0);
    }
}
