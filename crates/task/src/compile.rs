//! From the definition in a task file to a task: what serde cannot check is checked here.

use crate::answer::{Answers, Choice, Labels};
use crate::definition::{Definition, TemplateTable};
use crate::metric::{Metric, Needs};
use crate::render::Renderer;
use crate::task::Task;
use crate::template::{RowExpression, TextTemplate};
use ext5_core::Digest;
use std::path::Path;
use toml::Spanned;

/// Goes into every task's digest: raise it when the same definition and row begin to give another
/// example.
const RENDERER_VERSION: &[u8] = b"1";

/// What is wrong in a task file, and where.
pub(crate) struct Fault {
    /// In bytes from the start of the file.
    pub offset: usize,
    pub message: String,
}

impl Fault {
    fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Self {
        Fault { offset: place.span().start, message: message.into() }
    }
}

pub(crate) fn compile(definition: Definition, path: &Path) -> Result<Task, Fault> {
    let names = [&definition.name, &definition.family];
    names.into_iter().chain(&definition.suites).try_for_each(check_name)?;
    check_metrics(&definition)?;
    let digest = digest(&definition);
    let renderer = renderer(&definition)?;
    let suites = definition.suites.into_iter().map(Spanned::into_inner);
    Ok(Task {
        name: definition.name.into_inner(),
        family: definition.family.into_inner(),
        suites: suites.collect(),
        description: definition.description,
        licence: definition.licence,
        metrics: definition.metrics.into_inner(),
        path: path.to_owned(),
        source: definition.source,
        renderer,
        digest,
    })
}

/// Names stand in selection patterns and in file names.
fn check_name(name: &Spanned<String>) -> Result<(), Fault> {
    let text = name.get_ref();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(allowed) {
        return Ok(());
    }
    let message = format!("`{text}` is no name: use letters, digits, `_`, `-` and `.`");
    Err(Fault::at(name, message))
}

fn check_metrics(definition: &Definition) -> Result<(), Fault> {
    let metrics = definition.metrics.get_ref();
    if metrics.is_empty() {
        let all = Metric::ALL.map(Metric::name).join(", ");
        let message = format!("metrics: name at least one of {all}");
        return Err(Fault::at(&definition.metrics, message));
    }
    let has_options = definition.labels.is_some() || definition.choice.is_some();
    let on_options = metrics.iter().find(|metric| metric.needs() == Needs::OptionScores);
    match on_options {
        Some(metric) if !has_options => {
            let message = format!("metrics: `{metric}` needs [labels] or [choice]");
            Err(Fault::at(&definition.metrics, message))
        }
        _ => Ok(()),
    }
}

fn renderer(definition: &Definition) -> Result<Renderer, Fault> {
    let answers = answers(definition)?;
    let template: &TemplateTable = definition.template.get_ref();
    if template.targets.is_none() && answers.is_none() {
        let message = "[template]: missing `targets` (only [labels] and [choice] imply it)";
        return Err(Fault::at(&definition.template, message));
    }
    Ok(Renderer {
        inputs: text_template("template.inputs", &template.inputs)?,
        targets: optional(text_template, "template.targets", template.targets.as_ref())?,
        references: optional(expression, "template.references", template.references.as_ref())?,
        group: optional(expression, "template.group", template.group.as_ref())?,
        filter: optional(expression, "source.filter", definition.source.filter.as_ref())?,
        answers,
    })
}

fn answers(definition: &Definition) -> Result<Option<Answers>, Fault> {
    match (&definition.labels, &definition.choice) {
        (None, None) => Ok(None),
        (Some(table), None) => {
            let labels = Labels::new(table.get_ref()).map_err(|error| Fault::at(table, error))?;
            Ok(Some(Answers::Labels(labels)))
        }
        (None, Some(table)) => {
            let choice = Choice::new(table.get_ref());
            let choice = choice.map_err(|(offset, message)| Fault { offset, message })?;
            Ok(Some(Answers::Choice(Box::new(choice))))
        }
        (Some(_), Some(choice)) => {
            Err(Fault::at(choice, "[choice]: a task has [labels] or [choice], not both"))
        }
    }
}

fn text_template(key: &'static str, source: &Spanned<String>) -> Result<TextTemplate, Fault> {
    TextTemplate::new(key, source.get_ref()).map_err(|error| Fault::at(source, error.to_string()))
}

fn expression(key: &'static str, source: &Spanned<String>) -> Result<RowExpression, Fault> {
    RowExpression::new(key, source.get_ref())
        .map_err(|error| Fault::at(source, format!("{key}: {error}")))
}

fn optional<T>(
    compile: impl FnOnce(&'static str, &Spanned<String>) -> Result<T, Fault>,
    key: &'static str,
    source: Option<&Spanned<String>>,
) -> Result<Option<T>, Fault> {
    source.map(|source| compile(key, source)).transpose()
}

/// Of the parsed values, in the order of the structures: layout and comments cannot matter.
fn digest(definition: &Definition) -> Digest {
    let values = serde_json::json!({
        "name": definition.name,
        "metrics": definition.metrics,
        "source": definition.source,
        "template": definition.template,
        "labels": definition.labels,
        "choice": definition.choice,
    });
    let text = values.to_string();
    Digest::of_parts([("renderer", RENDERER_VERSION), ("definition", text.as_bytes())])
}
