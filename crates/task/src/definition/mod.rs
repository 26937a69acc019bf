//! The shape of a task file.
//!
//! What users read of these types stands in `docs/schema/task.schema.json`, which is made from
//! them: their comments are its descriptions.

mod answers;
mod provenance;
mod source;
mod string_or_list;
mod templates;

pub(crate) use answers::{AnswerAs, AnswerIs, ChoiceTable, LabelsTable, Options};
pub use provenance::Provenance;
pub use source::Hub;
pub(crate) use source::{EachTable, SourceTable};
pub(crate) use templates::{PromptTable, TemplateTable};

use crate::metric::Metric;
use crate::reading::Reading;
use crate::shape::ShapeHead;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A task of ext5: where its rows lie, how a row becomes inputs and targets, how predictions are
/// scored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "ext5 task")]
pub(crate) struct Definition {
    /// Letters, digits, `_`, `-` and `.`; unique among the tasks in use.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// `summarization`, `dialogue`, `nli`, `classification`, `semantic_parsing`, `commonsense`,
    /// `closed_book_qa`, `reading_comprehension`, or a name of your own.
    #[schemars(with = "String")]
    pub family: Spanned<String>,
    /// Lists of tasks that are reported together.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub suites: Vec<Spanned<String>>,
    /// What the task is about, for people.
    #[serde(default)]
    pub description: String,
    /// The licence of its data, for people.
    #[serde(default)]
    pub licence: String,
    /// The home page of its data, for people.
    #[serde(default)]
    pub url: String,
    /// What to cite for its data, for people.
    #[serde(default)]
    pub citation: String,
    /// Why the task stands for one of the paper's 107.
    #[schemars(with = "Option<Provenance>")]
    pub provenance: Option<Spanned<Provenance>>,
    /// The reason for the provenance, in a sentence; needed where the task was `chosen`.
    #[serde(default)]
    pub reason: String,
    /// Where the columns, the labels and their order were read.
    #[serde(default)]
    pub sources: Vec<String>,
    /// What of the data set's schema was not found in any source. Without it everything was.
    #[schemars(with = "Option<String>")]
    pub unverified: Option<Spanned<String>>,
    /// The task is for evaluation: it has no train split, and a mixture refuses it.
    #[serde(default)]
    pub evaluation_only: bool,
    /// How predictions are scored; the first is the main metric.
    #[schemars(with = "Vec<Metric>", length(min = 1))]
    pub metrics: Spanned<Vec<Metric>>,
    /// Where rows come from.
    #[serde(default)]
    pub source: SourceTable,
    /// Values that a template cannot compute.
    #[schemars(with = "Option<crate::shape::ShapeTable>")]
    pub shape: Option<Spanned<ShapeHead>>,
    /// How a row becomes text: the first prompt, and what all prompts share.
    #[schemars(with = "Option<TemplateTable>")]
    pub template: Option<Spanned<TemplateTable>>,
    /// More ways to put the same example.
    #[serde(default)]
    #[schemars(with = "Vec<PromptTable>")]
    pub prompts: Vec<Spanned<PromptTable>>,
    /// A column whose values stand for words.
    #[schemars(with = "Option<LabelsTable>")]
    pub labels: Option<Spanned<LabelsTable>>,
    /// Options that may differ from row to row.
    #[schemars(with = "Option<ChoiceTable>")]
    pub choice: Option<Spanned<ChoiceTable>>,
    /// How a prediction, and a reference, is read before metrics compare the two.
    #[schemars(with = "Option<Reading>")]
    pub prediction: Option<Spanned<Reading>>,
}
