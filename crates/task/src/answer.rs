//! Where options and the right one among them come from: labels or choices.

use crate::definition::{AnswerAs, AnswerIs, ChoiceTable, LabelsTable, Options};
use crate::template::{RowExpression, plain_text, shown};
use ext5_core::config::nearest;
use minijinja::value::Value;
use std::collections::BTreeMap;

/// How a task finds the options of a row and the right one.
#[derive(Debug)]
pub(crate) enum Answers {
    /// `[labels]`
    Labels(Labels),
    /// `[choice]`
    Choice(Box<Choice>),
}

/// The options of one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Choices {
    pub options: Vec<String>,
    /// What the model writes for each of them, where it is not the option itself.
    pub written: Option<Vec<String>>,
    /// Which one is right, from 0; `None` where the row does not say.
    pub answer: Option<usize>,
}

impl Answers {
    /// # Errors
    /// A reason that names the key, when the row does not fit.
    pub(crate) fn choices(&self, row: &Value) -> Result<Choices, String> {
        match self {
            Answers::Labels(labels) => labels.choices(row),
            Answers::Choice(choice) => choice.choices(row),
        }
    }

    /// How many options every row has; `None` where rows differ.
    pub(crate) fn fixed(&self) -> Option<usize> {
        match self {
            Answers::Labels(labels) => Some(labels.words.len()),
            Answers::Choice(choice) => match &choice.options {
                OptionsOf::Fixed(options) => Some(options.len()),
                OptionsOf::Row(_) => None,
            },
        }
    }

    /// The name under which templates see the right option.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Answers::Labels(_) => "label",
            Answers::Choice(_) => "answer",
        }
    }
}

/// Values of a column that stand for words.
#[derive(Debug)]
pub(crate) struct Labels {
    column: String,
    /// The words, each once, in the order of their values.
    words: Vec<String>,
    /// From a value, written as text, to its word.
    values: BTreeMap<String, usize>,
}

impl Labels {
    /// # Errors
    /// What is wrong with the table.
    pub(crate) fn new(table: &LabelsTable) -> Result<Self, String> {
        let mut entries: Vec<_> = table.words.iter().collect();
        // Numbers by size and before other values, so that 10 follows 9.
        entries.sort_by_key(|(value, _)| {
            let number = value.parse::<i64>().ok();
            (number.is_none(), number, value.as_str())
        });
        let mut words: Vec<String> = Vec::new();
        let mut values = BTreeMap::new();
        for (value, word) in entries {
            let word = word.trim();
            if word.is_empty() {
                return Err(format!("labels.words: the word of `{value}` is empty"));
            }
            let index = words.iter().position(|known| known == word).unwrap_or_else(|| {
                words.push(word.to_owned());
                words.len() - 1
            });
            values.insert(value.trim().to_owned(), index);
        }
        if words.len() < 2 {
            return Err("labels.words: expected at least two different words".to_owned());
        }
        Ok(Labels { column: table.column.clone(), words, values })
    }

    fn choices(&self, row: &Value) -> Result<Choices, String> {
        let value = row.get_attr(&self.column).map_err(|error| format!("labels: {error}"))?;
        let answer = match label_text(&value) {
            Some(text) => match self.values.get(&text) {
                Some(&index) => Some(index),
                None if text == MISSING => None,
                None => return Err(self.unknown(&text)),
            },
            None if is_missing(&value) => None,
            None => return Err(format!("labels.column: {} is no label", shown(&value))),
        };
        Ok(Choices { options: self.words.clone(), written: None, answer })
    }

