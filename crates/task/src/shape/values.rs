//! Reading values of rows in the forms that publishers give them.

use crate::template::plain_text;
use minijinja::value::{Value, ValueKind};

/// The first of `names` that the table `value` has, unless it is null.
pub(super) fn field(value: &Value, names: &[&str]) -> Option<Value> {
    names.iter().find_map(|name| {
        let field = value.get_attr(name).ok()?;
        (!field.is_undefined() && !field.is_none()).then_some(field)
    })
}

/// The text of the first of `names` that the table has.
pub(super) fn text_field(value: &Value, names: &[&str]) -> Option<String> {
    plain_text(&field(value, names)?)
}

/// The names and values of a table, in the order of the row; `None` when the value is no table.
pub(super) fn entries(value: &Value) -> Option<Vec<(String, Value)>> {
    if value.kind() != ValueKind::Map {
        return None;
    }
    let entry = |key: Value| {
        let value = value.get_item(&key).ok()?;
        Some((key.to_string(), value))
    };
    value.try_iter().ok()?.map(entry).collect()
}

/// The texts, each where it first stands.
pub(super) fn each_once(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut once = Vec::new();
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}
