//! The words of sacreBLEU's tokenizers `13a` and `intl`.
//!
//! Both are lists of replacements, one after the other over the whole line. Each is one pass here: it
//! looks at a character and the next, and goes on behind what it replaced, as regular expressions do.

use super::is_space;
use regex::Regex;
use std::sync::LazyLock;

/// The words of a line that a tokenizer has put spaces into.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(is_space).filter(|word| !word.is_empty())
}

/// A line with the spaces of the tokenizer `13a`.
pub(super) fn v13a(text: &str) -> String {
    let mut line = format!(" {text} ");
    if text.contains(['<', '\n']) {
        let plain = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
        line = format!(" {plain} ");
    }
    if line.contains('&') {
        for (entity, sign) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
            line = line.replace(entity, sign);
        }
    }
    // The rules are about ASCII alone, so that they can look at bytes.
    let stop = |c| matches!(c, b'.' | b',');
    let digit = |c: u8| c.is_ascii_digit();
    // All of ASCII's signs but apostrophe, comma, hyphen and full stop.
    let sign = |c: u8| c.is_ascii_punctuation() && !stop(c) && !matches!(c, b'\'' | b'-');
    let mut line = apart(line.as_bytes(), b' ', sign);
    if line.iter().any(|&c| stop(c)) {
        // Full stop and comma unless between digits.
        line = pairs(&line, b' ', BEHIND, |a, b| !digit(a) && stop(b));
        line = pairs(&line, b' ', BEFORE, |a, b| stop(a) && !digit(b));
    }
    if line.contains(&b'-') {
        // A hyphen after a digit.
        line = pairs(&line, b' ', BEHIND, |a, b| digit(a) && b == b'-');
    }
    // Spaces never come to stand within a character.
    String::from_utf8(line).unwrap_or_default()
}

/// A line with the spaces of the tokenizer `intl`.
pub(super) fn intl(text: &str) -> String {
    // Punctuation unless between numbers, at the end after a number included.
    let before = |a, b| is_punctuation(b) && !is_number(a);
    let after = |a, b| is_punctuation(a) && !is_number(b);
    let line: Vec<char> = text.chars().collect();
    let line = pairs(&line, ' ', BEHIND, before);
    let line = pairs(&line, ' ', BEFORE, after);
    apart(&line, ' ', is_symbol).into_iter().collect()
}

/// Puts a space on both sides of some characters.
fn apart<T: Copy>(text: &[T], space: T, chosen: impl Fn(T) -> bool) -> Vec<T> {
    let mut line = Vec::with_capacity(text.len() + text.len() / 4);
    for &c in text {
        match chosen(c) {
            true => line.extend([space, c, space]),
            false => line.push(c),
        }
    }
    line
}

/// Where spaces go in a pair of characters: before, between and behind.
type Places = [bool; 3];

const BEFORE: Places = [true, true, false];
const BEHIND: Places = [false, true, true];

/// Puts spaces into some pairs of characters, which do not overlap.
fn pairs<T: Copy>(text: &[T], space: T, places: Places, chosen: impl Fn(T, T) -> bool) -> Vec<T> {
    let [before, between, behind] = places.map(|there| there.then_some(space));
    let mut line = Vec::with_capacity(text.len() + text.len() / 4);
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match tail {
            [second, tail @ ..] if chosen(*first, *second) => {
                line.extend(before);
                line.push(*first);
                line.extend(between);
                line.push(*second);
                line.extend(behind);
                rest = tail;
            }
            _ => line.push(*first),
        }
    }
    line
}

/// Unicode's class N.
fn is_number(c: char) -> bool {
    static CLASS: LazyLock<Regex> = LazyLock::new(|| class(r"\p{N}"));
    match c.is_ascii() {
        true => c.is_ascii_digit(),
        false => CLASS.is_match(c.encode_utf8(&mut [0; 4])),
    }
}

/// Unicode's class P.
fn is_punctuation(c: char) -> bool {
    static CLASS: LazyLock<Regex> = LazyLock::new(|| class(r"\p{P}"));
    match c.is_ascii() {
        true => c.is_ascii_punctuation() && !is_symbol(c),
        false => !c.is_alphanumeric() && CLASS.is_match(c.encode_utf8(&mut [0; 4])),
    }
}

/// Unicode's class S.
fn is_symbol(c: char) -> bool {
    static CLASS: LazyLock<Regex> = LazyLock::new(|| class(r"\p{S}"));
    match c.is_ascii() {
        true => matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~'),
        // Circled letters are letters to Rust and symbols, too.
        false => CLASS.is_match(c.encode_utf8(&mut [0; 4])),
    }
}

#[expect(clippy::expect_used, reason = "the patterns are constants, and every test tries them")]
fn class(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(line: &str) -> String {
        words(line).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn known_words() {
        let text = "I can't: 3.5, 1-2 &amp; $4.";
        assert_eq!(list(&v13a(text)), "I|can't|:|3.5|,|1|-|2|&|$|4|.");
        assert_eq!(list(&intl(text)), "I|can|'|t|:|3.5|,|1-2|&|amp|;|$|4.");
    }

    #[test]
    fn classes_are_those_of_unicode() {
        let [punctuation, symbol, number] = [r"\p{P}", r"\p{S}", r"\p{N}"].map(class);
        for c in ('\0'..=char::MAX).step_by(3).chain('\0'..'\u{3000}') {
            let text = c.to_string();
            assert_eq!(is_punctuation(c), punctuation.is_match(&text), "{c:?}");
            assert_eq!(is_symbol(c), symbol.is_match(&text), "{c:?}");
            assert_eq!(is_number(c), number.is_match(&text), "{c:?}");
        }
    }
}
