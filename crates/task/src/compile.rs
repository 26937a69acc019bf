//! From the definition in a task file to a task: what serde cannot check is checked here.

use crate::answer::{Answers, Choice, Labels};
use crate::definition::{Definition, PromptTable, Provenance, TemplateTable};
use crate::each::Each;
use crate::metric::{Metric, Needs};
use crate::prompt::{Prompt, References};
use crate::reading::Reading;
use crate::render::Renderer;
use crate::shape::{self, Shape};
use crate::task::Task;
use crate::template::{RowExpression, TextTemplate};
use ext5_core::Digest;
use ext5_core::config::{self, ConfigError};
use std::path::Path;
use toml::Spanned;

/// Goes into every task's digest: raise it when the same definition and row begin to give another
/// example.
const RENDERER_VERSION: &[u8] = b"2";

/// What is wrong in a task file, and where.
pub(crate) struct Fault {
    /// In bytes from the start of the file.
    pub offset: usize,
    pub message: String,
}

impl Fault {
    pub(crate) fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Self {
        Fault { offset: place.span().start, message: message.into() }
    }
}

/// Reads the text of a task file; `path` is named in errors.
///
/// # Errors
/// When the text is no task: the message names file, line and key.
pub(crate) fn parse(text: &str, path: &Path) -> Result<Task, ConfigError> {
    let definition: Definition = config::parse(text, path)?;
    let placed = |fault: Fault| ConfigError::Invalid {
        path: path.to_owned(),
        line: 1 + text.bytes().take(fault.offset).filter(|&byte| byte == b'\n').count(),
        message: fault.message,
    };
    let shape = match &definition.shape {
        Some(head) => Some(shape::read(head.get_ref().kind, text, path)?.map_err(placed)?),
        None => None,
    };
    compile(definition, shape, text, path).map_err(placed)
}

