//! From a row to its examples.

use crate::answer::{Answers, Choices};
use crate::each::{Each, over};
use crate::example::{Example, Origin};
use crate::prompt::{Prompt, References};
use crate::shape::Shape;
use crate::template::RowExpression;
use ext5_data::Located;
use minijinja::value::{Serde, Value};

/// What T5 writes where a split has no targets.
const NO_TARGETS: &str = "<unk>";

/// The compiled templates and expressions of a task.
#[derive(Debug)]
pub(crate) struct Renderer {
    pub each: Vec<Each>,
    pub filter: Option<RowExpression>,
    pub shape: Option<Box<dyn Shape>>,
    pub answers: Option<Answers>,
    /// At least one; the first is the default.
    pub prompts: Vec<Prompt>,
    /// The references of all prompts that have none of their own.
    pub references: Option<RowExpression>,
    pub group: Option<RowExpression>,
    /// What is rewritten.
    pub source: Option<RowExpression>,
}

/// What a row becomes.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// For each example its renderings, one for each prompt that was asked for.
    pub examples: Vec<Vec<Example>>,
    /// What the filter left out: the row, or some of its items.
    pub filtered: u64,
}

impl Renderer {
    /// What becomes of a row with the first `prompts` prompts. In an unlabelled split nothing is
    /// asked of targets.
    ///
    /// # Errors
    /// A reason that names the key, when the row does not fit the task.
    pub(crate) fn render(
        &self,
        row: &Located,
        labelled: bool,
        prompts: usize,
    ) -> Result<Rendered, String> {
        let mut all = vec![Value::from(Serde(&row.row))];
        for each in &self.each {
            let expanded: Result<Vec<_>, _> =
                all.iter().map(|columns| each.expand(columns, labelled)).collect();
            all = expanded?.into_iter().flatten().collect();
        }
        // A row whose lists are empty is left out, too.
        let mut rendered = Rendered { filtered: u64::from(all.is_empty()), ..Rendered::default() };
        for columns in all {
            let itself = Value::from_pairs([("row", columns.clone())]);
            let context = over(itself.clone(), columns);
            if let Some(filter) = &self.filter
                && !filter.defined(&context)?.is_true()
            {
                rendered.filtered += 1;
                continue;
            }
            let context = match &self.shape {
                Some(shape) => over(itself, over(shape.values(&context)?, context)),
                None => context,
            };
            rendered.examples.push(self.examples(row, &context, labelled, prompts)?);
        }
        Ok(rendered)
    }

    /// The renderings of one example.
    fn examples(
        &self,
        row: &Located,
        context: &Value,
        labelled: bool,
        prompts: usize,
    ) -> Result<Vec<Example>, String> {
        let choices = match &self.answers {
            Some(answers) => Some(answers.choices(context)?),
            None => None,
        };
        if labelled && choices.as_ref().is_some_and(|choices| choices.answer.is_none()) {
            return Err("no label; a split without labels belongs in source.unlabelled".into());
        }
        let group = self.group.as_ref().map(|group| group.text(context)).transpose()?;
        let source = self.source.as_ref().map(|source| source.text(context)).transpose()?;
        let one = |(index, prompt): (usize, &Prompt)| {
            let mut choices = choices.clone().unwrap_or_default();
            if let Some(words) = &prompt.words {
                choices.options.clone_from(words);
            }
            let context = match &self.answers {
                Some(answers) => with_choices(context, answers, &choices),
                None => context.clone(),
            };
            let options = choices.written.unwrap_or(choices.options);
            let answer = choices.answer.filter(|_| labelled);
            let (targets, references) = match labelled {
                true => self.targets_and_references(prompt, &context, &options, answer)?,
                false => (NO_TARGETS.to_owned(), Vec::new()),
            };
            Ok(Example {
                inputs: prompt.inputs.render(&context)?,
                targets,
                references,
                options,
                answer,
                group: group.clone(),
                source: source.clone(),
                prompt: index,
                origin: Origin { file: row.file.clone(), line: row.line },
            })
        };
        self.prompts.iter().take(prompts).enumerate().map(one).collect()
    }

    fn targets_and_references(
        &self,
        prompt: &Prompt,
        context: &Value,
        options: &[String],
        answer: Option<usize>,
    ) -> Result<(String, Vec<String>), String> {
        let targets = match (&prompt.targets, answer) {
            (Some(template), _) => template.render(context)?,
            (None, Some(index)) => options[index].clone(),
            (None, None) => return Err("template.targets: missing".to_owned()),
        };
        let references = match (&prompt.references, &self.references) {
            (References::Own(expression), _) | (References::Shared, Some(expression)) => {
                expression.texts(context)?
            }
            _ => vec![targets.clone()],
        };
        Ok((targets, references))
    }
}

/// The context in which templates also see the options and the right one.
fn with_choices(context: &Value, answers: &Answers, choices: &Choices) -> Value {
    let right = choices.answer.map(|index| Value::from(choices.options[index].as_str()));
    let mut computed = vec![
        ("options", choices.options.iter().map(String::as_str).collect()),
        (answers.name(), right.unwrap_or(Value::UNDEFINED)),
    ];
    if let Some(written) = &choices.written {
        computed.push(("marks", written.iter().map(String::as_str).collect()));
    }
    // The row itself is never hidden.
    let row = context.get_attr("row").unwrap_or_default();
    computed.push(("row", row));
    over(Value::from_pairs(computed), context.clone())
}
