//! Which strings may be pieces: those of one script, as sentencepiece's trainer has it by default.

use crate::normalizer::SPACE;
use unicode_script::{Script, UnicodeScript};

/// Whether a string without the space at its start has characters of one script only. Digits and
/// punctuation are a script apart from letters; the Japanese ones count as one with Han.
pub(crate) fn is_of_one_script(text: &str) -> bool {
    let text = text.strip_prefix(SPACE).unwrap_or(text);
    let mut scripts = text.chars().map(script);
    scripts.next().is_none_or(|first| scripts.all(|script| script == first))
}

fn script(character: char) -> Script {
    match character.script() {
        Script::Hiragana | Script::Katakana => Script::Han,
        // The sign for a long vowel, and its form in half width.
        _ if matches!(character, '\u{30FC}' | '\u{FF70}') => Script::Han,
        script => script,
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_one_script;

    #[test]
    fn letters_stay_apart_from_digits_and_punctuation() {
        for text in ["▁house", "▁1999", "...", "▁\"", "日本の", "ー", "▁"] {
            assert!(is_of_one_script(text), "{text}");
        }
        for text in ["don't", "a1", "▁x.", "аb", "house,"] {
            assert!(!is_of_one_script(text), "{text}");
        }
    }
}
