//! Finding the files of a split in a task's folder.

use crate::error::DataError;
use crate::files::inside;
use crate::format::{Format, Name};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files of a split in `root/folder`, in order of name; none is no error. They are, the first
/// that is there of
///
/// 1. one file: `train.jsonl`, `train.csv.gz`,
/// 2. shards: `train-*.jsonl`, `train-00000-of-00012.parquet`, and with the name of a data set
///    before it `NAME-train.tfrecord-00000-of-00012`, `c4-train.00000-of-01024.json.gz`,
/// 3. all files of a folder `train/`
///
/// in any known format, or in `format` alone.
///
/// # Errors
/// [`DataError::Ambiguous`] when there are files of two formats or two copies of one;
/// [`DataError::MissingShards`] when their names say that there are more; when the folder cannot be
/// read or leads out of the root.
pub fn find(
    root: &Path,
    folder: &str,
    split: &str,
    format: Option<Format>,
) -> Result<Vec<PathBuf>, DataError> {
    inside(folder)?;
    inside(split)?;
    let folder = root.join(folder);
    let all = files(&folder)?;
    let known = |path: &&PathBuf| match Format::of(path) {
        Some(found) => format.is_none_or(|format| format == found),
        None => false,
    };
    let kind = |path: &PathBuf| Name::of(path).and_then(|name| place(&name, split));
    let of_kind = |wanted: Place| -> Vec<PathBuf> {
        all.iter().filter(known).filter(|path| kind(path) == Some(wanted)).cloned().collect()
    };
    let inner = files(&folder.join(split))?.into_iter().filter(|path| known(&path)).collect();
    let kinds = [of_kind(Place::Whole), of_kind(Place::Shard), inner];
    let formats: BTreeSet<_> =
        kinds.iter().flatten().filter_map(|path| Format::of(path)).map(Format::extension).collect();
    if formats.len() > 1 {
        return Err(ambiguous(split, kinds.concat()));
    }
    let [whole, shards, inner] = kinds;
    if whole.len() > 1 {
        return Err(ambiguous(split, whole));
    }
    let found = [whole, shards, inner].into_iter().find(|files| !files.is_empty());
    let found = found.unwrap_or_default();
    complete(split, &found)?;
    Ok(found)
}

/// As [`find`], but none is an error.
///
/// # Errors
/// Those of [`find`], and [`DataError::Missing`]; `expected` says in it what should have been there.
pub fn expect(
    root: &Path,
    folder: &str,
    split: &str,
    format: Option<Format>,
    expected: &str,
) -> Result<Vec<PathBuf>, DataError> {
    let found = find(root, folder, split, format)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let extension = format.map_or("*", Format::extension);
    let path = root.join(folder);
    let names = names(&path);
    let there = match names.as_slice() {
        [] if path.is_dir() => "the folder is empty".to_owned(),
        [] => "there is no such folder".to_owned(),
        names => format!("the folder has {}", names.join(", ")),
    };
    Err(DataError::Missing {
        path: path.join(format!("{split}.{extension}")),
        expected: format!("{expected}; {there}"),
    })
}

/// At most this many names are listed in an error.
const LISTED: usize = 10;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    if names.len() > LISTED {
        let more = names.len() - LISTED;
        names.truncate(LISTED);
        names.push(format!("and {more} more"));
    }
    names
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Whole,
    Shard,
}

/// What a file is to a split, by its name.
fn place(name: &Name<'_>, split: &str) -> Option<Place> {
    if name.stem == split {
        return Some(if name.shard.is_some() { Place::Shard } else { Place::Whole });
    }
    let prefixed = name.stem.strip_prefix(split).is_some_and(|rest| rest.starts_with('-'));
    let suffixed = name.stem.strip_suffix(split).is_some_and(|rest| rest.ends_with('-'));
    (prefixed || suffixed && name.shard.is_some()).then_some(Place::Shard)
}

