//! Shapes: what a template cannot say.
//!
//! A shape computes named values from a row; the task's templates see them in place of columns of
//! the same names. Where the `t5` package has a layout of its own for the shape, that is the
//! default of the templates. Each kind is one file: its table in a task file, and the values.

mod attributes;
mod coreference;
mod dialogue;
mod multi_label;
mod question_answering;
mod table;
mod tagging;
mod triples;
mod values;

use crate::compile::Fault;
use crate::reading::Reading;
use crate::template::RowExpression;
use ext5_core::config::{self, ConfigError};
use minijinja::value::Value;
use schemars::JsonSchema;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;
use toml::Spanned;

/// What all shapes do.
pub(crate) trait Shape: fmt::Debug + Send + Sync {
    /// The values that templates see, by name.
    ///
    /// # Errors
    /// A reason that names the key, when the row does not fit.
    fn values(&self, columns: &Value) -> Result<Value, String>;

    /// What stands in for missing keys of `[template]`.
    fn layout(&self) -> Layout;

    /// How predictions are read where the task does not say.
    fn reading(&self) -> Option<Reading> {
        None
    }
}

/// Default templates of a shape.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Layout {
    /// `NAME` stands for the task's name.
    pub inputs: Option<&'static str>,
    pub targets: Option<&'static str>,
    pub references: Option<&'static str>,
}

/// The kind of a shape: read first, as it decides which other keys there are.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ShapeHead {
    pub kind: Kind,
    /// The other keys as they are, for the task's digest.
    #[serde(flatten)]
    keys: toml::Table,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    QuestionAnswering,
    MultiLabel,
    Tagging,
    Dialogue,
    Triples,
    Attributes,
    Table,
    Coreference,
}

/// All kinds with their keys, for the JSON Schema.
#[derive(JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum ShapeTable {
    QuestionAnswering(question_answering::Table),
    MultiLabel(multi_label::Table),
    Tagging(tagging::Table),
    Dialogue(dialogue::Table),
    Triples(triples::Table),
    Attributes(attributes::Table),
    Table(table::Table),
    Coreference(coreference::Table),
}

/// Reads the table `[shape]` of the task file `text`, whose kind is known.
pub(crate) fn read(
    kind: Kind,
    text: &str,
    path: &Path,
) -> Result<Result<Box<dyn Shape>, Fault>, ConfigError> {
    Ok(match kind {
        Kind::QuestionAnswering => {
            boxed(question_answering::QuestionAnswering::new(of(text, path)?))
        }
        Kind::MultiLabel => boxed(multi_label::MultiLabel::new(of(text, path)?)),
        Kind::Tagging => boxed(tagging::Tagging::new(of(text, path)?)),
        Kind::Dialogue => boxed(dialogue::Dialogue::new(of(text, path)?)),
        Kind::Triples => boxed(triples::Triples::new(of(text, path)?)),
        Kind::Attributes => boxed(attributes::Attributes::new(of(text, path)?)),
        Kind::Table => boxed(table::DataTable::new(of(text, path)?)),
        Kind::Coreference => boxed(coreference::Coreference::new(of(text, path)?)),
    })
}

/// The one table of a task file, so that errors and spans are those of the whole file.
fn of<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T, ConfigError> {
    #[derive(Deserialize)]
    struct File<T> {
        shape: T,
    }
    Ok(config::parse::<File<T>>(text, path)?.shape)
}

fn boxed(shape: Result<impl Shape + 'static, Fault>) -> Result<Box<dyn Shape>, Fault> {
    shape.map(|shape| Box::new(shape) as Box<dyn Shape>)
}

/// The key `kind` of each table, which [`ShapeHead`] has read.
pub(crate) type KindKey = IgnoredAny;

/// The expression of a key, or its default.
fn expression(
    key: &'static str,
    source: Option<&Spanned<String>>,
    default: &str,
) -> Result<RowExpression, Fault> {
    let text = source.map_or(default, |source| source.get_ref());
    RowExpression::new(key, text).map_err(|error| Fault {
        offset: source.map_or(0, |source| source.span().start),
        message: format!("{key}: {error}"),
    })
}

/// The expression of a key that has no default.
fn optional(
    key: &'static str,
    source: Option<&Spanned<String>>,
) -> Result<Option<RowExpression>, Fault> {
    source.map(|source| expression(key, Some(source), "")).transpose()
}
