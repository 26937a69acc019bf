//! Dialogues: turns so far, the state, acts, and the response.

use super::values::{entries, field, text_field};
use super::{KindKey, Layout, Shape, expression, optional};
use crate::compile::Fault;
use crate::template::{RowExpression, items, plain_text, shown};
use minijinja::value::{Value, ValueKind};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use toml::Spanned;

/// The turns of a dialogue, its state and acts. Templates see `history` (text), `turns` (a list of
/// `{ speaker, text }`), `state` (`slot = value; slot = value` in order of slot), `slots` (a list
/// of `{ slot, values }`), `acts` (`ACT(slot = value) ACT`) and `response`: those whose keys are given.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[allow(dead_code)]
    #[schemars(skip)]
    kind: KindKey,
    /// An expression for the turns so far: a list of texts, of pairs of speaker and text, or of
    /// tables with a speaker (`speaker`, `role`, `from`) and a text (`text`, `utterance`,
    /// `content`, `value`); `history` by default.
    #[schemars(with = "Option<String>")]
    history: Option<Spanned<String>>,
    /// Names in place of the rows' own for speakers: `speakers.0 = "user"`.
    #[serde(default)]
    speakers: BTreeMap<String, String>,
    /// Names of speakers who take turns, the last of them in the last turn: where rows do not say.
    #[serde(default)]
    alternate: Vec<String>,
    /// Keep this many turns, the last ones.
    last: Option<NonZeroUsize>,
    /// What stands between turns; a space by default.
    separator: Option<String>,
    /// An expression for the state: a table from slot to a value or to a list of values, such a
    /// table for each domain, or a list of tables with `slot` and `value` or `values`.
    #[schemars(with = "Option<String>")]
    state: Option<Spanned<String>>,
    /// An expression for the acts: a list of tables with `act`, `slot` and `values`.
    #[schemars(with = "Option<String>")]
    acts: Option<Spanned<String>>,
    /// An expression for the response.
    #[schemars(with = "Option<String>")]
    response: Option<Spanned<String>>,
    /// What is written for an empty state; `none` by default.
    none: Option<String>,
}

/// [`Table`], compiled.
#[derive(Debug)]
pub(super) struct Dialogue {
    history: RowExpression,
    speakers: BTreeMap<String, String>,
    alternate: Vec<String>,
    last: Option<usize>,
    separator: String,
    state: Option<RowExpression>,
    acts: Option<RowExpression>,
    response: Option<RowExpression>,
    none: String,
}

/// One turn; the speaker is empty where the row does not say.
#[derive(Debug, PartialEq)]
struct Turn {
    speaker: String,
    text: String,
}

impl Dialogue {
    pub(super) fn new(table: Table) -> Result<Self, Fault> {
        Ok(Dialogue {
            history: expression("shape.history", table.history.as_ref(), "history")?,
            speakers: table.speakers,
            alternate: table.alternate,
            last: table.last.map(NonZeroUsize::get),
            separator: table.separator.unwrap_or_else(|| " ".to_owned()),
            state: optional("shape.state", table.state.as_ref())?,
            acts: optional("shape.acts", table.acts.as_ref())?,
            response: optional("shape.response", table.response.as_ref())?,
            none: table.none.unwrap_or_else(|| "none".to_owned()),
        })
    }

    fn turns(&self, history: &Value) -> Result<Vec<Turn>, String> {
        let all = match (items(history), plain_text(history)) {
            (Some(items), _) => items,
            (None, Some(_)) => vec![history.clone()],
            (None, None) if history.is_none() => Vec::new(),
            (None, None) => return Err(wrong_turn(history)),
        };
        let mut turns = all.iter().map(turn).collect::<Result<Vec<_>, _>>()?;
        let count = turns.len();
        for (place, turn) in turns.iter_mut().enumerate() {
            if turn.speaker.is_empty() && !self.alternate.is_empty() {
                // Counted from the last turn, which the last of the speakers has.
                let back = (count - 1 - place) % self.alternate.len();
                turn.speaker.clone_from(&self.alternate[self.alternate.len() - 1 - back]);
            } else if let Some(name) = self.speakers.get(&turn.speaker) {
                turn.speaker.clone_from(name);
            }
        }
        let first = self.last.map_or(0, |last| count.saturating_sub(last));
        Ok(turns.split_off(first))
    }
}

