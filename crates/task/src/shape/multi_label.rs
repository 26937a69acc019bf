//! Several labels for one example.

use super::{KindKey, Layout, Shape, expression};
use crate::compile::Fault;
use crate::reading::Reading;
use crate::template::{RowExpression, items, plain_text, shown};
use ext5_core::config::nearest;
use minijinja::value::{Value, ValueKind};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// Several labels for one example. Templates see `labels`, the words in order, and `target`, the
/// words joined.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[allow(dead_code)]
    #[schemars(skip)]
    kind: KindKey,
    /// An expression for the labels: a list of values, values with commas between them, or a
    /// table from each value to whether it holds (0 or 1, false or true).
    #[schemars(with = "String")]
    labels: Spanned<String>,
    /// The words: a list in the order of the ids 0, 1, …, or a table from each value to its word.
    #[schemars(with = "Words")]
    words: Spanned<Words>,
    /// What stands between words; `, ` by default.
    separator: Option<String>,
    /// What is written where no label holds; `none` by default.
    none: Option<String>,
}

/// The words of labels.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a list of words, or a table from values to words")]
enum Words {
    Listed(Vec<String>),
    Named(BTreeMap<String, String>),
}

/// [`Table`], compiled.
#[derive(Debug)]
pub(super) struct MultiLabel {
    labels: RowExpression,
    /// From a value to the place of its word.
    values: BTreeMap<String, usize>,
    words: Vec<String>,
    separator: String,
    none: String,
}

impl MultiLabel {
    pub(super) fn new(table: Table) -> Result<Self, Fault> {
        let mut pairs: Vec<(String, String)> = match table.words.get_ref() {
            Words::Listed(words) => {
                words.iter().enumerate().map(|(id, word)| (id.to_string(), word.clone())).collect()
            }
            Words::Named(words) => words.clone().into_iter().collect(),
        };
        // Numbers by size and before other values, so that 10 follows 9.
        pairs.sort_by_key(|(value, _)| {
            let number = value.parse::<i64>().ok();
            (number.is_none(), number, value.clone())
        });
        let words: Vec<_> = pairs.iter().map(|(_, word)| word.trim().to_owned()).collect();
        let separator = table.separator.unwrap_or_else(|| ", ".to_owned());
        let none = table.none.unwrap_or_else(|| "none".to_owned());
        let problem = if words.is_empty() {
            Some("no word".to_owned())
        } else if separator.trim().is_empty() {
            Some("the separator is white space, and words could not be told apart".to_owned())
        } else {
            let unreadable = |word: &&String| {
                word.is_empty() || **word == none || word.contains(separator.trim())
            };
            words.iter().find(unreadable).map(|word| format!("`{word}` could not be read back"))
        };
        if let Some(problem) = problem {
            return Err(Fault::at(&table.words, format!("shape.words: {problem}")));
        }
        Ok(MultiLabel {
            labels: expression("shape.labels", Some(&table.labels), "")?,
            values: pairs.into_iter().enumerate().map(|(i, (value, _))| (value, i)).collect(),
            words,
            separator,
            none,
        })
    }

    /// The place of the word of a value; a word stands for itself.
    fn place(&self, value: &str) -> Result<usize, String> {
        let by_word = || self.words.iter().position(|word| word == value);
        self.values.get(value).copied().or_else(by_word).ok_or_else(|| {
            let known = self.values.keys().chain(&self.words).map(String::as_str);
            let advice = match nearest(value, known) {
                Some(known) => format!("; did you mean `{known}`?"),
                None => String::new(),
            };
            format!("shape.words: no word for the label `{value}`{advice}")
        })
    }

    fn places(&self, labels: &Value) -> Result<BTreeSet<usize>, String> {
        let wrong =
            |value: &Value| format!("shape.labels: expected labels, found {}", shown(value));
        let mut places = BTreeSet::new();
        if labels.kind() == ValueKind::Map {
            for key in labels.try_iter().map_err(|_| wrong(labels))? {
                if labels.get_item(&key).is_ok_and(|holds| holds.is_true()) {
                    places.insert(self.place(&key.to_string())?);
                }
            }
            return Ok(places);
        }
        let values = match items(labels) {
            Some(items) => {
                let text = |item| plain_text(item).ok_or_else(|| wrong(item));
                items.iter().map(text).collect::<Result<Vec<_>, _>>()?
            }
            None => {
                let text = plain_text(labels).unwrap_or_default();
                let parts = text.split(',').map(|part| part.trim().to_owned());
                parts.filter(|part| !part.is_empty()).collect()
            }
        };
        for value in values {
            places.insert(self.place(&value)?);
        }
        Ok(places)
    }
}

impl Shape for MultiLabel {
    fn values(&self, columns: &Value) -> Result<Value, String> {
        let labels = self.labels.value(columns)?;
        if labels.is_undefined() {
            // As in an unlabelled split: a target asks for it.
            let names = ["labels", "target"];
            return Ok(Value::from_pairs(names.map(|name| (name, Value::UNDEFINED))));
        }
        let words: Vec<&str> =
            self.places(&labels)?.into_iter().map(|place| self.words[place].as_str()).collect();
        let target = match words.is_empty() {
            true => self.none.clone(),
            false => words.join(&self.separator),
        };
        Ok(Value::from_pairs([
            ("labels", words.into_iter().collect::<Value>()),
            ("target", target.into()),
        ]))
    }

    fn layout(&self) -> Layout {
        Layout { targets: Some("{{ target }}"), ..Layout::default() }
    }

    fn reading(&self) -> Option<Reading> {
        Some(Reading::Labels { separator: self.separator.clone(), none: self.none.clone() })
    }
}
