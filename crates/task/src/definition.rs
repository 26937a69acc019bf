//! The shape of a task file.

use crate::metric::Metric;
use ext5_data::{Format, Tolerance};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU64;
use toml::Spanned;

/// A task file as written; the crate's documentation explains each key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    pub name: Spanned<String>,
    pub family: Spanned<String>,
    #[serde(default)]
    pub suites: Vec<Spanned<String>>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub licence: String,
    pub metrics: Spanned<Vec<Metric>>,
    #[serde(default)]
    pub source: SourceTable,
    pub template: Spanned<TemplateTable>,
    pub labels: Option<Spanned<LabelsTable>>,
    pub choice: Option<Spanned<ChoiceTable>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceTable {
    #[serde(default)]
    pub format: Format,
    pub folder: Option<String>,
    #[serde(default)]
    pub files: BTreeMap<String, OneOrMore>,
    pub filter: Option<Spanned<String>>,
    pub max_examples: Option<NonZeroU64>,
    #[serde(default)]
    pub max_malformed: Tolerance,
    #[serde(default)]
    pub unlabelled: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateTable {
    pub inputs: Spanned<String>,
    pub targets: Option<Spanned<String>>,
    pub references: Option<Spanned<String>>,
    pub group: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelsTable {
    pub column: String,
    pub words: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoiceTable {
    pub options: Spanned<Options>,
    pub answer: Spanned<String>,
    pub answer_is: AnswerIs,
}

/// What the answer expression of `[choice]` yields.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnswerIs {
    /// The position of the right option, from 0.
    Index,
    /// The position of the right option, from 1.
    Number,
    /// `A` for the first option; case, brackets and full stops do not count.
    Letter,
    /// The right option itself.
    Text,
}

/// The options of `[choice]`: an expression, or the same list for every row.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Options {
    Expression(String),
    Fixed(Vec<String>),
}

/// One pattern or several.
#[derive(Debug, Serialize)]
pub(crate) struct OneOrMore(pub Vec<String>);

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expecting = "an expression or a list of strings";
        Ok(match deserializer.deserialize_any(StringOrList { expecting })? {
            Either::One(expression) => Options::Expression(expression),
            Either::List(options) => Options::Fixed(options),
        })
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expecting = "a path or a list of paths";
        Ok(match deserializer.deserialize_any(StringOrList { expecting })? {
            Either::One(path) => OneOrMore(vec![path]),
            Either::List(paths) => OneOrMore(paths),
        })
    }
}

enum Either {
    One(String),
    List(Vec<String>),
}

/// Serde's untagged enums would say no more than "did not match any variant".
struct StringOrList {
    expecting: &'static str,
}

impl<'de> Visitor<'de> for StringOrList {
    type Value = Either;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E>(self, text: &str) -> Result<Either, E> {
        Ok(Either::One(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Either, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Either::List(list))
    }
}
