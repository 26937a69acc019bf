//! From a row to an example.

use crate::answer::Answers;
use crate::example::{Example, Origin};
use crate::template::{RowExpression, TextTemplate};
use ext5_data::Located;
use minijinja::value::{Serde, Value, merge_maps};

/// What T5 writes where a split has no targets.
const NO_TARGETS: &str = "<unk>";

/// The compiled templates and expressions of a task.
#[derive(Debug)]
pub(crate) struct Renderer {
    pub inputs: TextTemplate,
    /// `None`: the right option.
    pub targets: Option<TextTemplate>,
    pub references: Option<RowExpression>,
    pub group: Option<RowExpression>,
    pub filter: Option<RowExpression>,
    pub answers: Option<Answers>,
}

impl Renderer {
    /// The example of a row; `None` when the filter leaves it out. In an unlabelled split nothing
    /// is asked of targets.
    ///
    /// # Errors
    /// A reason that names the key, when the row does not fit the task.
    pub(crate) fn render(&self, row: &Located, labelled: bool) -> Result<Option<Example>, String> {
        let columns = Value::from(Serde(&row.row));
        let row_itself = ("row", columns.clone());
        let mut context = merge_maps([Value::from_pairs([row_itself.clone()]), columns.clone()]);
        if let Some(filter) = &self.filter
            && !filter.defined(&context)?.is_true()
        {
            return Ok(None);
        }
        let (mut options, mut answer) = (Vec::new(), None);
        if let Some(answers) = &self.answers {
            let choices = answers.choices(&context)?;
            if labelled && choices.answer.is_none() {
                return Err("no label; a split without labels belongs in source.unlabelled".into());
            }
            let right = choices.answer.map(|index| Value::from(choices.options[index].as_str()));
            let texts: Value = choices.options.iter().map(String::as_str).collect();
            let computed = Value::from_pairs([
                row_itself,
                ("options", texts),
                (answers.name(), right.unwrap_or(Value::UNDEFINED)),
            ]);
            context = merge_maps([computed, columns]);
            (options, answer) = (choices.options, choices.answer.filter(|_| labelled));
        }
        let (targets, references) = match labelled {
            true => self.targets_and_references(&context, &options, answer)?,
            false => (NO_TARGETS.to_owned(), Vec::new()),
        };
        Ok(Some(Example {
            inputs: self.inputs.render(&context)?,
            targets,
            references,
            options,
            answer,
            group: self.group.as_ref().map(|group| group.text(&context)).transpose()?,
            origin: Origin { file: row.file.clone(), line: row.line },
        }))
    }

    fn targets_and_references(
        &self,
        context: &Value,
        options: &[String],
        answer: Option<usize>,
    ) -> Result<(String, Vec<String>), String> {
        let targets = match (&self.targets, answer) {
            (Some(template), _) => template.render(context)?,
            (None, Some(index)) => options[index].clone(),
            (None, None) => return Err("template.targets: missing".to_owned()),
        };
        let references = match &self.references {
            Some(expression) => expression.texts(context)?,
            None => vec![targets.clone()],
        };
        Ok((targets, references))
    }
}