fn compile(
    definition: Definition,
    shape: Option<Box<dyn Shape>>,
    text: &str,
    path: &Path,
) -> Result<Task, Fault> {
    let names = [&definition.name, &definition.family];
    names.into_iter().chain(&definition.suites).try_for_each(check_name)?;
    check_provenance(&definition)?;
    check_metrics(&definition)?;
    check_source(&definition)?;
    let digest = digest(&definition);
    let reading = reading(&definition, shape.as_deref())?;
    let renderer = renderer(&definition, shape)?;
    let suites = definition.suites.into_iter().map(Spanned::into_inner);
    Ok(Task {
        name: definition.name.into_inner(),
        family: definition.family.into_inner(),
        suites: suites.collect(),
        description: definition.description,
        licence: definition.licence,
        url: definition.url,
        citation: definition.citation,
        provenance: definition.provenance.map(Spanned::into_inner),
        reason: definition.reason,
        sources: definition.sources,
        unverified: definition.unverified.map(Spanned::into_inner),
        evaluation_only: definition.evaluation_only,
        metrics: definition.metrics.into_inner(),
        path: path.to_owned(),
        built_in: false,
        text: text.to_owned(),
        source: definition.source,
        renderer,
        reading,
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

fn check_provenance(definition: &Definition) -> Result<(), Fault> {
    if let Some(provenance) = &definition.provenance
        && *provenance.get_ref() == Provenance::Chosen
        && definition.reason.trim().is_empty()
    {
        let message = "provenance: a task that was `chosen` says why in `reason`";
        return Err(Fault::at(provenance, message));
    }
    match &definition.unverified {
        Some(what) if what.get_ref().trim().is_empty() => {
            Err(Fault::at(what, "unverified: say what was not found, or leave the key out"))
        }
        _ => Ok(()),
    }
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
    if let Some(metric) = on_options.filter(|_| !has_options) {
        let message = format!("metrics: `{metric}` needs [labels] or [choice]");
        return Err(Fault::at(&definition.metrics, message));
    }
    let source = definition.template.as_ref().and_then(|table| table.get_ref().source.as_ref());
    if metrics.contains(&Metric::Sari) && source.is_none() {
        let message = "metrics: `sari` needs template.source, the text that is rewritten";
        return Err(Fault::at(&definition.metrics, message.to_owned()));
    }
    Ok(())
}

fn check_source(definition: &Definition) -> Result<(), Fault> {
    let source = &definition.source;
    if let Some(generator) = &source.generator {
        let of_files = [
            ("files", !source.files.is_empty()),
            ("format", source.format.is_some()),
            ("hub", source.hub.is_some()),
        ];
        if let Some((key, _)) = of_files.iter().find(|(_, given)| *given) {
            let message = format!("source.generator: not with source.{key}, which is of files");
            return Err(Fault::at(generator, message));
        }
    }
    if let Some((split, name)) = source.splits.iter().next()
        && !source.files.is_empty()
    {
        let message =
            format!("source.splits.{split}: not with source.files, which names all files");
        return Err(Fault::at(name, message));
    }
    source.each.iter().try_for_each(|each| {
        let name = each.name.get_ref();
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(allowed)
            && name != "row";
        match is_name {
            true => Ok(()),
            false => {
                let message = format!("source.each.name: templates cannot say `{name}`");
                Err(Fault::at(&each.name, message))
            }
        }
    })
}

fn renderer(definition: &Definition, shape: Option<Box<dyn Shape>>) -> Result<Renderer, Fault> {
    let answers = answers(definition)?;
    let prompts = prompts(definition, shape.as_deref(), answers.as_ref())?;
    let layout = shape.as_ref().map(|shape| shape.layout()).unwrap_or_default();
    let shared = definition.template.as_ref().map(Spanned::get_ref);
    // A layout's references go with its targets.
    let whole = answers.is_none() && shared.is_none_or(|table| table.targets.is_none());
    let references = match shared.and_then(|table| table.references.as_ref()) {
        Some(source) => Some(expression("template.references", source)?),
        None => layout
            .references
            .filter(|_| whole)
            .map(|source| unplaced(RowExpression::new("template.references", source)))
            .transpose()?,
    };
    let group = shared.and_then(|table| table.group.as_ref());
    let source = shared.and_then(|table| table.source.as_ref());
    let each = definition
        .source
        .each
        .iter()
        .map(|table| Each::new(table).map_err(|message| Fault::at(&table.list, message)));
    Ok(Renderer {
        each: each.collect::<Result<_, _>>()?,
        filter: optional(expression, "source.filter", definition.source.filter.as_ref())?,
        shape,
        answers,
        prompts,
        references,
        group: optional(expression, "template.group", group)?,
        source: optional(expression, "template.source", source)?,
    })
}

/// All prompts: that of `[template]` or of the shape's layout first, then `[[prompts]]`.
fn prompts(
    definition: &Definition,
    shape: Option<&dyn Shape>,
    answers: Option<&Answers>,
) -> Result<Vec<Prompt>, Fault> {
    let layout = shape.map(Shape::layout).unwrap_or_default();
    let default = TemplateTable::default();
    let shared = definition.template.as_ref().map_or(&default, Spanned::get_ref);
    let inputs = match (&shared.inputs, layout.inputs) {
        (Some(source), _) => Some(text_template("template.inputs", source)?),
        (None, Some(layout)) => {
            let source = layout.replace("NAME", definition.name.get_ref());
            Some(unplaced(TextTemplate::new("template.inputs", &source))?)
        }
        (None, None) => None,
    };
    let targets = || match (&shared.targets, layout.targets) {
        (Some(source), _) => text_template("template.targets", source).map(Some),
        (None, Some(layout)) if answers.is_none() => {
            unplaced(TextTemplate::new("template.targets", layout)).map(Some)
        }
        (None, _) => Ok(None),
    };
    let mut prompts = Vec::new();
    if let Some(inputs) = inputs {
        let targets = targets()?;
        prompts.push(Prompt {
            name: None,
            inputs,
            targets,
            references: References::Shared,
            words: None,
        });
    }
    for table in &definition.prompts {
        prompts.push(prompt(table.get_ref(), targets()?, answers)?);
    }
    if prompts.is_empty() {
        let message = "[template]: missing `inputs`, what the model reads";
        return Err(match &definition.template {
            Some(template) => Fault::at(template, message),
            None => Fault { offset: 0, message: message.to_owned() },
        });
    }
    if answers.is_none() && prompts.iter().any(|prompt| prompt.targets.is_none()) {
        let message = "[template]: missing `targets` (only [labels] and [choice] imply it)";
        return Err(match (&definition.template, definition.prompts.first()) {
            (Some(template), _) => Fault::at(template, message),
            (None, Some(prompt)) => Fault::at(prompt, message),
            (None, None) => Fault { offset: 0, message: message.to_owned() },
        });
    }
    Ok(prompts)
}

fn prompt(
    table: &PromptTable,
    shared_targets: Option<TextTemplate>,
    answers: Option<&Answers>,
) -> Result<Prompt, Fault> {
    let references = match (&table.references, &table.targets) {
        (Some(source), _) => References::Own(expression("prompts.references", source)?),
        (None, Some(_)) => References::Target,
        (None, None) => References::Shared,
    };
    if let Some(words) = &table.words {
        let fixed = answers.and_then(Answers::fixed);
        let problem = match fixed {
            None => "prompts.words: needs [labels], or [choice] with fixed options".to_owned(),
            Some(count) if count != words.get_ref().len() => {
                format!("prompts.words: expected {count}, one for each option")
            }
            Some(_) if words.get_ref().iter().any(|word| word.trim().is_empty()) => {
                "prompts.words: one is empty".to_owned()
            }
            Some(_) => String::new(),
        };
        if !problem.is_empty() {
            return Err(Fault::at(words, problem));
        }
    }
    let words = table
        .words
        .as_ref()
        .map(|words| words.get_ref().iter().map(|word| word.trim().to_owned()).collect());
    Ok(Prompt {
        name: table.name.clone(),
        inputs: text_template("prompts.inputs", &table.inputs)?,
        targets: match &table.targets {
            Some(source) => Some(text_template("prompts.targets", source)?),
            None => shared_targets,
        },
        references,
        words,
    })
}

/// Templates of layouts are ours: what is wrong with one stands nowhere in the task file.
fn unplaced<T>(compiled: Result<T, minijinja::Error>) -> Result<T, Fault> {
    compiled.map_err(|error| Fault { offset: 0, message: error.to_string() })
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

/// How predictions are read: in a way that serves the metrics.
fn reading(definition: &Definition, shape: Option<&dyn Shape>) -> Result<Reading, Fault> {
    let spans = definition.metrics.get_ref().contains(&Metric::SpanF1);
    let Some(table) = &definition.prediction else {
        let reading = shape.and_then(Shape::reading).unwrap_or_default();
        return match spans && !matches!(reading, Reading::Spans { .. }) {
            true => Err(Fault::at(&definition.metrics, NO_SPANS)),
            false => Ok(reading),
        };
    };
    let reading = table.get_ref();
    reading.check().map_err(|error| Fault::at(table, error))?;
    if spans && !matches!(reading, Reading::Spans { .. }) {
        return Err(Fault::at(table, NO_SPANS));
    }
    if let (Reading::Label { positive }, Some(labels)) = (reading, &definition.labels) {
        let words: Vec<&str> = labels.get_ref().words.values().map(|word| word.trim()).collect();
        if let Some(unknown) = positive.iter().find(|label| !words.contains(&label.as_str())) {
            let known = words.join(", ");
            let message =
                format!("prediction.positive: `{unknown}` is no label; there are {known}");
            return Err(Fault::at(table, message));
        }
    }
    Ok(reading.clone())
}

const NO_SPANS: &str = "metrics: `span_f1` needs [prediction] with kind = \"spans\"";

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

/// Of the parsed values, in the order of the structures: layout and comments cannot matter. What a
/// task does not say is not in it, so that a new key leaves the digests of old files as they are.
fn digest(definition: &Definition) -> Digest {
    let mut values = serde_json::json!({
        "name": definition.name,
        "metrics": definition.metrics,
        "source": definition.source,
        "template": definition.template,
        "labels": definition.labels,
        "choice": definition.choice,
    });
    if let Some(prediction) = &definition.prediction {
        values["prediction"] = serde_json::json!(prediction);
    }
    if let Some(shape) = &definition.shape {
        values["shape"] = serde_json::json!(shape);
    }
    if !definition.prompts.is_empty() {
        values["prompts"] = serde_json::json!(definition.prompts);
    }
    let text = values.to_string();
    Digest::of_parts([("renderer", RENDERER_VERSION), ("definition", text.as_bytes())])
}
