//! One way to put an example: the templates of one prompt.

use crate::template::{RowExpression, TextTemplate};

/// The compiled templates of one prompt.
#[derive(Debug)]
pub(crate) struct Prompt {
    /// What people call it.
    pub name: Option<String>,
    pub inputs: TextTemplate,
    /// `None`: the right option.
    pub targets: Option<TextTemplate>,
    pub references: References,
    /// In place of the words of the options, in their order.
    pub words: Option<Vec<String>>,
}

/// Where a prompt's references come from.
#[derive(Debug)]
pub(crate) enum References {
    /// The target is the one reference.
    Target,
    /// An expression of the prompt's own.
    Own(RowExpression),
    /// The expression that all prompts share.
    Shared,
}
