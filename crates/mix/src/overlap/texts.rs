//! The texts of a row.

use serde_json::{Map, Value};

/// Every text of a row: strings, and lists of strings (tokens) as one text with spaces.
pub fn texts(row: &Map<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    for value in row.values() {
        collect(value, &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => {
            let strings: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            match strings.len() == items.len() {
                true => found.push(strings.join(" ")),
                false => items.iter().for_each(|item| collect(item, found)),
            }
        }
        Value::Object(fields) => fields.values().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Those of a row's texts that the model reads: whose words stand, in order, in `inputs`. Where
/// there is none, as the task writes them anew, the inputs themselves.
pub fn read_by_model(texts: Vec<String>, inputs: &str) -> Vec<String> {
    let whole = plain(inputs);
    let mut read: Vec<String> =
        texts.into_iter().filter(|text| whole.contains(&plain(text))).collect();
    read.retain(|text| !text.trim().is_empty());
    if read.is_empty() { vec![inputs.to_owned()] } else { read }
}

/// Words with a space on both sides of each.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |all, word| all + &word.to_lowercase() + " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_answers_are_not_what_a_model_reads() {
        let row = r#"{"id": "q7", "tokens": ["Who", "ran", "?"], "options": [{"a": "Ann"}], "n": 3, "answer": "Bob"}"#;
        let row: Map<String, Value> = serde_json::from_str(row).unwrap();
        let all = texts(&row);
        assert_eq!(all, ["q7", "Who ran ?", "Ann", "Bob"]);
        assert_eq!(read_by_model(all, "task: who ran? options: ann"), ["Who ran ?", "Ann"]);
        assert_eq!(read_by_model(vec!["x".to_owned()], "y z"), ["y z"]);
    }
}
