//! METEOR without WordNet: exact and stemmed matches alone.
//!
//! Source: Banerjee and Lavie, "METEOR: an automatic metric for MT evaluation" (2005), with the
//! parameters of Lavie and Agarwal (2007) and the alignment of NLTK 3's `meteor_score`, which this
//! equals when NLTK is given the same words and a WordNet without entries. It is not comparable
//! with scores that count synonyms (NLTK's default) or paraphrases (the Java program, METEOR 1.5).

use super::bleu_words;
use super::grams::Numbers;
use super::porter::stem;

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
    let mut numbers = Numbers::default();
    let mut left = [prediction, reference]
        .map(|side| numbers.of(side.iter().copied()).into_iter().enumerate().collect::<Left>());
    take(&mut left, numbers.end(), &mut pairs);
    let mut numbers = Numbers::default();
    for (side, words) in left.iter_mut().zip([prediction, reference]) {
        let stems = numbers.of(side.iter().map(|&(place, _)| stem(words[place])));
        for ((_, number), stem) in side.iter_mut().zip(stems) {
            *number = stem;
        }
    }
    take(&mut left, numbers.end(), &mut pairs);
    pairs.sort_unstable();
    pairs
}

/// Words that have no pair yet: their places and their numbers.
type Left = Vec<(usize, u32)>;

/// Moves those words of both sides whose numbers, all below `end`, are equal into `pairs`.
fn take(left: &mut [Left; 2], end: usize, pairs: &mut Vec<(usize, usize)>) {
    let [first, second] = left;
    let mut places = vec![Vec::new(); end];
    for &(place, number) in &*second {
        places[number as usize].push(place);
    }
    let mut kept: Left = Vec::new();
    for &(place, number) in first.iter().rev() {
        match places[number as usize].pop() {
            Some(other) => pairs.push((place, other)),
            None => kept.push((place, number)),
        }
    }
    kept.reverse();
    *first = kept;
    // The first ones of each number are those that nobody took.
    second.retain(|&(place, number)| places[number as usize].contains(&place));
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
