//! Coreference: a text with the pronoun marked.

use super::{KindKey, Layout, Shape, expression, optional};
use crate::compile::Fault;
use crate::template::{RowExpression, plain_text, shown};
use minijinja::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A text with one word of it marked: WSC, GAP, and tasks on the meaning of a word. Templates see
/// `marked`, `before`, `pronoun`, `after` and, where its key is given, `referent`. The default
/// layout is T5's of WSC: `wsc: … *it* …`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[allow(dead_code)]
    #[schemars(skip)]
    kind: KindKey,
    /// An expression for the text; `text` by default.
    #[schemars(with = "Option<String>")]
    text: Option<Spanned<String>>,
    /// An expression for the word to mark.
    #[schemars(with = "String")]
    pronoun: Spanned<String>,
    /// An expression for its place, from 0. The nearest occurrence to it is marked.
    #[schemars(with = "String")]
    at: Spanned<String>,
    /// What the place counts.
    at_is: AtIs,
    /// What stands on both sides of the marked word; `*` by default.
    mark: Option<String>,
    /// An expression for what the pronoun stands for: the target.
    #[schemars(with = "Option<String>")]
    referent: Option<Spanned<String>>,
}

/// What a place in a text counts.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum AtIs {
    /// Characters.
    Character,
    /// Words, which white space parts.
    Word,
}

/// [`Table`], compiled.
#[derive(Debug)]
pub(super) struct Coreference {
    text: RowExpression,
    pronoun: RowExpression,
    at: RowExpression,
    at_is: AtIs,
    mark: String,
    referent: Option<RowExpression>,
}

impl Coreference {
    pub(super) fn new(table: Table) -> Result<Self, Fault> {
        Ok(Coreference {
            text: expression("shape.text", table.text.as_ref(), "text")?,
            pronoun: expression("shape.pronoun", Some(&table.pronoun), "")?,
            at: expression("shape.at", Some(&table.at), "")?,
            at_is: table.at_is,
            mark: table.mark.unwrap_or_else(|| "*".to_owned()),
            referent: optional("shape.referent", table.referent.as_ref())?,
        })
    }
}

impl Shape for Coreference {
    fn values(&self, columns: &Value) -> Result<Value, String> {
        let text = self.text.defined(columns)?;
        let text =
            text.as_str().ok_or_else(|| format!("shape.text: {} is no text", shown(&text)))?;
        let pronoun = self.pronoun.text(columns)?;
        let at = self.at.defined(columns)?;
        let place = plain_text(&at).and_then(|place| place.parse().ok());
        let place: usize = place
            .ok_or_else(|| format!("shape.at: expected a place from 0, found {}", shown(&at)))?;
        let start = match self.at_is {
            AtIs::Character => text.char_indices().nth(place).map(|(byte, _)| byte),
            AtIs::Word => word_starts(text).nth(place),
        };
        let start = start.ok_or_else(|| format!("shape.at: the text ends before {place}"))?;
        let found = nearest(text, &pronoun, start)
            .ok_or_else(|| format!("shape.pronoun: `{pronoun}` is not in the text"))?;
        let (before, after) = (&text[..found], &text[found + pronoun.len()..]);
        let marked = format!("{before}{0}{pronoun}{0}{after}", self.mark);
        let mut values = vec![
            ("marked", Value::from(marked)),
            ("before", before.into()),
            ("after", after.into()),
            ("pronoun", pronoun.as_str().into()),
        ];
        if let Some(referent) = &self.referent {
            values.push(("referent", referent.value(columns)?));
        }
        Ok(Value::from_pairs(values))
    }

    fn layout(&self) -> Layout {
        let targets = self.referent.as_ref().map(|_| "{{ referent }}");
        Layout { inputs: Some("NAME: {{ marked }}"), targets, references: None }
    }
}

/// Where each word starts, in bytes.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let base = text.as_ptr() as usize;
    text.split_whitespace().map(move |word| word.as_ptr() as usize - base)
}

/// Where `word` stands as a word of its own, nearest to the byte `place`; the first of two.
fn nearest(text: &str, word: &str, place: usize) -> Option<usize> {
    let alone = |&(start, _): &(usize, &str)| {
        let before = text[..start].chars().next_back();
        let after = text[start + word.len()..].chars().next();
        let joins = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
        !joins(before) && !joins(after)
    };
    text.match_indices(word)
        .filter(alone)
        .map(|(start, _)| start)
        .min_by_key(|start| start.abs_diff(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::value::Serde;
    use serde_json::json;

    fn marked(at_is: &str, text: &str, pronoun: &str, at: usize) -> Result<String, String> {
        let keys = format!("kind = 'coreference'\npronoun = 'p'\nat = 'at'\nat_is = '{at_is}'");
        let shape = Coreference::new(toml::from_str(&keys).unwrap());
        let row = json!({"text": text, "p": pronoun, "at": at.to_string()});
        let shape = shape.map_err(|fault| fault.message).unwrap();
        let values = shape.values(&Value::from(Serde(row)))?;
        Ok(values.get_attr("marked").unwrap().to_string())
    }

    #[test]
    fn places_count_characters_or_words() {
        let character = marked("character", "Zo\u{e9} met Ann. She left; she did.", "She", 13);
        assert_eq!(character.unwrap(), "Zo\u{e9} met Ann. *She* left; she did.");
        let text = "It fell on it , and it broke";
        assert_eq!(marked("word", text, "it", 3).unwrap(), "It fell on *it* , and it broke");
        assert_eq!(marked("word", text, "it", 6).unwrap(), "It fell on it , and *it* broke");
    }

    /// As rows of WSC have it: a place beside the pronoun, or a word with marks around it.
    #[test]
    fn the_nearest_occurrence_counts() {
        let text = "Some day they might want to use it , but";
        assert_eq!(
            marked("word", text, "it", 6).unwrap(),
            "Some day they might want to use *it* , but"
        );
        let text = "He laughed. \"Good for him,\" he said.";
        assert_eq!(
            marked("word", text, "him", 4).unwrap(),
            "He laughed. \"Good for *him*,\" he said."
        );
        let error = marked("word", "It was theirs.", "he", 1).unwrap_err();
        assert_eq!(error, "shape.pronoun: `he` is not in the text");
        let error = marked("word", "Ann left.", "Ann", 9).unwrap_err();
        assert_eq!(error, "shape.at: the text ends before 9");
    }
}
