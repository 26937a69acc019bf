//! `docs/schema/recipe.schema.json` is what the types of recipes say.

use ext5_core::testing::is_current;
use ext5_train::recipe::schema;
use std::path::Path;

/// Set `EXT5_WRITE_SCHEMA` to write the file anew.
#[test]
fn the_file_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/recipe.schema.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    assert!(
        is_current(&path, &text),
        "{} is not current: EXT5_WRITE_SCHEMA=1 cargo test -p ext5-train --test the_schema_is_current",
        path.display()
    );
}

/// What an editor needs to complete an optimiser: a branch for each, with its own keys alone.
#[test]
fn each_optimiser_has_its_keys() {
    let schema = schema();
    let branches = schema["$defs"]["Rule"]["oneOf"].as_array().unwrap();
    let names: Vec<&str> = branches
        .iter()
        .map(|branch| branch["properties"]["name"]["const"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["adafactor", "adafactor_hugging_face", "adamw", "adamw_scale"]);
    assert_eq!(
        schema["required"],
        serde_json::json!(["name", "vocabulary", "mixture", "batch", "model", "train"])
    );
}
