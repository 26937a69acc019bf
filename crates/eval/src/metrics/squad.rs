//! Exact match and token F1 of question answering, with SQuAD's normalisation of answers.
//!
//! Source: the SQuAD 1.1 evaluation script as `t5.evaluation.qa_utils` has it.

use std::collections::HashMap;

/// 1 if the normalised prediction equals any normalised reference, else 0.
pub fn exact_match(prediction: &str, references: &[String]) -> f64 {
    let prediction = normalise(prediction);
    let equal = references.iter().any(|reference| normalise(reference) == prediction);
    f64::from(u8::from(equal))
}

/// The largest F1, in 0..=1, of the prediction's words against a reference's words, both
/// normalised. Without a common word it is 0, also when both sides are empty.
pub fn token_f1(prediction: &str, references: &[String]) -> f64 {
    let prediction = normalise(prediction);
    references
        .iter()
        .map(|reference| f1_of_words(&prediction, &normalise(reference)))
        .fold(0.0, f64::max)
}

/// Lower case; ASCII punctuation deleted; the words `a`, `an` and `the` removed; runs of white
/// space made one space.
pub fn normalise(answer: &str) -> String {
    let bare: String =
        answer.to_lowercase().chars().filter(|c| !c.is_ascii_punctuation()).collect();
    without_articles(&bare)
        .split(is_space)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Puts a space in place of each article that stands between word boundaries: `‘a` holds one.
fn without_articles(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let inside = first.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != inside).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        kept.push_str(if matches!(run, "a" | "an" | "the") { " " } else { run });
        rest = tail;
    }
    kept
}

/// What Python's `str.split()` splits at: Unicode white space and four ASCII separators.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

fn f1_of_words(prediction: &str, reference: &str) -> f64 {
    let mut unmatched: HashMap<&str, usize> = HashMap::new();
    let mut reference_words = 0;
    for word in reference.split_whitespace() {
        *unmatched.entry(word).or_default() += 1;
        reference_words += 1;
    }
    let (mut common, mut prediction_words) = (0, 0);
    for word in prediction.split_whitespace() {
        prediction_words += 1;
        if let Some(left) = unmatched.get_mut(word).filter(|left| **left > 0) {
            *left -= 1;
            common += 1;
        }
    }
    if common == 0 {
        return 0.0;
    }
    2.0 * f64::from(common) / f64::from(prediction_words + reference_words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn normalises_as_squad() {
        assert_eq!(normalise("The  Cat's, an_d a\tDOG!"), "cats and dog");
        assert_eq!(normalise("‘a big‘"), "‘ big‘");
        assert_eq!(normalise("$$$$"), "");
    }

    /// The table of metrics in the reference: F1 66.67, exact match 0.
    #[test]
    fn takes_the_best_reference() {
        let references = list(&["abc abd", "$$$$"]);
        assert!((token_f1("abd", &references) - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(exact_match("abd", &references), 0.0);
        assert_eq!(exact_match("ABC, abd", &references), 1.0);
    }

    #[test]
    fn empty_answers_match_exactly_but_share_no_word() {
        assert_eq!(exact_match("", &list(&["the"])), 1.0);
        assert_eq!(token_f1("", &list(&["the"])), 0.0);
        assert_eq!(token_f1("a", &[]), 0.0);
    }
}
