//! Sequence tagging as text.

use super::{KindKey, Layout, Shape, expression};
use crate::compile::Fault;
use crate::reading::Reading;
use crate::template::{RowExpression, items, plain_text, shown};
use minijinja::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Tokens with tags. Templates see `tokens`, `sentence` (the tokens joined), `spans` (a list of
/// `{ kind, text, start, end }`) and `target`, by default `kind: text; kind: text` in order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[allow(dead_code)]
    #[schemars(skip)]
    kind: KindKey,
    /// An expression for the tokens: a list, or text with white space between them; `tokens` by
    /// default.
    #[schemars(with = "Option<String>")]
    tokens: Option<Spanned<String>>,
    /// An expression for the tags, one for each token: a list of names or of ids, or text with
    /// white space between them; `tags` by default.
    #[schemars(with = "Option<String>")]
    tags: Option<Spanned<String>>,
    /// The tags that the ids 0, 1, … stand for.
    names: Option<Vec<String>>,
    /// Words in place of kinds: `words.PER = "person"`. Others stay as they are.
    #[serde(default)]
    words: BTreeMap<String, String>,
    /// What `target` says.
    #[serde(default)]
    target: TargetIs,
    /// What stands between spans; `; ` by default.
    separator: Option<String>,
    /// What stands between a span's kind and its text; `: ` by default.
    marker: Option<String>,
    /// What is written where there is no span; `none` by default.
    none: Option<String>,
}

/// What the target of a tagged sentence says.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum TargetIs {
    /// The spans of BIO, IOB or BIOES tags, each with its kind: `person: Ann; place: Rome`.
    #[default]
    Spans,
    /// One tag for each token: `O B-LOC O`.
    Tags,
}

/// [`Table`], compiled.
#[derive(Debug)]
pub(super) struct Tagging {
    tokens: RowExpression,
    tags: RowExpression,
    names: Option<Vec<String>>,
    words: BTreeMap<String, String>,
    target: TargetIs,
    separator: String,
    marker: String,
    none: String,
}

/// A tagged piece of a sentence, in tokens.
#[derive(Debug, PartialEq)]
struct Span<'a> {
    kind: &'a str,
    start: usize,
    end: usize,
}

impl Tagging {
    pub(super) fn new(table: Table) -> Result<Self, Fault> {
        let or = |given: Option<String>, default: &str| given.unwrap_or_else(|| default.to_owned());
        Ok(Tagging {
            tokens: expression("shape.tokens", table.tokens.as_ref(), "tokens")?,
            tags: expression("shape.tags", table.tags.as_ref(), "tags")?,
            names: table.names,
            words: table.words,
            target: table.target,
            separator: or(table.separator, "; "),
            marker: or(table.marker, ": "),
            none: or(table.none, "none"),
        })
    }

    /// The tag's name.
    fn name(&self, tag: String) -> Result<String, String> {
        let Some(names) = &self.names else { return Ok(tag) };
        let id: Option<usize> = tag.strip_suffix(".0").unwrap_or(&tag).parse().ok();
        match id.and_then(|id| names.get(id)) {
            Some(name) => Ok(name.clone()),
            None if names.contains(&tag) => Ok(tag),
            None => {
                Err(format!("shape.names: no name for the tag `{tag}`; there are {}", names.len()))
            }
        }
    }

    fn word<'a>(&'a self, kind: &'a str) -> &'a str {
        self.words.get(kind).map_or(kind, String::as_str)
    }

    fn target(&self, tokens: &[String], tags: &[String], spans: &[Span<'_>]) -> String {
        let parts: Vec<String> = match self.target {
            TargetIs::Tags => tags.iter().map(|tag| self.word(tag).to_owned()).collect(),
            TargetIs::Spans => {
                let part = |span: &Span<'_>| {
                    let text = tokens[span.start..span.end].join(" ");
                    format!("{}{}{text}", self.word(span.kind), self.marker)
                };
                spans.iter().map(part).collect()
            }
        };
        match self.target {
            TargetIs::Tags => parts.join(" "),
            TargetIs::Spans if parts.is_empty() => self.none.clone(),
            TargetIs::Spans => parts.join(&self.separator),
        }
    }
}

