//! Graphs: triples of subject, relation and object.

use super::values::text_field;
use super::{KindKey, Layout, Shape, expression};
use crate::compile::Fault;
use crate::template::{RowExpression, items, plain_text, shown};
use minijinja::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A graph as a list of triples. Templates see `triples` (a list of `{ subject, relation,
/// object }`) and `graph`, by default `subject | relation | object && subject | …`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[allow(dead_code)]
    #[schemars(skip)]
    kind: KindKey,
    /// An expression for the triples: a list of lists of three, of texts `a | b | c`, or of tables
    /// with `subject`, `relation` (`predicate`, `property`) and `object`; `triples` by default.
    #[schemars(with = "Option<String>")]
    triples: Option<Spanned<String>>,
    /// Write `New_York` as `New York` and `birthPlace` as `birth place`.
    #[serde(default)]
    plain: bool,
    /// What stands between triples; ` && ` by default.
    separator: Option<String>,
    /// What stands within a triple; ` | ` by default.
    marker: Option<String>,
}

/// [`Table`], compiled.
#[derive(Debug)]
pub(super) struct Triples {
    triples: RowExpression,
    plain: bool,
    separator: String,
    marker: String,
}

impl Triples {
    pub(super) fn new(table: Table) -> Result<Self, Fault> {
        Ok(Triples {
            triples: expression("shape.triples", table.triples.as_ref(), "triples")?,
            plain: table.plain,
            separator: table.separator.unwrap_or_else(|| " && ".to_owned()),
            marker: table.marker.unwrap_or_else(|| " | ".to_owned()),
        })
    }
}

impl Shape for Triples {
    fn values(&self, columns: &Value) -> Result<Value, String> {
        let found = self.triples.defined(columns)?;
        let wrong =
            |value: &Value| format!("shape.triples: expected triples, found {}", shown(value));
        let list = items(&found).filter(|list| !list.is_empty()).ok_or_else(|| wrong(&found))?;
        let one = |item: &Value| triple(item).ok_or_else(|| wrong(item));
        let mut triples = list.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        if self.plain {
            for text in triples.iter_mut().flatten() {
                *text = plain(text);
            }
        }
        let lines: Vec<_> = triples.iter().map(|triple| triple.join(&self.marker)).collect();
        let tables = triples.iter().map(|triple| {
            let names = ["subject", "relation", "object"];
            Value::from_pairs(names.into_iter().zip(triple.iter().map(String::as_str)))
        });
        Ok(Value::from_pairs([
            ("triples", tables.collect::<Value>()),
            ("graph", lines.join(&self.separator).into()),
        ]))
    }

    fn layout(&self) -> Layout {
        Layout::default()
    }
}

fn triple(item: &Value) -> Option<[String; 3]> {
    let parts: Vec<String> = match (items(item), item.as_str()) {
        (Some(parts), _) => parts.iter().map(plain_text).collect::<Option<_>>()?,
        (None, Some(text)) => text.split('|').map(|part| part.trim().to_owned()).collect(),
        (None, None) => vec![
            text_field(item, &["subject"])?,
            text_field(item, &["relation", "predicate", "property"])?,
            text_field(item, &["object"])?,
        ],
    };
    let triple: [String; 3] = parts.try_into().ok()?;
    triple.iter().all(|part| !part.is_empty()).then_some(triple)
}

/// `New_York` as `New York`, `birthPlace` as `birth place`; `USState` and `McDonald's` stay.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 4);
    let identifier = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.starts_with(|c: char| c.is_ascii_lowercase());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '_' => plain.push(' '),
            c if identifier && c.is_ascii_uppercase() && before.is_ascii_lowercase() => {
                plain.push(' ');
                // Capitals of their own, as in `USState`, stay.
                let alone = characters.peek().is_none_or(char::is_ascii_lowercase);
                plain.push(if alone { c.to_ascii_lowercase() } else { c });
            }
            c => plain.push(c),
        }
        before = character;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::value::Serde;
    use serde_json::json;

    #[test]
    fn triples_have_many_forms() {
        for item in [
            json!(["Rome", "capitalOf", "Italy"]),
            json!("Rome | capitalOf | Italy"),
            json!({"subject": "Rome", "predicate": "capitalOf", "object": "Italy"}),
            json!({"subject": "Rome", "property": "capitalOf", "object": "Italy"}),
        ] {
            let triple = triple(&Value::from(Serde(&item))).unwrap();
            assert_eq!(triple, ["Rome", "capitalOf", "Italy"], "{item}");
        }
        for item in [json!(["Rome", "Italy"]), json!("Rome | Italy"), json!({"subject": "Rome"})] {
            assert_eq!(triple(&Value::from(Serde(&item))), None, "{item}");
        }
    }

    #[test]
    fn identifiers_become_words() {
        assert_eq!(plain("birthPlace"), "birth place");
        assert_eq!(plain("New_York"), "New York");
        assert_eq!(plain("McDonald's"), "McDonald's");
        assert_eq!(plain("isPartOfUSState"), "is part of USState");
    }
}
