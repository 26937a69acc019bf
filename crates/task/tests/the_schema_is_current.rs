//! `docs/schema/task.schema.json` is what the types of task files say.

use ext5_core::testing::is_current;
use ext5_task::schema::schema;
use serde_json::Value;
use std::path::Path;

/// Set `EXT5_WRITE_SCHEMA` to write the file anew.
#[test]
fn the_file_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/task.schema.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    assert!(
        is_current(&path, &text),
        "{} is not current: EXT5_WRITE_SCHEMA=1 cargo test -p ext5-task --test the_schema_is_current",
        path.display()
    );
}

/// What an editor needs to complete a shape: a branch for each kind, with its own keys alone.
#[test]
fn each_kind_of_shape_has_its_keys() {
    let schema = schema();
    let definitions = &schema["$defs"];
    let branches = definitions["ShapeTable"]["oneOf"].as_array().unwrap();
    let kinds: Vec<&str> = branches
        .iter()
        .map(|branch| branch["properties"]["kind"]["const"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "question_answering",
            "multi_label",
            "tagging",
            "dialogue",
            "triples",
            "attributes",
            "table",
            "coreference"
        ]
    );
    assert_eq!(schema["additionalProperties"], Value::Bool(false));
    assert_eq!(schema["required"], serde_json::json!(["name", "family", "metrics"]));
}
