//! Exact match and token F1 of question answering, with SQuAD's or TriviaQA's normalisation.
//!
//! Source: the evaluation scripts of SQuAD 1.1 and TriviaQA 1.0 as `t5.evaluation.qa_utils` has
//! them.

use super::grams::{Numbers, common_words};
use super::is_space;
use super::rouge::f_measure;

/// Whose normalisation makes answers comparable. Both make them lower case, remove the words `a`,
/// `an` and `the`, and leave one space between words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerRules {
    /// ASCII punctuation is deleted.
    Squad,
    /// A space takes the place of ASCII punctuation and of `‘ ’ ´`.
    TriviaQa,
}

impl AnswerRules {
    /// 1 if the normalised prediction equals any normalised reference, else 0.
    pub fn exact_match(self, prediction: &str, references: &[String]) -> f64 {
        let prediction = self.normalise(prediction);
        let equal = references.iter().any(|reference| self.normalise(reference) == prediction);
        f64::from(u8::from(equal))
    }

    /// The largest F1, in 0..=1, of the prediction's words against a reference's words, both
    /// normalised. Without a common word it is 0, also when both sides are empty.
    pub fn token_f1(self, prediction: &str, references: &[String]) -> f64 {
        let prediction = self.normalise(prediction);
        references
            .iter()
            .map(|reference| f1_of_words(&prediction, &self.normalise(reference)))
            .fold(0.0, f64::max)
    }

    /// The answer as it is compared.
    pub fn normalise(self, answer: &str) -> String {
        let lower = answer.to_lowercase();
        if let Some(plain) = self.plain(&lower) {
            return plain;
        }
        let bare: String = match self {
            AnswerRules::Squad => lower.chars().filter(|c| !c.is_ascii_punctuation()).collect(),
            AnswerRules::TriviaQa => lower
                .chars()
                .map(|c| match c {
                    '‘' | '’' | '´' => ' ',
                    c if c.is_ascii_punctuation() => ' ',
                    c => c,
                })
                .collect(),
        };
        without_articles(&bare)
            .split(is_space)
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The same for texts of ASCII letters, digits, punctuation and white space alone, in which
    /// articles are words: most texts, and the fast way.
    fn plain(self, lower: &str) -> Option<String> {
        let mut plain = String::with_capacity(lower.len() + 1);
        let mut start = 0;
        for &byte in lower.as_bytes().iter().chain(b" ") {
            let space = match byte {
                b'a'..=b'z' | b'0'..=b'9' => false,
                b' ' | b'\t'..=b'\r' => true,
                byte if byte.is_ascii_punctuation() => match self {
                    AnswerRules::Squad => continue,
                    AnswerRules::TriviaQa => true,
                },
                _ => return None,
            };
            if !space {
                plain.push(char::from(byte));
                continue;
            }
            if matches!(&plain[start..], "a" | "an" | "the") {
                plain.truncate(start);
            }
            if plain.len() > start {
                plain.push(' ');
                start = plain.len();
            }
        }
        plain.pop();
        Some(plain)
    }
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

fn f1_of_words(prediction: &str, reference: &str) -> f64 {
    let mut numbers = Numbers::default();
    // Normalised texts have one space between words.
    let mut words = |text| numbers.of(str::split_ascii_whitespace(text));
    let (prediction, reference) = (words(prediction), words(reference));
    let common = common_words(&prediction, &reference, numbers.end());
    f_measure(common, prediction.len(), reference.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn normalises_as_squad() {
        let normalise = |text| AnswerRules::Squad.normalise(text);
        assert_eq!(normalise("The  Cat's, an_d a\tDOG!"), "cats and dog");
        assert_eq!(normalise("‘a big‘"), "‘ big‘");
        assert_eq!(normalise("$$$$"), "");
    }

    #[test]
    fn normalises_as_trivia_qa() {
        let normalise = |text| AnswerRules::TriviaQa.normalise(text);
        assert_eq!(normalise("The  Cat's, an_d a\tDOG!"), "cat s d dog");
        assert_eq!(normalise("‘a big  Moose!‘"), "big moose");
    }

    /// The table of metrics in the reference: F1 66.67, exact match 0.
    #[test]
    fn takes_the_best_reference() {
        let references = list(&["abc abd", "$$$$"]);
        let squad = AnswerRules::Squad;
        assert!((squad.token_f1("abd", &references) - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(squad.exact_match("abd", &references), 0.0);
        assert_eq!(squad.exact_match("ABC, abd", &references), 1.0);
    }

    #[test]
    fn empty_answers_match_exactly_but_share_no_word() {
        for answers in [AnswerRules::Squad, AnswerRules::TriviaQa] {
            assert_eq!(answers.exact_match("", &list(&["the"])), 1.0);
            assert_eq!(answers.token_f1("", &list(&["the"])), 0.0);
            assert_eq!(answers.token_f1("a", &[]), 0.0);
        }
    }
}
