//! `docs/schema/study.schema.json` is what the types of studies say.

use ext5_core::testing::is_current;
use ext5_lab::study::schema;
use std::path::Path;

/// Set `EXT5_WRITE_SCHEMA` to write the file anew.
#[test]
fn the_file_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/study.schema.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    assert!(
        is_current(&path, &text),
        "{} is not current: EXT5_WRITE_SCHEMA=1 cargo test -p ext5-lab --test the_schema_is_current",
        path.display()
    );
}
