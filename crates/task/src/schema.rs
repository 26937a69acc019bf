//! The JSON Schema of task files, from which editors complete them.

use crate::definition::Definition;

/// The JSON Schema of task files. The repository keeps it as `docs/schema/task.schema.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Definition).to_value()
}
