//! A value that is one string or a list of strings.

use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor};
use std::fmt;

pub(super) enum Either {
    One(String),
    List(Vec<String>),
}

/// Serde's untagged enums would say no more than "did not match any variant".
pub(super) struct StringOrList {
    pub expecting: &'static str,
}

/// What the JSON Schema says of it.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum StringOrListSchema {
    One(String),
    List(Vec<String>),
}

impl<'de> Visitor<'de> for StringOrList {
    type Value = Either;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E>(self, text: &str) -> Result<Either, E> {
        Ok(Either::One(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Either, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Either::List(list))
    }
}
