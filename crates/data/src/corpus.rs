//! Corpus text: documents, in the layouts that corpora are published in.

use crate::compression;
use crate::error::DataError;
use crate::format::{Format, Record, Records};
use crate::generated::{self, Generated};
use crate::jsonl::kind;
use crate::lines::{Lines, too_long};
use crate::rows::{RECORD_LIMIT, Row};
use crate::tally::{Tally, Tolerance};
use crate::text;
use crate::walk::Walk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How files hold documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Plain text, a paragraph a line, documents separated by empty lines. A document also ends
    /// with its file. One above the limit is handed out in parts, so that nothing is lost.
    EmptyLines,
    /// Plain text, one document a file.
    File,
    /// Rows of any format, one document a row, in a column of strings; rows without text in it are
    /// left out.
    Rows {
        /// The column.
        column: String,
    },
}

impl Layout {
    /// What a file's name suggests: documents between empty lines for text and for names that tell
    /// no format, else rows with a column `text`, as C4 has them and as they are generated.
    pub fn of(path: &Path) -> Layout {
        match Format::of(path) {
            _ if generated::is_generated(path) => Layout::Rows { column: text::COLUMN.to_owned() },
            None | Some(Format::Text) => Layout::EmptyLines,
            Some(_) => Layout::Rows { column: text::COLUMN.to_owned() },
        }
    }

    fn open(&self, path: &Path, limit: usize) -> Result<Records<String>, DataError> {
        match self {
            Layout::EmptyLines => paragraphs(path, limit),
            Layout::File => whole(path, limit),
            Layout::Rows { column } => rows(path, column.clone(), limit),
        }
    }
}

/// One document of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The file.
    pub file: Arc<Path>,
    /// Its first line, from 1, or the number of its row where a format has no lines.
    pub line: u64,
    /// Its text, paragraphs separated by line ends.
    pub text: String,
}

/// The documents of files, in order.
///
/// What is no text is passed over and counted: lines, rows or files, after the layout. After the
/// last document, more malformed ones than tolerated, or no document at all, come as one last
/// `Err`. So do a damaged file and one that was written to while it was read.
pub struct Documents {
    layout: Option<Layout>,
    limit: usize,
    walk: Walk<String>,
}

impl Documents {
    /// The documents of `files` in order, each file in the layout that its name suggests
    /// ([`Layout::of`]). Nothing is opened yet.
    pub fn new(files: Vec<PathBuf>, tolerance: Tolerance) -> Self {
        let walk = Walk::new(files, tolerance, "document");
        Documents { layout: None, limit: RECORD_LIMIT, walk }
    }

    /// With one layout for all files.
    #[must_use]
    pub fn with_layout(mut self, layout: impl Into<Option<Layout>>) -> Self {
        self.layout = layout.into();
        self
    }

    /// With another limit than [`RECORD_LIMIT`] for the bytes of a line, row or document.
    #[must_use]
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// What was read so far. Its rows are those of the layout: lines with text, files, rows.
    pub fn tally(&self) -> &Tally {
        &self.walk.tally
    }
}

impl Iterator for Documents {
    type Item = Result<Document, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (layout, limit) = (&self.layout, self.limit);
        let step = self.walk.next(|path| match layout {
            Some(layout) => layout.open(path, limit),
            None => Layout::of(path).open(path, limit),
        })?;
        Some(step.map(|step| Document { file: step.file, line: step.line, text: step.value }))
    }
}

/// Documents between empty lines.
fn paragraphs(path: &Path, limit: usize) -> Result<Records<String>, DataError> {
    let mut lines = Lines::open(path, limit)?;
    let mut document: Option<Record<String>> = None;
    Ok(Box::new(std::iter::from_fn(move || {
        loop {
            match lines.advance_one() {
                Ok(true) => {}
                Ok(false) => return document.take().map(Ok),
                Err(error) => return Some(Err(error)),
            }
            if lines.is_empty() {
                match document.take() {
                    Some(document) => return Some(Ok(document)),
                    None => continue,
                }
            }
            let line = match lines.text() {
                Ok(line) => line,
                // The document goes on after it.
                Err(reason) => return Some(Ok(Record::new(lines.number, Err(reason)))),
            };
            match &mut document {
                Some(Record { value: Ok(text), weight, .. }) if text.len() + line.len() < limit => {
                    text.push('\n');
                    text.push_str(line);
                    *weight += 1;
                }
                _ => {
                    let next = Record::new(lines.number, Ok(line.to_owned()));
                    if let Some(full) = document.replace(next) {
                        return Some(Ok(full));
                    }
                }
            }
        }
    })))
}

/// A whole file as one document.
fn whole(path: &Path, limit: usize) -> Result<Records<String>, DataError> {
    let mut bytes = Vec::new();
    let mut file = compression::open(path)?;
    let failed = |error| DataError::reading(path, "before its end", error);
    let kept = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.by_ref().take(kept).read_to_end(&mut bytes).map_err(failed)?;
    let value = if bytes.len() > limit {
        let rest = std::io::copy(&mut file, &mut std::io::sink()).map_err(failed)?;
        Err(too_long("document", bytes.len() as u64 + rest, limit))
    } else {
        String::from_utf8(bytes)
            .map(|text| text.trim_start_matches('\u{FEFF}').trim_ascii_end().to_owned())
            .map_err(|error| format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to() + 1))
    };
    let empty = value.as_ref().is_ok_and(String::is_empty);
    Ok(Box::new((!empty).then(|| Ok(Record::new(1, value))).into_iter()))
}