impl Shape for Dialogue {
    fn values(&self, columns: &Value) -> Result<Value, String> {
        let turns = self.turns(&self.history.defined(columns)?)?;
        let line = |turn: &Turn| match turn.speaker.is_empty() {
            true => turn.text.clone(),
            false => format!("{}: {}", turn.speaker, turn.text),
        };
        let history = turns.iter().map(line).collect::<Vec<_>>().join(&self.separator);
        let table = |turn: &Turn| {
            Value::from_pairs([
                ("speaker", Value::from(turn.speaker.as_str())),
                ("text", turn.text.as_str().into()),
            ])
        };
        let turns: Value = turns.iter().map(table).collect();
        let mut values = vec![("history", history.into()), ("turns", turns)];
        if let Some(expression) = &self.state {
            let state = expression.value(columns)?;
            let (text, slots) = match state.is_undefined() {
                true => (Value::UNDEFINED, Value::UNDEFINED),
                false => {
                    let slots = slots(&state)?;
                    (self.state_text(&slots).into(), slots.iter().map(slot_value).collect())
                }
            };
            values.extend([("state", text), ("slots", slots)]);
        }
        if let Some(expression) = &self.acts {
            values.push(("acts", acts(&expression.defined(columns)?)?.into()));
        }
        if let Some(expression) = &self.response {
            values.push(("response", expression.value(columns)?));
        }
        Ok(Value::from_pairs(values))
    }

    fn layout(&self) -> Layout {
        let targets = match (&self.state, &self.response) {
            (Some(_), None) => Some("{{ state }}"),
            (None, Some(_)) => Some("{{ response }}"),
            _ => None,
        };
        Layout { targets, ..Layout::default() }
    }
}

/// A slot and its values.
type Slot = (String, Vec<String>);

impl Dialogue {
    fn state_text(&self, slots: &[Slot]) -> String {
        let line = |(slot, values): &Slot| format!("{slot} = {}", values.join(" or "));
        match slots.is_empty() {
            true => self.none.clone(),
            false => slots.iter().map(line).collect::<Vec<_>>().join("; "),
        }
    }
}

fn slot_value((slot, values): &Slot) -> Value {
    let values: Value = values.iter().map(String::as_str).collect();
    Value::from_pairs([("slot", Value::from(slot.as_str())), ("values", values)])
}

fn turn(turn: &Value) -> Result<Turn, String> {
    let speaker_of = |names: &[&str]| text_field(turn, names).unwrap_or_default();
    let parts = match items(turn) {
        Some(pair) if pair.len() == 2 => Some((plain_text(&pair[0]), plain_text(&pair[1]))),
        Some(_) => None,
        None if turn.kind() == ValueKind::Map => Some((
            Some(speaker_of(&["speaker", "role", "from"])),
            text_field(turn, &["text", "utterance", "content", "value"]),
        )),
        None => Some((Some(String::new()), plain_text(turn))),
    };
    match parts {
        Some((Some(speaker), Some(text))) => Ok(Turn { speaker, text }),
        _ => Err(wrong_turn(turn)),
    }
}

fn wrong_turn(turn: &Value) -> String {
    format!("shape.history: expected turns with a text, found {}", shown(turn))
}

/// The filled slots in order of name.
fn slots(state: &Value) -> Result<Vec<Slot>, String> {
    let wrong =
        |value: &Value| format!("shape.state: expected slots and values, found {}", shown(value));
    let mut slots = Vec::new();
    if let Some(entries) = entries(state) {
        for (slot, value) in entries {
            match self::entries(&value) {
                // A domain with slots of its own.
                Some(inner) => {
                    for (inner, value) in inner {
                        slots.push((
                            format!("{slot} {inner}"),
                            texts(&value).ok_or_else(|| wrong(&value))?,
                        ));
                    }
                }
                None => slots.push((slot, texts(&value).ok_or_else(|| wrong(&value))?)),
            }
        }
    } else if let Some(list) = items(state) {
        for item in &list {
            let slot = text_field(item, &["slot", "name"]).ok_or_else(|| wrong(item))?;
            let value = field(item, &["values", "value"]).unwrap_or_default();
            slots.push((slot, texts(&value).ok_or_else(|| wrong(item))?));
        }
    } else if !state.is_none() {
        return Err(wrong(state));
    }
    slots.retain(|(_, values)| !values.is_empty());
    slots.sort();
    Ok(slots)
}

/// The texts of a value or of a list; a null or an empty text is none.
fn texts(value: &Value) -> Option<Vec<String>> {
    let all = items(value).unwrap_or_else(|| vec![value.clone()]);
    let nested = |value: &Value| matches!(value.kind(), ValueKind::Map | ValueKind::Seq);
    (!all.iter().any(nested)).then(|| all.iter().filter_map(plain_text).collect())
}