    fn unknown(&self, text: &str) -> String {
        let known: Vec<_> = self.values.keys().map(String::as_str).collect();
        let advice = match nearest(text, known.iter().copied()) {
            Some(value) => format!("did you mean `{value}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        format!("labels.words: no word for the value `{text}` of `{}`; {advice}", self.column)
    }
}

/// Options that may differ from row to row.
#[derive(Debug)]
pub(crate) struct Choice {
    options: OptionsOf,
    answer: RowExpression,
    answer_is: AnswerIs,
    answer_as: AnswerAs,
}

#[derive(Debug)]
enum OptionsOf {
    Row(RowExpression),
    Fixed(Vec<String>),
}

impl Choice {
    /// # Errors
    /// The offset of what is wrong in the task file, and why.
    pub(crate) fn new(table: &ChoiceTable) -> Result<Self, (usize, String)> {
        let at = table.options.span().start;
        let wrong = |key: &str, error: &minijinja::Error| format!("{key}: {error}");
        let options = match table.options.get_ref() {
            Options::Expression(source) => OptionsOf::Row(
                RowExpression::new("choice.options", source)
                    .map_err(|error| (at, wrong("choice.options", &error)))?,
            ),
            Options::Fixed(options) => {
                let options: Vec<_> = options.iter().map(|o| o.trim().to_owned()).collect();
                if options.len() < 2 || options.iter().any(String::is_empty) {
                    let reason = "choice.options: expected at least two options, none empty";
                    return Err((at, reason.to_owned()));
                }
                OptionsOf::Fixed(options)
            }
        };
        let answer = RowExpression::new("choice.answer", table.answer.get_ref())
            .map_err(|error| (table.answer.span().start, wrong("choice.answer", &error)))?;
        Ok(Choice { options, answer, answer_is: table.answer_is, answer_as: table.answer_as })
    }

    fn choices(&self, row: &Value) -> Result<Choices, String> {
        let options = match &self.options {
            OptionsOf::Fixed(options) => options.clone(),
            OptionsOf::Row(expression) => expression.texts(row)?,
        };
        if options.len() < 2 {
            return Err(format!("choice.options: expected at least two, found {options:?}"));
        }
        let value = self.answer.value(row)?;
        let answer = match label_text(&value) {
            Some(text) if text == MISSING && !matches!(self.answer_is, AnswerIs::Text) => None,
            Some(text) => Some(self.position(&text, &options)?),
            None if is_missing(&value) => None,
            None => return Err(format!("choice.answer: {} is no answer", shown(&value))),
        };
        let written = match self.answer_as {
            AnswerAs::Text => None,
            AnswerAs::Letter => Some(letters(options.len())?),
            AnswerAs::Number => {
                Some((1..=options.len()).map(|number| number.to_string()).collect())
            }
        };
        Ok(Choices { options, written, answer })
    }

    fn position(&self, text: &str, options: &[String]) -> Result<usize, String> {
        let index = match self.answer_is {
            AnswerIs::Index => text.parse().ok(),
            AnswerIs::Number => text.parse().ok().and_then(|number: usize| number.checked_sub(1)),
            AnswerIs::Letter => letter(text),
            AnswerIs::Text => options.iter().position(|option| option == text),
        };
        index.filter(|&index| index < options.len()).ok_or_else(|| {
            let expected = match self.answer_is {
                AnswerIs::Index => format!("an index from 0 to {}", options.len() - 1),
                AnswerIs::Number => format!("a number from 1 to {}", options.len()),
                AnswerIs::Letter => format!("a letter for one of {} options", options.len()),
                AnswerIs::Text => format!("one of {options:?}"),
            };
            format!("choice.answer: expected {expected}, found `{text}`")
        })
    }
}

/// What data sets write for a label that is withheld, besides null and the empty string.
const MISSING: &str = "-1";

fn is_missing(value: &Value) -> bool {
    value.is_undefined() || value.is_none() || value.as_str().is_some_and(|s| s.trim().is_empty())
}

/// A label as text; the number 2.0, as some tools write a whole one, is `2`.
fn label_text(value: &Value) -> Option<String> {
    let text = plain_text(value)?;
    match text.strip_suffix(".0") {
        Some(whole) if value.is_number() => Some(whole.to_owned()),
        _ => Some(text),
    }
}

/// `A`, `B`, … for so many options.
fn letters(count: usize) -> Result<Vec<String>, String> {
    let letters: Vec<_> = ('A'..='Z').take(count).map(String::from).collect();
    match letters.len() == count {
        true => Ok(letters),
        false => Err(format!("choice.answer_as: {count} options and 26 letters")),
    }
}

/// Reads `B`, `b`, `(B)`, `B.` and `b)` as 1.
fn letter(text: &str) -> Option<usize> {
    match text.trim_matches(['(', ')', '.', ':', ' ']).as_bytes() {
        [byte] if byte.is_ascii_alphabetic() => Some(usize::from(byte.to_ascii_uppercase() - b'A')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    fn labels(words: &[(&str, &str)]) -> Result<Labels, String> {
        let words = words.iter().map(|&(value, word)| (value.to_owned(), word.to_owned()));
        Labels::new(&LabelsTable { column: "label".to_owned(), words: words.collect() })
    }

    #[test]
    fn labels_follow_their_values() {
        let words: Vec<_> = (0..12).map(|n| (n.to_string(), format!("w{n}"))).collect();
        let words: Vec<_> = words.iter().map(|(n, w)| (n.as_str(), w.as_str())).collect();
        let many = labels(&words).unwrap();
        let answer = |value: Value| many.choices(&context! { label => value }).map(|c| c.answer);
        assert_eq!(answer(10.into()), Ok(Some(10)));
        assert_eq!(answer(" 2 ".into()), Ok(Some(2)));
        assert_eq!(answer(2.0.into()), Ok(Some(2)));
        for missing in [Value::from(-1), Value::from(-1.0), "-1".into(), "".into(), Value::from(())]
        {
            assert_eq!(answer(missing), Ok(None));
        }
        assert!(answer(12.into()).unwrap_err().contains("no word for the value `12` of `label`"));
        assert_eq!(many.choices(&context! { other => 1 }).unwrap().answer, None);
    }

    #[test]
    fn values_may_share_a_word() {
        let words = [("NO", "no"), ("FALSE", "no"), ("YES", "yes"), ("TRUE", "yes")];
        let choices = labels(&words).unwrap().choices(&context! { label => "YES" }).unwrap();
        assert_eq!(choices.options, ["no", "yes"]);
        assert_eq!(choices.answer, Some(1));
        assert!(labels(&[("0", "no"), ("1", "no")]).unwrap_err().contains("two different words"));
    }

    #[test]
    fn answers_come_in_four_forms() {
        let position = |answer_is, text: &str| {
            let answer = RowExpression::new("choice.answer", "a").unwrap();
            let options = OptionsOf::Fixed(vec!["1".to_owned(), "0".to_owned()]);
            let choice = Choice { options, answer, answer_is, answer_as: AnswerAs::Text };
            choice.choices(&context! { a => text }).map(|choices| choices.answer)
        };
        assert_eq!(position(AnswerIs::Index, "1"), Ok(Some(1)));
        assert_eq!(position(AnswerIs::Number, "1"), Ok(Some(0)));
        assert_eq!(position(AnswerIs::Text, "0"), Ok(Some(1)));
        assert_eq!(position(AnswerIs::Letter, "(b)"), Ok(Some(1)));
        assert_eq!(position(AnswerIs::Index, "-1"), Ok(None));
        for (form, text) in [
            (AnswerIs::Index, "2"),
            (AnswerIs::Number, "0"),
            (AnswerIs::Letter, "C"),
            (AnswerIs::Text, "-1"),
        ] {
            let error = position(form, text).unwrap_err();
            assert!(error.ends_with(&format!("found `{text}`")), "{error}");
        }
    }
}