impl Shape for Tagging {
    fn values(&self, columns: &Value) -> Result<Value, String> {
        let tokens = list(&self.tokens, columns)?;
        let sentence = tokens.join(" ");
        let mut values = vec![
            ("tokens", tokens.iter().map(String::as_str).collect::<Value>()),
            ("sentence", sentence.into()),
        ];
        // Undefined tags, as in an unlabelled split, are asked for by a target.
        let (mut spans, mut target) = (Value::UNDEFINED, Value::UNDEFINED);
        if !self.tags.value(columns)?.is_undefined() {
            let tags = list(&self.tags, columns)?;
            if tags.len() != tokens.len() {
                let (tags, tokens) = (tags.len(), tokens.len());
                return Err(format!("shape.tags: {tags} tags for {tokens} tokens"));
            }
            let tags: Vec<String> =
                tags.into_iter().map(|tag| self.name(tag)).collect::<Result<_, _>>()?;
            let found = self::spans(&tags);
            target = self.target(&tokens, &tags, &found).into();
            let span = |span: &Span<'_>| {
                Value::from_pairs([
                    ("kind", Value::from(self.word(span.kind))),
                    ("text", tokens[span.start..span.end].join(" ").into()),
                    ("start", span.start.into()),
                    ("end", span.end.into()),
                ])
            };
            spans = found.iter().map(span).collect();
        }
        values.extend([("spans", spans), ("target", target)]);
        Ok(Value::from_pairs(values))
    }

    fn layout(&self) -> Layout {
        Layout { targets: Some("{{ target }}"), ..Layout::default() }
    }

    fn reading(&self) -> Option<Reading> {
        match self.target {
            TargetIs::Tags => None,
            TargetIs::Spans => Some(Reading::Spans {
                separator: self.separator.clone(),
                marker: self.marker.clone(),
                none: self.none.clone(),
            }),
        }
    }
}

/// A list of texts, or the words of a text.
fn list(expression: &RowExpression, columns: &Value) -> Result<Vec<String>, String> {
    let value = expression.defined(columns)?;
    let wrong =
        |value: &Value| format!("{}: expected a list, found {}", expression.key(), shown(value));
    let texts = match (items(&value), value.as_str()) {
        (Some(items), _) => {
            let text = |item| plain_text(item).ok_or_else(|| wrong(item));
            items.iter().map(text).collect::<Result<Vec<_>, _>>()?
        }
        (None, Some(text)) => text.split_whitespace().map(str::to_owned).collect(),
        (None, None) => return Err(wrong(&value)),
    };
    match texts.is_empty() {
        true => Err(format!("{}: an empty list", expression.key())),
        false => Ok(texts),
    }
}

/// The spans of BIO, IOB or BIOES (BILOU) tags: a span goes on with `I`, `E` or `L` of its kind and
/// ends before anything else. So a span that begins with `I` begins all the same, as `conlleval`
/// has it.
fn spans(tags: &[String]) -> Vec<Span<'_>> {
    let mut spans: Vec<Span<'_>> = Vec::new();
    let mut open = false;
    for (place, tag) in tags.iter().enumerate() {
        let (mark, kind) = match tag.split_once('-') {
            Some((mark, kind)) => (mark, kind),
            None => (tag.as_str(), ""),
        };
        let goes_on = open
            && matches!(mark, "I" | "E" | "L")
            && spans.last().is_some_and(|span| span.kind == kind);
        open = matches!(mark, "B" | "I");
        match mark {
            "O" => {}
            _ if goes_on => {
                if let Some(span) = spans.last_mut() {
                    span.end = place + 1;
                }
            }
            "B" | "I" | "E" | "L" | "S" | "U" => {
                spans.push(Span { kind, start: place, end: place + 1 });
            }
            // A tag without a mark is a kind: each run of it is one span.
            _ => match spans.last_mut() {
                Some(span) if span.kind == tag && span.end == place => span.end = place + 1,
                _ => spans.push(Span { kind: tag, start: place, end: place + 1 }),
            },
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tags: &str) -> Vec<(String, usize, usize)> {
        let tags: Vec<_> = tags.split_whitespace().map(str::to_owned).collect();
        spans(&tags).iter().map(|span| (span.kind.to_owned(), span.start, span.end)).collect()
    }

    fn span(kind: &str, start: usize, end: usize) -> (String, usize, usize) {
        (kind.to_owned(), start, end)
    }

    #[test]
    fn all_schemes_give_the_same_spans() {
        let expected = [span("PER", 0, 2), span("LOC", 3, 4)];
        for tags in [
            "B-PER I-PER O B-LOC",
            "I-PER I-PER O I-LOC",
            "B-PER E-PER O S-LOC",
            "B-PER L-PER O U-LOC",
            "PER PER O LOC",
        ] {
            assert_eq!(found(tags), expected, "{tags}");
        }
    }

    #[test]
    fn neighbours_are_kept_apart() {
        assert_eq!(found("B-PER B-PER"), [span("PER", 0, 1), span("PER", 1, 2)]);
        assert_eq!(found("B-PER I-LOC"), [span("PER", 0, 1), span("LOC", 1, 2)]);
        assert_eq!(
            found("S-PER E-PER I-PER"),
            [span("PER", 0, 1), span("PER", 1, 2), span("PER", 2, 3)]
        );
        assert_eq!(found("B-PER O I-PER"), [span("PER", 0, 1), span("PER", 2, 3)]);
        assert_eq!(found("B-a.b-c I-a.b-c"), [span("a.b-c", 0, 2)]);
        assert!(found("O O").is_empty());
    }
}
