//! Examples: rows made text-to-text.

use serde::Serialize;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A row made text-to-text, with what scoring needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// What the model reads; never empty.
    pub inputs: String,
    /// What the model learns to write; never empty. `<unk>` in an unlabelled split, as in T5.
    pub targets: String,
    /// Every target that counts as right; at least one, none in an unlabelled split. It need not
    /// hold `targets`.
    pub references: Vec<String>,
    /// What option scoring chooses from; empty unless the task has labels or choices.
    pub options: Vec<String>,
    /// Which option is right, from 0; `None` without options and in an unlabelled split.
    pub answer: Option<usize>,
    /// Examples with the same group ask the same thing, each with references of its own: scoring
    /// counts the references of all of them for each.
    pub group: Option<String>,
    /// The text that is rewritten, where the task is to rewrite one and says so.
    pub source: Option<String>,
    /// Which of the task's prompts it is put in, from 0.
    pub prompt: usize,
    /// The row it was made from.
    pub origin: Origin,
}

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub file: Arc<Path>,
    /// The line, from 1.
    pub line: u64,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// As `FILE:LINE`.
impl Serialize for Origin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
