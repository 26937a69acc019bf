//! `[labels]` and `[choice]`

use super::string_or_list::{Either, StringOrList};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use toml::Spanned;

/// A column whose values stand for words.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelsTable {
    /// The column.
    pub column: String,
    /// From each of its values to the word for it.
    pub words: BTreeMap<String, String>,
}

/// Options that may differ from row to row.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoiceTable {
    /// An expression for the list of options, or a list of fixed ones.
    #[schemars(with = "Options")]
    pub options: Spanned<Options>,
    /// An expression for the right one.
    #[schemars(with = "String")]
    pub answer: Spanned<String>,
    /// What the expression yields.
    pub answer_is: AnswerIs,
    /// What the model writes.
    #[serde(default, skip_serializing_if = "AnswerAs::is_text")]
    pub answer_as: AnswerAs,
}

/// What the answer expression of `[choice]` yields.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
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

/// What the model writes for the right option.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnswerAs {
    /// The option itself.
    #[default]
    Text,
    /// `A` for the first option.
    Letter,
    /// `1` for the first option.
    Number,
}

impl AnswerAs {
    fn is_text(&self) -> bool {
        *self == AnswerAs::Text
    }
}

/// The options of `[choice]`: an expression, or the same list for every row.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Options {
    Expression(String),
    Fixed(Vec<String>),
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expecting = "an expression or a list of strings";
        Ok(match deserializer.deserialize_any(StringOrList { expecting })? {
            Either::One(expression) => Options::Expression(expression),
            Either::List(options) => Options::Fixed(options),
        })
    }
}
