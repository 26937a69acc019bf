//! From the file patterns of a task to files under a data root.

use crate::DataError;
use std::path::{Component, Path, PathBuf};

/// The files under `root` that `patterns` name, each once, in the order of the patterns and by
/// name within a pattern. A pattern is a path relative to `root`, with `*`, `?`, `[…]` or `**`
/// for several files. Patterns come from task files and may not lead out of the root.
///
/// # Errors
/// When a pattern matches no file, leads out of the root, or is not a pattern; `expected` says in
/// the error what should have been there.
pub fn resolve(
    root: &Path,
    patterns: &[impl AsRef<str>],
    expected: &str,
) -> Result<Vec<PathBuf>, DataError> {
    let mut files = Vec::new();
    for pattern in patterns {
        let found = matches(root, pattern.as_ref())?;
        if found.is_empty() {
            return Err(DataError::Missing {
                path: root.join(pattern.as_ref()),
                expected: expected.to_owned(),
            });
        }
        for file in found {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// The files under `root` that one pattern names, in order of name; none is no error.
///
/// # Errors
/// When the pattern leads out of the root or is not a pattern.
pub fn matches(root: &Path, pattern: &str) -> Result<Vec<PathBuf>, DataError> {
    inside(pattern)?;
    let literal = root.join(pattern);
    if literal.is_file() {
        return Ok(vec![literal]);
    }
    // The root is a plain path, even where its name has a bracket in it.
    let escaped = glob::Pattern::escape(&root.to_string_lossy());
    let whole = Path::new(&escaped).join(pattern);
    let not_a_pattern = |error: glob::PatternError| DataError::Pattern {
        pattern: pattern.to_owned(),
        reason: error.msg,
    };
    let mut files = Vec::new();
    for entry in glob::glob(&whole.to_string_lossy()).map_err(not_a_pattern)? {
        let path = entry.map_err(|error| DataError::Io {
            path: error.path().to_owned(),
            source: error.into(),
        })?;
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// # Errors
/// [`DataError::OutsideRoot`] unless `path` goes downwards only.
pub(crate) fn inside(path: &str) -> Result<(), DataError> {
    let downwards = |component| matches!(component, Component::Normal(_) | Component::CurDir);
    if path.is_empty() || !Path::new(path).components().all(downwards) {
        return Err(DataError::OutsideRoot { path: path.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn patterns_become_files_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("data [1]");
        fs::create_dir_all(root.join("a")).unwrap();
        for name in ["a/train-1.jsonl", "a/train-0.jsonl", "a/[x].jsonl"] {
            fs::write(root.join(name), "").unwrap();
        }
        let names = |patterns: &[&str]| -> Vec<String> {
            let files = resolve(&root, patterns, "rows").unwrap();
            let name = |file: PathBuf| file.file_name().unwrap().to_str().unwrap().to_owned();
            files.into_iter().map(name).collect()
        };
        assert_eq!(names(&["a/train-*.jsonl"]), ["train-0.jsonl", "train-1.jsonl"]);
        assert_eq!(
            names(&["a/train-1.jsonl", "a/train-*.jsonl"]),
            ["train-1.jsonl", "train-0.jsonl"]
        );
        assert_eq!(names(&["a/[x].jsonl"]), ["[x].jsonl"]);
    }

    #[test]
    fn errors_name_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let error = |pattern: &str| {
            resolve(folder.path(), &[pattern], "the train rows of sst2").unwrap_err().to_string()
        };
        assert!(
            error("sst2/train.jsonl")
                .contains("sst2/train.jsonl: no such file; expected the train rows of sst2")
        );
        assert!(error("../secret").contains("leads out of the data root"));
        assert!(error("/etc/passwd").contains("leads out of the data root"));
        assert!(error("a***").contains("not a file pattern"));
    }
}