/// `OFFER(city = Rome or Bari) REQUEST(date) BYE`
fn acts(acts: &Value) -> Result<String, String> {
    let wrong = |act: &Value| format!("shape.acts: expected acts, found {}", shown(act));
    let one = |act: &Value| {
        let name = text_field(act, &["act", "type", "intent"]).ok_or_else(|| wrong(act))?;
        let values = field(act, &["values", "value"]).unwrap_or_default();
        let values = texts(&values).ok_or_else(|| wrong(act))?.join(" or ");
        Ok(match (text_field(act, &["slot"]), values.is_empty()) {
            (None, true) => name,
            (None, false) => format!("{name}({values})"),
            (Some(slot), true) => format!("{name}({slot})"),
            (Some(slot), false) => format!("{name}({slot} = {values})"),
        })
    };
    let acts = items(acts).ok_or_else(|| wrong(acts))?;
    Ok(acts.iter().map(one).collect::<Result<Vec<_>, String>>()?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::value::Serde;
    use serde_json::json;

    fn values(keys: &str, row: serde_json::Value) -> Result<Value, String> {
        let table: Table = toml::from_str(&format!("kind = 'dialogue'\n{keys}")).unwrap();
        let dialogue = Dialogue::new(table).map_err(|fault| fault.message).unwrap();
        dialogue.values(&Value::from(Serde(row)))
    }

    fn history(keys: &str, turns: serde_json::Value) -> String {
        let values = values(keys, json!({ "history": turns })).unwrap();
        values.get_attr("history").unwrap().to_string()
    }

    fn state(state: serde_json::Value) -> String {
        let values = values("state = 'state'", json!({"history": [], "state": state})).unwrap();
        values.get_attr("state").unwrap().to_string()
    }

    #[test]
    fn turns_have_many_forms() {
        for turns in [
            json!(["user: Hi", "system: Yes?"]),
            json!([["user", "Hi"], ["system", "Yes?"]]),
            json!([{"speaker": "user", "text": "Hi"}, {"speaker": "system", "utterance": "Yes?"}]),
            json!([{"role": "user", "content": "Hi"}, {"from": "system", "value": "Yes?"}]),
        ] {
            assert_eq!(history("", turns), "user: Hi system: Yes?");
        }
        let keys = "speakers = { 0 = 'user', 1 = 'system' }\nseparator = ' | '\nlast = 1";
        assert_eq!(history(keys, json!([[0, "Hi"], [1, "Yes?"]])), "system: Yes?");
        let keys = "alternate = ['system', 'user']";
        assert_eq!(history(keys, json!(["a", "b", "c"])), "user: a system: b user: c");
        assert_eq!(history("", json!("Hi.")), "Hi.");
        assert_eq!(history("", json!([])), "");
        for wrong in [json!([["a", "b", "c"]]), json!([{"speaker": "user"}]), json!({"a": 1})] {
            let error = values("", json!({ "history": wrong })).unwrap_err();
            assert!(error.starts_with("shape.history: expected turns"), "{error}");
        }
    }

    #[test]
    fn states_have_many_forms() {
        let both = "from = Bari; to = Rome";
        assert_eq!(state(json!({"to": "Rome", "from": "Bari", "date": "", "time": null})), both);
        assert_eq!(state(json!({"to": ["Rome"], "from": ["Bari"], "date": []})), both);
        let list = json!([{"slot": "to", "value": "Rome"}, {"slot": "from", "values": ["Bari"]}]);
        assert_eq!(state(list), both);
        assert_eq!(state(json!({"taxi": {"to": ["noon", "12"]}})), "taxi to = noon or 12");
        for none in [json!({}), json!([]), json!(null)] {
            assert_eq!(state(none), "none");
        }
        let error = values("state = 'state'", json!({"history": [], "state": 3})).unwrap_err();
        assert!(error.starts_with("shape.state: expected slots"), "{error}");
    }

    #[test]
    fn acts_have_slots_and_values() {
        let acts = json!([{"act": "OFFER", "slot": "to", "values": ["Rome", "Bari"]},
            {"act": "REQUEST", "slot": "from", "values": []}, {"act": "BYE", "slot": "", "values": []}]);
        let values = values("acts = 'row'", json!({"history": [], "row": acts})).unwrap();
        let acts = values.get_attr("acts").unwrap();
        assert_eq!(acts.as_str(), Some("OFFER(to = Rome or Bari) REQUEST(from) BYE"));
    }
}
