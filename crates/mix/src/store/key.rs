//! What a store's contents follow from.

use super::StoreError;
use super::meta::FORMAT;
use ext5_core::Digest;
use std::path::{Path, PathBuf};

/// Version of turning text into the ids of a store; raise it when that changes. The version of
/// turning rows into text is in a task's digest.
const ENCODE_VERSION: &[u8] = b"1";

/// All that the store of a task's split follows from.
#[derive(Clone, Debug)]
pub struct TaskKey<'a> {
    /// Name of the task.
    pub task: &'a str,
    /// Name of the split.
    pub split: &'a str,
    /// Digests of the source files, and of how each is read, in reading order.
    pub sources: &'a [Digest],
    /// Digest of the task's definition and of the version of rendering.
    pub definition: Digest,
    /// Digest of the vocabulary.
    pub vocabulary: Digest,
}

impl TaskKey<'_> {
    /// The key as one digest.
    pub fn digest(&self) -> Digest {
        let parts = [
            ("kind", b"task".as_slice()),
            ("encode", ENCODE_VERSION),
            ("split", self.split.as_bytes()),
            ("definition", self.definition.as_bytes()),
            ("vocabulary", self.vocabulary.as_bytes()),
        ];
        with_sources(&parts, self.sources)
    }

    /// The folder of the store: `tasks/<task>/<split>-<short digest>` under `cache`.
    ///
    /// # Errors
    /// When the task's or the split's name cannot name a folder.
    pub fn folder(&self, cache: &Path) -> Result<PathBuf, StoreError> {
        let task = folder_name(self.task)?;
        let split = folder_name(self.split)?;
        let folder = format!("{split}-{}", self.digest().short());
        Ok(cache.join("tasks").join(task).join(folder))
    }
}

/// All that the store of a corpus follows from.
#[derive(Clone, Debug)]
pub struct CorpusKey<'a> {
    /// Name of the corpus. It does not change the contents, and is no part of the digest.
    pub corpus: &'a str,
    /// Digests of the source files, and of how each is read, in reading order.
    pub sources: &'a [Digest],
    /// Digest of the vocabulary.
    pub vocabulary: Digest,
}

impl CorpusKey<'_> {
    /// The key as one digest.
    pub fn digest(&self) -> Digest {
        let parts = [
            ("kind", b"corpus".as_slice()),
            ("encode", ENCODE_VERSION),
            ("vocabulary", self.vocabulary.as_bytes()),
        ];
        with_sources(&parts, self.sources)
    }

    /// The folder of the store: `corpora/<corpus>-<short digest>` under `cache`.
    ///
    /// # Errors
    /// When the corpus's name cannot name a folder.
    pub fn folder(&self, cache: &Path) -> Result<PathBuf, StoreError> {
        let corpus = folder_name(self.corpus)?;
        let folder = format!("{corpus}-{}", self.digest().short());
        Ok(cache.join("corpora").join(folder))
    }
}

/// The layout is a part, too: an older store is left alone and another one built.
fn with_sources(parts: &[(&str, &[u8])], sources: &[Digest]) -> Digest {
    let layout = FORMAT.to_le_bytes();
    let parts = parts.iter().copied().chain([("layout", layout.as_slice())]);
    let sources = sources.iter().map(|digest| ("source", digest.as_bytes()));
    Digest::of_parts(parts.chain(sources))
}

/// Refuses names that would leave the cache, or mean something else on another system.
fn folder_name(name: &str) -> Result<&str, StoreError> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        return Err(StoreError::Name(name.to_owned()));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_cache() {
        for name in ["", "..", "a/b", "/a", "a\\b", "a:b"] {
            assert!(folder_name(name).is_err(), "{name}");
        }
        assert!(folder_name("glue_rte-v1.0").is_ok());
    }
}
