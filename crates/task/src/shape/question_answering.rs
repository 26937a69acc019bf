//! Span question answering: a question, a context, and several right answers.

use super::values::{each_once, field};
use super::{KindKey, Layout, Shape, expression};
use crate::compile::Fault;
use crate::template::{RowExpression, items, plain_text, shown};
use minijinja::value::{Value, ValueKind};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A question, the context that holds its answer, and all right answers: SQuAD and its kin.
/// Templates see `question`, `context`, `answers` (each once) and `answer` (the first). The
/// default layout is T5's: `question: … context: …`, punctuation apart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[allow(dead_code)]
    #[schemars(skip)]
    kind: KindKey,
    /// An expression for the question; `question` by default.
    #[schemars(with = "Option<String>")]
    question: Option<Spanned<String>>,
    /// An expression for the context; `context` by default.
    #[schemars(with = "Option<String>")]
    context: Option<Spanned<String>>,
    /// An expression for the answers: a text, a list of texts, a list of `{ text = … }`, or
    /// SQuAD's `{ text = […] }`; `answers` by default.
    #[schemars(with = "Option<String>")]
    answers: Option<Spanned<String>>,
    /// What stands for the answer where there is none; by default such a row is malformed.
    #[schemars(with = "Option<String>")]
    unanswerable: Option<Spanned<String>>,
}

/// [`Table`], compiled.
#[derive(Debug)]
pub(super) struct QuestionAnswering {
    question: RowExpression,
    context: RowExpression,
    answers: RowExpression,
    unanswerable: Option<String>,
}

impl QuestionAnswering {
    pub(super) fn new(table: Table) -> Result<Self, Fault> {
        let unanswerable = match &table.unanswerable {
            Some(word) if word.get_ref().trim().is_empty() => {
                return Err(Fault::at(word, "shape.unanswerable: empty"));
            }
            Some(word) => Some(word.get_ref().trim().to_owned()),
            None => None,
        };
        Ok(QuestionAnswering {
            question: expression("shape.question", table.question.as_ref(), "question")?,
            context: expression("shape.context", table.context.as_ref(), "context")?,
            answers: expression("shape.answers", table.answers.as_ref(), "answers")?,
            unanswerable,
        })
    }
}

impl Shape for QuestionAnswering {
    fn values(&self, columns: &Value) -> Result<Value, String> {
        let answers = texts(&self.answers.value(columns)?)?;
        let answers = match (answers.is_empty(), &self.unanswerable) {
            (true, Some(word)) => vec![word.clone()],
            _ => answers,
        };
        // Undefined where there is none, as in an unlabelled split: a target asks for it.
        let first = answers.first().map_or(Value::UNDEFINED, |answer| answer.as_str().into());
        let answers = match answers.is_empty() {
            true => Value::UNDEFINED,
            false => answers.into_iter().collect(),
        };
        Ok(Value::from_pairs([
            ("question", self.question.text(columns)?.into()),
            ("context", self.context.text(columns)?.into()),
            ("answer", first),
            ("answers", answers),
        ]))
    }

    fn layout(&self) -> Layout {
        Layout {
            inputs: Some(
                "question: {{ question | pad_punctuation | trim }} \
                 context: {{ context | pad_punctuation | trim }}",
            ),
            targets: Some("{{ answer | pad_punctuation | trim }}"),
            references: Some("answers | map('pad_punctuation')"),
        }
    }
}

/// The texts of answers in any of their forms, each once.
fn texts(answers: &Value) -> Result<Vec<String>, String> {
    let found = match items(answers) {
        Some(items) => items,
        None if answers.kind() == ValueKind::Map => match field(answers, &["text"]) {
            Some(texts) => items(&texts).unwrap_or_else(|| vec![texts]),
            None => return Err(wrong(answers)),
        },
        None => vec![answers.clone()],
    };
    let text = |answer: &Value| match answer.kind() {
        ValueKind::Undefined | ValueKind::None => Ok(None),
        ValueKind::Map => match field(answer, &["text"]) {
            Some(text) => Ok(plain_text(&text)),
            None => Err(wrong(answer)),
        },
        ValueKind::Seq => Err(wrong(answer)),
        _ => Ok(plain_text(answer)),
    };
    let texts: Vec<Option<String>> = found.iter().map(text).collect::<Result<_, _>>()?;
    Ok(each_once(texts.into_iter().flatten()))
}

fn wrong(answer: &Value) -> String {
    format!("shape.answers: expected texts, found {}", shown(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::value::Serde;
    use serde_json::json;

    fn of(answers: serde_json::Value) -> Result<Vec<String>, String> {
        texts(&Value::from(Serde(answers)))
    }

    #[test]
    fn answers_have_many_forms() {
        for answers in [
            json!("Ann"),
            json!(["Ann", " Ann "]),
            json!({"text": ["Ann", "Ann"], "answer_start": [1, 7]}),
            json!({"text": "Ann", "answer_start": 1}),
            json!([{"text": "Ann", "answer_start": 1}, {"text": "Ann", "answer_start": 7}]),
        ] {
            assert_eq!(of(answers.clone()).unwrap(), ["Ann"], "{answers}");
        }
        assert_eq!(of(json!([1912, "b"])).unwrap(), ["1912", "b"]);
        for none in [json!(null), json!([]), json!({"text": [], "answer_start": []}), json!("")] {
            assert!(of(none).unwrap().is_empty());
        }
        let error = of(json!([{"answer": "Ann"}])).unwrap_err();
        assert!(error.starts_with("shape.answers: expected texts"), "{error}");
        assert!(of(json!([["Ann"]])).is_err());
    }
}
