//! How the text of a prediction or a reference is read before metrics compare the two.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The table `[prediction]` of a task file: what the model's text says. Predictions and references
/// are read the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reading {
    /// The text itself, whatever the length of its white space: a vocabulary such as T5's cannot
    /// write runs of spaces.
    Text {},
    /// A number: `3.0`, `3` and `+3` are the same, and so are `1,250` and `1250`.
    Number {},
    /// One of the task's classes.
    Label {
        /// The classes that `f1` is the mean over. By default the last one: of a yes-no task, the
        /// word of the greater value.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        positive: Vec<String>,
    },
    /// Several labels in any order, such as `anger, joy`; one that is said twice counts once.
    Labels {
        /// What stands between labels.
        #[serde(default = "comma")]
        separator: String,
        /// What stands for no label at all.
        #[serde(default = "none")]
        none: String,
    },
    /// Typed pieces of text in any order, such as `city: Rome; date: next Friday`.
    Spans {
        /// What stands between spans.
        #[serde(default = "semicolon")]
        separator: String,
        /// What stands between a span's type and its text. The first one counts.
        #[serde(default = "colon")]
        marker: String,
        /// What stands for no span at all.
        #[serde(default = "none")]
        none: String,
    },
}

fn comma() -> String {
    ",".to_owned()
}

fn semicolon() -> String {
    ";".to_owned()
}

fn colon() -> String {
    ":".to_owned()
}

fn none() -> String {
    "none".to_owned()
}

/// [`Reading::Text`]
impl Default for Reading {
    fn default() -> Self {
        Reading::Text {}
    }
}

/// What a text says. In all texts within, words stand one space apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A text; also a label, and what should be a number and is none.
    Text(String),
    /// A finite number.
    Number(f64),
    /// Labels, each once.
    Labels(BTreeSet<String>),
    /// Spans in order of type and text; equal ones stand side by side.
    Spans(Vec<Span>),
}

/// A typed piece of text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// What it is; empty where the prediction does not say.
    pub kind: String,
    /// The piece.
    pub text: String,
}

impl Reading {
    /// Reads a text. Every text says something: what is no number stays a text, and equals only
    /// the same text.
    pub fn read(&self, text: &str) -> Answer {
        match self {
            Reading::Text {} | Reading::Label { .. } => Answer::Text(words(text)),
            Reading::Number {} => match number(text.trim()) {
                Some(number) => Answer::Number(number),
                None => Answer::Text(words(text)),
            },
            Reading::Labels { separator, none } => {
                Answer::Labels(pieces(text, separator, none).collect())
            }
            Reading::Spans { separator, marker, none } => {
                let mut spans: Vec<Span> =
                    pieces(text, separator, none).map(|piece| span(&piece, marker)).collect();
                spans.sort();
                Answer::Spans(spans)
            }
        }
    }

