//! `[template]` and `[[prompts]]`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// How a row becomes text: the first prompt, and what all prompts share.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateTable {
    /// Jinja over the row's columns: what the model reads. By default the shape's own layout;
    /// without one, `[[prompts]]` say it.
    #[schemars(with = "Option<String>")]
    pub inputs: Option<Spanned<String>>,
    /// Jinja: what the model learns to write. By default the label's word, the right option, or
    /// the shape's own.
    #[schemars(with = "Option<String>")]
    pub targets: Option<Spanned<String>>,
    /// An expression for the list of all right targets; by default the target.
    #[schemars(with = "Option<String>")]
    pub references: Option<Spanned<String>>,
    /// An expression: examples of a group are scored together.
    #[schemars(with = "Option<String>")]
    pub group: Option<Spanned<String>>,
    /// An expression: the text that the targets rewrite, for the metric `sari`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub source: Option<Spanned<String>>,
}

/// One more way to put the same example.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromptTable {
    /// What to call it, for people.
    pub name: Option<String>,
    /// Jinja over the row's columns: what the model reads.
    #[schemars(with = "String")]
    pub inputs: Spanned<String>,
    /// Jinja: what the model learns to write, where it is not that of `[template]`.
    #[schemars(with = "Option<String>")]
    pub targets: Option<Spanned<String>>,
    /// An expression for the list of all right targets; by default that of `[template]`, or the
    /// target where the prompt has one of its own.
    #[schemars(with = "Option<String>")]
    pub references: Option<Spanned<String>>,
    /// Words in place of those of `[labels]`, or of the fixed options of `[choice]`, in their
    /// order.
    #[schemars(with = "Option<Vec<String>>")]
    pub words: Option<Spanned<Vec<String>>>,
}
