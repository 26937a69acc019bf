//! The words of sacreBLEU's tokenizers `13a` and `intl`.

use super::is_space;
use regex::Regex;
use std::sync::LazyLock;

/// Rules in order: a pattern, and what to put in its place.
struct Rules(Vec<(Regex, &'static str)>);

impl Rules {
    #[expect(clippy::expect_used, reason = "the patterns are constants, and every test tries them")]
    fn new(rules: &[(&str, &'static str)]) -> Self {
        let compile = |&(pattern, with): &(&str, &'static str)| {
            (Regex::new(pattern).expect("a pattern"), with)
        };
        Rules(rules.iter().map(compile).collect())
    }

    fn words(&self, mut text: String) -> Vec<String> {
        for (pattern, with) in &self.0 {
            text = pattern.replace_all(&text, *with).into_owned();
        }
        text.split(is_space).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }
}

/// The tokenizer `13a`.
pub(super) fn v13a(text: &str) -> Vec<String> {
    static RULES: LazyLock<Rules> = LazyLock::new(|| {
        Rules::new(&[
            // All of ASCII's signs but apostrophe, comma, hyphen and full stop.
            (r"[{-~\[-` -&(-+:-@/]", " $0 "),
            // Full stop and comma unless between digits.
            (r"([^0-9])([.,])", "$1 $2 "),
            (r"([.,])([^0-9])", " $1 $2"),
            // A hyphen after a digit.
            (r"([0-9])(-)", "$1 $2 "),
        ])
    });
    let mut line = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    if line.contains('&') {
        for (entity, sign) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
            line = line.replace(entity, sign);
        }
    }
    RULES.words(format!(" {line} "))
}

/// The tokenizer `intl`.
pub(super) fn intl(text: &str) -> Vec<String> {
    static RULES: LazyLock<Rules> = LazyLock::new(|| {
        Rules::new(&[
            // Punctuation unless between numbers, at the end after a number included.
            (r"(\P{N})(\p{P})", "$1 $2 "),
            (r"(\p{P})(\P{N})", " $1 $2"),
            (r"\p{S}", " $0 "),
        ])
    });
    RULES.words(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words() {
        let text = "I can't: 3.5, 1-2 &amp; $4.";
        assert_eq!(v13a(text).join("|"), "I|can't|:|3.5|,|1|-|2|&|$|4|.");
        assert_eq!(intl(text).join("|"), "I|can|'|t|:|3.5|,|1-2|&|amp|;|$|4.");
    }
}