/// The files of a folder, hidden ones left out, in order of name; none where there is no folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(DataError::io(folder)(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(DataError::io(folder))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// # Errors
/// When shards are missing or there twice.
fn complete(split: &str, files: &[PathBuf]) -> Result<(), DataError> {
    let mut sets: BTreeMap<(&str, u64), BTreeMap<u64, &PathBuf>> = BTreeMap::new();
    let mut plain: BTreeMap<&str, &PathBuf> = BTreeMap::new();
    for path in files {
        let Some(name) = Name::of(path) else { continue };
        let twice = match name.shard {
            Some((number, of)) => sets.entry((name.stem, of)).or_default().insert(number, path),
            None => plain.insert(name.stem, path),
        };
        if let Some(other) = twice {
            return Err(ambiguous(split, vec![other.clone(), path.clone()]));
        }
    }
    for ((_, of), found) in sets {
        let missing: Vec<u64> = (0..of).filter(|number| !found.contains_key(number)).collect();
        if let (Some(path), false) = (found.values().next(), missing.is_empty()) {
            return Err(DataError::MissingShards { path: path.to_path_buf(), missing, of });
        }
    }
    Ok(())
}

fn ambiguous(split: &str, candidates: Vec<PathBuf>) -> DataError {
    DataError::Ambiguous { split: split.to_owned(), candidates }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn folder(names: &[&str]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for name in names {
            let path = root.path().join("task").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        root
    }

    fn found(names: &[&str], format: Option<Format>) -> Result<Vec<String>, String> {
        let root = folder(names);
        let relative = |path: PathBuf| {
            let path = path.strip_prefix(root.path().join("task")).unwrap();
            path.to_str().unwrap().to_owned()
        };
        match find(root.path(), "task", "train", format) {
            Ok(files) => Ok(files.into_iter().map(relative).collect()),
            Err(error) => Err(error.to_string().replace(root.path().to_str().unwrap(), "")),
        }
    }

    #[test]
    fn splits_are_found_in_any_form() {
        let cases: [(&[&str], &[&str]); 8] = [
            (&["train.csv.gz", "train-old.csv", "test.jsonl", "train"], &["train.csv.gz"]),
            (
                &["train-1.jsonl", "train-0.jsonl.zst", "trainer.jsonl"],
                &["train-0.jsonl.zst", "train-1.jsonl"],
            ),
            (
                &["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"],
                &["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"],
            ),
            (
                &[
                    "rte-train.tfrecord-00000-of-00001",
                    "rte-test.tfrecord-00000-of-00001",
                    "a.json",
                ],
                &["rte-train.tfrecord-00000-of-00001"],
            ),
            (&["c4-train.00000-of-00001.json.gz"], &["c4-train.00000-of-00001.json.gz"]),
            (
                &["train/b.tsv", "train/a.tsv", "train/.c.tsv", "train/notes"],
                &["train/a.tsv", "train/b.tsv"],
            ),
            (&["train.md", "SOURCE.txt"], &[]),
            (&[], &[]),
        ];
        for (names, expected) in cases {
            assert_eq!(found(names, None).unwrap(), expected, "{names:?}");
        }
    }

    #[test]
    fn two_kinds_of_files_are_an_error() {
        let error = found(&["train.csv", "train-0.jsonl"], None).unwrap_err();
        assert!(error.contains("several files could be the train split:\n  /task/train.csv\n  /task/train-0.jsonl\n"), "{error}");
        assert_eq!(
            found(&["train.csv", "train-0.jsonl"], Some(Format::Jsonl)).unwrap(),
            ["train-0.jsonl"]
        );
        for names in [
            ["train.jsonl", "train.jsonl.gz"],
            ["train-0.csv", "train-0.csv.gz"],
            ["train.json", "train.jsonl"],
        ] {
            let error = found(&names, None).unwrap_err();
            assert!(error.contains("several files"), "{names:?}: {error}");
        }
    }

    #[test]
    fn missing_shards_are_an_error() {
        let error = found(&["train-00001-of-00003.parquet"], None).unwrap_err();
        assert!(error.contains("2 of 3 shards are missing, the first is number 0"), "{error}");
    }

    #[test]
    fn nothing_found_says_what_is_there() {
        let root = folder(&["dev.jsonl", "SOURCE.txt"]);
        let error = |folder: &str| {
            expect(root.path(), folder, "train", None, "the train rows of rte")
                .unwrap_err()
                .to_string()
        };
        let message = error("task");
        assert!(message.contains("task/train.*: no such file; expected the train rows of rte; the folder has SOURCE.txt, dev.jsonl"), "{message}");
        assert!(error("other").contains("there is no such folder"));
        assert!(error("../x").contains("leads out of the data root"));
    }
}