/// The text column of rows.
fn rows(path: &Path, column: String, limit: usize) -> Result<Records<String>, DataError> {
    let unknown = || DataError::UnknownFormat { path: path.to_owned() };
    let records = match Generated::at(path)? {
        Some(generated) => generated.records(),
        None => Format::of(path).ok_or_else(unknown)?.open(path, limit)?,
    };
    Ok(Box::new(records.filter_map(move |record| match record {
        Ok(Record { line, value, weight }) => {
            let value = value.and_then(|row| text_of(row, &column));
            let empty = value.as_ref().is_ok_and(|text| text.trim_ascii().is_empty());
            (!empty).then_some(Ok(Record { line, value, weight }))
        }
        Err(error) => Some(Err(error)),
    })))
}

fn text_of(mut row: Row, column: &str) -> Result<String, String> {
    match row.get_mut(column) {
        Some(Value::String(text)) => Ok(std::mem::take(text)),
        Some(Value::Null) => Ok(String::new()),
        Some(other) => Err(format!("column `{column}`: expected text, found {}", kind(other))),
        None => {
            let names: Vec<_> = row.keys().map(|name| format!("`{name}`")).collect();
            Err(format!("no column `{column}`; there are {}", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(documents: Documents) -> Vec<(u64, String)> {
        documents.map(|document| document.map(|d| (d.line, d.text)).unwrap()).collect()
    }

    fn owned<const N: usize>(documents: [(u64, &str); N]) -> [(u64, String); N] {
        documents.map(|(line, text)| (line, text.to_owned()))
    }

    #[test]
    fn documents_end_at_empty_lines_and_files() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("a", "\n\none\ntwo\n\n \nthree"), ("b", "four\r\n")].map(|(name, text)| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        });
        let documents = read(Documents::new(files.to_vec(), Tolerance::NONE));
        assert_eq!(documents, owned([(3, "one\ntwo"), (7, "three"), (1, "four")]));
    }

    #[test]
    fn a_document_above_the_limit_comes_in_parts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "one\ntwo\nthree\n\nfour\n").unwrap();
        let documents = Documents::new(vec![path], Tolerance::NONE).with_limit(8);
        let read = read(documents);
        assert_eq!(read, owned([(1, "one\ntwo"), (3, "three"), (5, "four")]));
    }

    #[test]
    fn a_file_can_be_a_document() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("a.txt", "\u{FEFF}one\n\ntwo\n"), ("b.txt", " \n"), ("c.txt", "three")].map(
            |(name, text)| {
                let path = folder.path().join(name);
                fs::write(&path, text).unwrap();
                path
            },
        );
        let documents = Documents::new(files.to_vec(), Tolerance::NONE).with_layout(Layout::File);
        assert_eq!(read(documents), owned([(1, "one\n\ntwo"), (1, "three")]));
        let mut documents =
            Documents::new(files.to_vec(), Tolerance::NONE).with_layout(Layout::File).with_limit(9);
        assert_eq!(documents.next().unwrap().unwrap().text, "three");
        let error = documents.next().unwrap().unwrap_err().to_string();
        assert!(error.contains("a.txt:1: a document of 12 bytes, above the limit of 9"), "{error}");
    }

    #[test]
    fn rows_have_their_text_in_a_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c4-train.00000-of-00001.json");
        let text = "{\"text\": \"one\\ntwo\", \"url\": \"x\"}\n{\"text\": \"\"}\n{\"text\": 3}\n{\"a\": 1}\n";
        fs::write(&path, text).unwrap();
        let mut documents = Documents::new(vec![path.clone()], Tolerance::ANY);
        let read: Vec<_> = documents.by_ref().map(|d| d.unwrap().text).collect();
        assert_eq!(read, ["one\ntwo"]);
        let reasons: Vec<_> =
            documents.tally().first.iter().map(|m| (m.line, m.reason.as_str())).collect();
        assert_eq!(
            reasons,
            [
                (3, "column `text`: expected text, found a number"),
                (4, "no column `text`; there are `a`")
            ]
        );
        let layout = Layout::Rows { column: "url".to_owned() };
        let mut documents = Documents::new(vec![path], Tolerance::ANY).with_layout(layout);
        assert_eq!(documents.next().unwrap().unwrap().text, "x");
    }

    #[test]
    fn faults_are_counted_and_emptiness_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, b"one\n\xFF\n").unwrap();
        let mut documents = Documents::new(vec![path.clone()], Tolerance::default());
        assert_eq!(documents.next().unwrap().unwrap().text, "one");
        let error = documents.next().unwrap().unwrap_err().to_string();
        assert!(error.contains("a.txt:2: not UTF-8 at byte 1"), "{error}");
        assert!(documents.next().is_none());
        fs::write(&path, "\n\n").unwrap();
        let error = Documents::new(vec![path], Tolerance::ANY).next().unwrap().unwrap_err();
        assert!(error.to_string().contains("a.txt: empty; expected at least one document"));
    }
}
