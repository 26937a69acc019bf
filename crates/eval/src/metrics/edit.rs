//! Similarity by edit distance.

use super::is_space;
use rapidfuzz::distance::levenshtein::normalized_similarity;

/// One less Levenshtein's distance over the length of the longer text, both in characters, with
/// white space collapsed: the greatest over the references, in 0..=1. Two empty texts are alike.
pub fn edit_similarity(prediction: &str, references: &[String]) -> f64 {
    let words = |text: &str| {
        text.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let prediction = words(prediction);
    let similarity =
        |reference: &String| normalized_similarity(prediction.chars(), words(reference).chars());
    references.iter().map(similarity).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let references = ["kitten".to_owned(), "sit".to_owned()];
        assert!((edit_similarity("sitting", &references) - 4.0 / 7.0).abs() < 1e-12);
        assert_eq!(edit_similarity(" kitten\n", &references), 1.0);
        assert_eq!(edit_similarity("", &references), 0.0);
        assert_eq!(edit_similarity("x", &[]), 0.0);
    }
}
