//! Results as files of a run's folder.

use crate::error::EvalError;
use crate::result::{Prediction, Provenance, TaskResult};
use ext5_core::atomic;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// What stands in a result file, with the predictions beside it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ResultFile {
    /// The scores.
    #[serde(flatten)]
    pub result: TaskResult,
    /// How they were made.
    pub provenance: Provenance,
}

/// A result file on its way out.
#[derive(Serialize)]
struct Outgoing<'a> {
    #[serde(flatten)]
    result: &'a TaskResult,
    provenance: &'a Provenance,
}

impl TaskResult {
    /// Writes `eval/TASK.json` and `predictions/TASK.jsonl` under `folder`, over older ones. Each
    /// appears whole or not at all, the predictions first.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path, provenance: &Provenance) -> Result<(), EvalError> {
        let path = predictions_path(folder, &self.task);
        atomic::write_file(&path, |writer| {
            for prediction in &self.predictions {
                serde_json::to_writer(&mut *writer, prediction)?;
                writer.write_all(b"\n")?;
            }
            Ok(())
        })
        .map_err(at(&path))?;
        let path = result_path(folder, &self.task);
        let outgoing = Outgoing { result: self, provenance };
        atomic::write_file(&path, |writer| {
            serde_json::to_writer_pretty(&mut *writer, &outgoing)?;
            writer.write_all(b"\n")
        })
        .map_err(at(&path))
    }
}

impl ResultFile {
    /// Reads what [`TaskResult::write`] wrote for `task`, predictions included.
    ///
    /// # Errors
    /// When a file cannot be read or is no result; the error names the file, and the line if it
    /// is one of predictions.
    pub fn read(folder: &Path, task: &str) -> Result<Self, EvalError> {
        let mut file = ResultFile::read_scores(folder, task)?;
        let path = predictions_path(folder, task);
        file.result.predictions = read_predictions(&path).map_err(at(&path))?;
        Ok(file)
    }

    /// The same without predictions.
    pub(crate) fn read_scores(folder: &Path, task: &str) -> Result<Self, EvalError> {
        let path = result_path(folder, task);
        let text = std::fs::read_to_string(&path).map_err(at(&path))?;
        parse(&text).map_err(at(&path))
    }
}

/// Where the scores of a task stand in a folder of results.
pub(crate) fn result_path(folder: &Path, task: &str) -> PathBuf {
    folder.join("eval").join(format!("{task}.json"))
}

/// Where the predictions of a task stand in a folder of results.
pub fn predictions_path(folder: &Path, task: &str) -> PathBuf {
    folder.join("predictions").join(format!("{task}.jsonl"))
}

fn read_predictions(path: &Path) -> io::Result<Vec<Prediction>> {
    let lines = BufReader::new(File::open(path)?).lines();
    lines
        .enumerate()
        .map(|(number, line)| {
            parse(&line?).map_err(|error| {
                io::Error::new(error.kind(), format!("line {}: {error}", number + 1))
            })
        })
        .collect()
}

fn parse<T: DeserializeOwned>(text: &str) -> io::Result<T> {
    Ok(serde_json::from_str(text)?)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> EvalError {
    let path = path.to_owned();
    |source| EvalError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::result;
    use ext5_core::Digest;

    fn file() -> ResultFile {
        ResultFile {
            result: result("rte", "nli", 61.25),
            provenance: Provenance {
                recipe: Some(Digest::of(b"recipe")),
                data_lock: Some(Digest::of(b"lock")),
                vocabulary: Some(Digest::of(b"vocabulary")),
                weights: Some("run/checkpoints/100".into()),
                predictions: None,
                step: Some(100),
                seed: 7,
                code: "0.1.0".to_owned(),
            },
        }
    }

    fn write(folder: &Path) {
        file().result.write(folder, &file().provenance).unwrap();
    }

    #[test]
    fn reads_what_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        assert_eq!(ResultFile::read(folder.path(), "rte").unwrap(), file());
    }

    /// Every number says how it was made.
    #[test]
    fn the_file_says_how_its_numbers_were_made() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let text = std::fs::read_to_string(folder.path().join("eval/rte.json")).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for key in ["recipe", "data_lock", "vocabulary", "weights", "step", "seed", "code"] {
            assert!(!value["provenance"][key].is_null(), "{key}");
        }
        for key in ["n", "low", "high", "how"] {
            assert!(!value["metrics"][0][key].is_null(), "{key}");
        }
        assert!(value.get("predictions").is_none());
    }

    #[test]
    fn damaged_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = ResultFile::read(folder.path(), "rte").unwrap_err().to_string();
        assert!(missing.contains("eval/rte.json: No such file"), "{missing}");
        write(folder.path());
        let path = folder.path().join("predictions/rte.jsonl");
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"index\": 1");
        std::fs::write(&path, text).unwrap();
        let damaged = ResultFile::read(folder.path(), "rte").unwrap_err().to_string();
        assert!(damaged.contains("predictions/rte.jsonl: line 2: EOF"), "{damaged}");
    }
}
