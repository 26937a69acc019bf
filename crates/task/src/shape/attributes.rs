//! Attributes of one thing: a meaning representation, or a list of keys and values.

use super::values::{entries, field, text_field};
use super::{KindKey, Layout, Shape, expression};
use crate::compile::Fault;
use crate::template::{RowExpression, items, plain_text, shown};
use minijinja::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// Attributes of one thing. Templates see `attributes` (a list of `{ name, value }`) and `meaning`,
/// by default `name = value; name = value`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[allow(dead_code)]
    #[schemars(skip)]
    kind: KindKey,
    /// An expression for the attributes: a table, a list of tables with a name (`name`, `key`,
    /// `slot`, `attribute`) and a `value`, a list of pairs, or text such as
    /// `name[Blue Spice], area[riverside]`.
    #[schemars(with = "String")]
    attributes: Spanned<String>,
    /// Write attributes in order of name; by default in the order of the row.
    #[serde(default)]
    sort: bool,
    /// What stands between attributes; `; ` by default.
    separator: Option<String>,
    /// What stands between a name and its value; ` = ` by default.
    marker: Option<String>,
}

/// [`Table`], compiled.
#[derive(Debug)]
pub(super) struct Attributes {
    attributes: RowExpression,
    sort: bool,
    separator: String,
    marker: String,
}

impl Attributes {
    pub(super) fn new(table: Table) -> Result<Self, Fault> {
        Ok(Attributes {
            attributes: expression("shape.attributes", Some(&table.attributes), "")?,
            sort: table.sort,
            separator: table.separator.unwrap_or_else(|| "; ".to_owned()),
            marker: table.marker.unwrap_or_else(|| " = ".to_owned()),
        })
    }
}

impl Shape for Attributes {
    fn values(&self, columns: &Value) -> Result<Value, String> {
        let found = self.attributes.defined(columns)?;
        let mut attributes =
            attributes(&found).filter(|attributes| !attributes.is_empty()).ok_or_else(|| {
                format!("shape.attributes: expected names and values, found {}", shown(&found))
            })?;
        if self.sort {
            attributes.sort();
        }
        let line = |(name, value): &Attribute| match value.is_empty() {
            true => name.clone(),
            false => format!("{name}{}{value}", self.marker),
        };
        let meaning = attributes.iter().map(line).collect::<Vec<_>>().join(&self.separator);
        let table = |(name, value): &Attribute| {
            Value::from_pairs([
                ("name", Value::from(name.as_str())),
                ("value", value.as_str().into()),
            ])
        };
        Ok(Value::from_pairs([
            ("attributes", attributes.iter().map(table).collect::<Value>()),
            ("meaning", meaning.into()),
        ]))
    }

    fn layout(&self) -> Layout {
        Layout::default()
    }
}

/// A name and a value; the value is empty where there is none.
type Attribute = (String, String);

fn attributes(value: &Value) -> Option<Vec<Attribute>> {
    if let Some(text) = value.as_str() {
        return bracketed(text);
    }
    let texts = |value: &Value| match items(value) {
        Some(items) => Some(items.iter().map(plain_text).collect::<Option<Vec<_>>>()?.join(", ")),
        None if entries(value).is_some() => None,
        None => Some(plain_text(value).unwrap_or_default()),
    };
    if let Some(entries) = entries(value) {
        let one = |(name, value): (String, Value)| Some((name, texts(&value)?));
        return entries.into_iter().map(one).collect();
    }
    let one = |item: &Value| match items(item) {
        Some(pair) if pair.len() == 2 => Some((plain_text(&pair[0])?, texts(&pair[1])?)),
        Some(_) => None,
        None => {
            let name = text_field(item, &["name", "key", "slot", "attribute"])?;
            let value = field(item, &["value", "values"]).unwrap_or_default();
            Some((name, texts(&value)?))
        }
    };
    items(value)?.iter().map(one).collect()
}

/// Reads `name[Blue Spice], kids friendly[], area[riverside]`. Commas within brackets are text.
fn bracketed(text: &str) -> Option<Vec<Attribute>> {
    let mut attributes = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('[')?;
        let (value, after) = after.split_once(']')?;
        let name = name.trim_matches([',', ' ']);
        if name.is_empty() {
            return None;
        }
        attributes.push((name.to_owned(), value.trim().to_owned()));
        rest = after.trim_start_matches([',', ' ']);
    }
    Some(attributes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::value::Serde;
    use serde_json::json;

    fn of(value: serde_json::Value) -> Option<Vec<Attribute>> {
        attributes(&Value::from(Serde(value)))
    }

    #[test]
    fn attributes_have_many_forms() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = Some(vec![pair("name", "Blue Spice"), pair("area", "city, centre")]);
        for value in [
            json!("name[Blue Spice], area[city, centre]"),
            json!({"name": "Blue Spice", "area": "city, centre"}),
            json!({"name": "Blue Spice", "area": ["city", "centre"]}),
            json!([["name", "Blue Spice"], ["area", "city, centre"]]),
            json!([{"key": "name", "value": "Blue Spice"}, {"slot": "area", "value": "city, centre"}]),
        ] {
            assert_eq!(of(value.clone()), expected, "{value}");
        }
        assert_eq!(of(json!("open[]")), Some(vec![pair("open", "")]));
        for wrong in [json!("name"), json!("a[b"), json!("[b]"), json!([["a"]]), json!(3)] {
            assert_eq!(of(wrong.clone()), None, "{wrong}");
        }
    }
}
