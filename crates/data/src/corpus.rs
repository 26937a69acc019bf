//! Corpus text: plain text files with one paragraph a line and an empty line between documents.

use crate::error::DataError;
use crate::jsonl::Lines;
use crate::tally::{Malformed, Tally, Tolerance};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One document of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The file.
    pub file: Arc<Path>,
    /// Its first line, from 1.
    pub line: u64,
    /// Its paragraphs, joined by line ends.
    pub text: String,
}

/// The documents of text files, in order.
///
/// A document ends at an empty line or at the end of its file. A line that is not UTF-8 is passed
/// over and counted; after the last document, more such lines than tolerated, or no document at
/// all, come as one last `Err`.
pub struct Documents {
    files: Vec<PathBuf>,
    tolerance: Tolerance,
    next_file: usize,
    current: Option<(Arc<Path>, Lines<File>)>,
    tally: Tally,
    finished: bool,
}

impl Documents {
    /// The documents of `files` in order. Nothing is opened yet.
    pub fn new(files: Vec<PathBuf>, tolerance: Tolerance) -> Self {
        Documents {
            files,
            tolerance,
            next_file: 0,
            current: None,
            tally: Tally::default(),
            finished: false,
        }
    }

    /// What was read so far; its rows are lines with text.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The next document of the current file, or `None` at its end.
    fn document(&mut self) -> Result<Option<Document>, DataError> {
        let Some((file, lines)) = &mut self.current else {
            return Ok(None);
        };
        let mut document: Option<Document> = None;
        while lines.advance_one().map_err(DataError::io(&**file))? {
            if lines.text.is_empty() {
                if document.is_some() {
                    return Ok(document);
                }
                continue;
            }
            self.tally.rows += 1;
            let line = lines.number;
            match (std::str::from_utf8(&lines.text), &mut document) {
                (Ok(paragraph), Some(document)) => {
                    document.text.push('\n');
                    document.text.push_str(paragraph);
                }
                (Ok(paragraph), None) => {
                    let text = paragraph.to_owned();
                    document = Some(Document { file: file.clone(), line, text });
                }
                (Err(error), _) => {
                    let byte = error.valid_up_to() + 1;
                    let reason = format!("not UTF-8 at byte {byte} of the line");
                    self.tally.reject(Malformed { file: file.to_path_buf(), line, reason });
                }
            }
        }
        self.current = document.is_some().then(|| self.current.take()).flatten();
        Ok(document)
    }

    fn advance(&mut self) -> Result<Option<Document>, DataError> {
        loop {
            if let Some(document) = self.document()? {
                return Ok(Some(document));
            }
            let Some(path) = self.files.get(self.next_file) else {
                break;
            };
            let file = File::open(path).map_err(DataError::io(path))?;
            self.current = Some((path.as_path().into(), Lines::new(file)));
            self.next_file += 1;
        }
        if self.tally.rows == 0 {
            return Err(DataError::Empty { files: self.files.clone(), expected: "document" });
        }
        self.tally.check(self.tolerance)?;
        Ok(None)
    }
}

impl Iterator for Documents {
    type Item = Result<Document, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let item = self.advance().transpose();
        self.finished = !matches!(item, Some(Ok(_)));
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn documents_end_at_empty_lines_and_files() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("a", "\n\none\ntwo\n\n \nthree"), ("b", "four\r\n")].map(|(name, text)| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        });
        let documents: Vec<_> = Documents::new(files.to_vec(), Tolerance::NONE)
            .map(|document| document.map(|document| (document.line, document.text)).unwrap())
            .collect();
        let expected = [(3, "one\ntwo"), (7, "three"), (1, "four")];
        assert_eq!(documents, expected.map(|(line, text)| (line, text.to_owned())));
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
