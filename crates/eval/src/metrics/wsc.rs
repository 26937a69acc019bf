//! The referent of a pronoun, as T5 scores SuperGLUE's WSC.
//!
//! Source: `t5.data.postprocessors.wsc_simple` of t5 0.9.4.

use std::collections::HashSet;

/// Words that do not count.
const DETERMINERS: [&str; 21] = [
    "a", "an", "few", "her", "his", "each", "every", "many", "much", "my", "our", "some", "that",
    "the", "their", "these", "this", "those", "which", "whose", "your",
];

/// Whether the prediction names the referent: the words of one, in lower case and without
/// determiners, are all among the other's. `Bob` does not name `Bob's hat`: if one text alone has
/// an apostrophe they differ. A text without any such word neither names nor is named.
pub fn names_referent(prediction: &str, referent: &str) -> bool {
    let (prediction, referent) = (words(prediction), words(referent));
    let bare = prediction.is_empty() || referent.is_empty();
    if bare || apostrophe(&prediction) != apostrophe(&referent) {
        return false;
    }
    let (prediction, referent) = (set(&prediction), set(&referent));
    prediction.is_subset(&referent) || referent.is_subset(&prediction)
}

fn words(text: &str) -> Vec<String> {
    let lower = text.trim().to_lowercase();
    let counts = |word: &&str| !DETERMINERS.contains(word);
    lower.split_whitespace().filter(counts).map(str::to_owned).collect()
}

fn apostrophe(words: &[String]) -> bool {
    words.iter().any(|word| word.contains('\''))
}

fn set(words: &[String]) -> HashSet<&str> {
    words.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_side_within_the_other() {
        assert!(names_referent("The fuzzy Bunny", "bunny"));
        assert!(names_referent("bunny", "his fuzzy bunny"));
        assert!(!names_referent("fuzzy cat", "fuzzy bunny"));
    }

    #[test]
    fn owners_are_not_what_they_own() {
        assert!(!names_referent("Bob", "Bob's hat"));
        assert!(names_referent("Bob's", "Bob's hat"));
    }

    #[test]
    fn no_word_names_nothing() {
        assert!(!names_referent(" ", "bunny"));
        assert!(!names_referent("the", "bunny"));
        assert!(!names_referent("bunny", "the"));
    }
}
