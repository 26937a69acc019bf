//! Where a task's place in its mixture comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a task stands for one of the paper's 107.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// A published source says that the paper has it.
    Paper,
    /// The paper is remembered to have it; no published source was read that says so.
    Recalled,
    /// The paper's own is not known: this one was chosen in its place.
    Chosen,
}

impl Provenance {
    /// The name in task files.
    pub fn name(self) -> &'static str {
        match self {
            Provenance::Paper => "paper",
            Provenance::Recalled => "recalled",
            Provenance::Chosen => "chosen",
        }
    }
}