    /// What the table lacks or has too much of, if anything.
    ///
    /// # Errors
    /// The key and the reason.
    pub fn check(&self) -> Result<(), String> {
        let (separator, marker) = match self {
            Reading::Labels { separator, .. } => (separator.as_str(), None),
            Reading::Spans { separator, marker, .. } => (separator.as_str(), Some(marker.as_str())),
            _ => return Ok(()),
        };
        if separator.trim().is_empty() {
            return Err("prediction.separator: expected more than white space".to_owned());
        }
        match marker.map(str::trim) {
            Some("") => Err("prediction.marker: expected more than white space".to_owned()),
            Some(marker) if marker == separator.trim() => {
                Err("prediction.marker: the same as prediction.separator".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// The words with one space between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands between separators, without empty pieces and without the word for none.
fn pieces<'a>(text: &'a str, separator: &'a str, none: &'a str) -> impl Iterator<Item = String> {
    let pieces = text.split(separator.trim()).map(words);
    pieces.filter(move |piece| !piece.is_empty() && piece != none.trim())
}

fn span(piece: &str, marker: &str) -> Span {
    let (kind, text) = piece.split_once(marker.trim()).unwrap_or(("", piece));
    Span { kind: kind.trim().to_owned(), text: text.trim().to_owned() }
}

/// A finite decimal number, with or without commas between thousands.
fn number(text: &str) -> Option<f64> {
    let plain = without_thousands(text);
    let number: f64 = plain.as_deref().unwrap_or(text).parse().ok()?;
    // Zero has one sign.
    number.is_finite().then_some(number + 0.0)
}

/// `1250.5` of `1,250.5`; none unless commas stand exactly between thousands.
fn without_thousands(text: &str) -> Option<String> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let whole = text.split('.').next()?;
    let mut parts = whole.trim_start_matches(['+', '-']).split(',');
    let first = parts.next()?;
    let leads = (1..=3).contains(&first.len()) && digits(first);
    let mut rest = parts.peekable();
    let grouped = rest.peek().is_some() && rest.all(|part| part.len() == 3 && digits(part));
    (leads && grouped && !text[whole.len()..].contains(',')).then(|| text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(table: &str) -> Result<Reading, toml::de::Error> {
        toml::from_str(table)
    }

    fn read(table: &str, text: &str) -> Answer {
        reading(table).unwrap().read(text)
    }

    fn labels(names: &[&str]) -> Answer {
        Answer::Labels(names.iter().map(|&name| name.to_owned()).collect())
    }

    fn spans(pairs: &[(&str, &str)]) -> Answer {
        let span = |&(kind, text): &(&str, &str)| Span { kind: kind.into(), text: text.into() };
        Answer::Spans(pairs.iter().map(span).collect())
    }

    #[test]
    fn numbers_have_one_form() {
        let number = |text| read("kind = 'number'", text);
        for text in ["3", " 3.0\n", "+3", "3.", "0.3e1"] {
            assert_eq!(number(text), Answer::Number(3.0), "{text}");
        }
        assert_eq!(number("-1,250,000.5"), Answer::Number(-1_250_000.5));
        assert_eq!(number("-0.0"), number("0"));
        for text in ["1,25", "1,,250", "1250,000", ",250", "3.1,000", "nan", "inf", "1e999", ""] {
            assert_eq!(number(text), Answer::Text(text.to_owned()), "{text}");
        }
        assert_eq!(number("three  apples"), Answer::Text("three apples".to_owned()));
    }

    #[test]
    fn labels_are_a_set() {
        let read = |text| read("kind = 'labels'", text);
        assert_eq!(read("joy,anger , joy"), labels(&["anger", "joy"]));
        assert_eq!(read("none"), labels(&[]));
        assert_eq!(read(" , "), labels(&[]));
    }

    #[test]
    fn spans_have_types() {
        let colon = |text| read("kind = 'spans'", text);
        let date = ("time", "12:30 or so");
        assert_eq!(colon("time:  12:30 or\nso; first: Ann"), spans(&[("first", "Ann"), date]));
        assert_eq!(colon("Ann; first: Ann"), spans(&[("", "Ann"), ("first", "Ann")]));
        assert_eq!(colon("a: x; a: x"), spans(&[("a", "x"), ("a", "x")]));
        assert_eq!(colon("none"), spans(&[]));
        let equals = "kind = 'spans'\nmarker = ' = '\nseparator = ' | '";
        assert_eq!(read(equals, "a = 1; 2 | b=3"), spans(&[("a", "1; 2"), ("b", "3")]));
    }

    #[test]
    fn other_keys_and_kinds_are_refused() {
        for table in ["kind = 'numbers'", "kind = 'number'\nseparator = ','", "separator = ','"] {
            assert!(reading(table).is_err(), "{table}");
        }
        let refused = |table| reading(table).unwrap().check().unwrap_err();
        assert!(refused("kind = 'labels'\nseparator = ' '").starts_with("prediction.separator"));
        assert!(refused("kind = 'spans'\nmarker = ';'").starts_with("prediction.marker: the same"));
        assert_eq!(reading("kind = 'label'\npositive = ['yes']").unwrap().check(), Ok(()));
    }
}
