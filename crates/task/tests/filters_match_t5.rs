//! The filters `pad_punctuation` and `round_half_even` give what T5's preprocessors give.
//!
//! Golden values: `python tools/oracles/task_filters.py > crates/task/tests/golden/filters.json`.

use ext5_task::Task;
use serde_json::{Value, json};
use std::path::Path;

/// What `template`, with the column `x` in it, gives between two bars.
fn render(template: &str, x: &Value) -> String {
    let text = format!(
        "name = \"t\"\nfamily = \"t\"\nmetrics = [\"accuracy\"]\n[template]\n\
         inputs = \"|{template}|\"\ntargets = \"-\"\n"
    );
    let task = Task::parse(&text, Path::new("t.toml")).unwrap();
    let Value::Object(row) = json!({ "x": x }) else { unreachable!() };
    task.render_row(row).unwrap().inputs
}

fn assert_golden(key: &str, template: &str) {
    let golden: Value = serde_json::from_str(include_str!("golden/filters.json")).unwrap();
    let cases = golden[key].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let expected = format!("|{}|", case[1].as_str().unwrap());
        assert_eq!(render(template, &case[0]), expected, "{key} of {}", case[0]);
    }
}

#[test]
fn pad_punctuation() {
    assert_golden("pad_punctuation", "{{ x | pad_punctuation }}");
}

/// T5 computes in f32, templates in f64: on all scores with two decimals they agree.
#[test]
fn stsb_scores() {
    assert_golden("stsb", "{{ '%.1f' | format((x * 5) | round_half_even / 5) }}");
}
