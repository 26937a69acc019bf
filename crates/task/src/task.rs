//! One task.

use crate::compile::compile;
use crate::definition::{Definition, SourceTable};
use crate::error::TaskError;
use crate::example::Example;
use crate::examples::Examples;
use crate::metric::Metric;
use crate::render::Renderer;
use ext5_core::config::{self, ConfigError};
use ext5_core::{Digest, Key};
use ext5_data::{DataError, Located, Row, Tolerance, files};
use std::path::{Path, PathBuf};

/// The families of the ExT5 paper. Any other name is a family of its own.
pub const FAMILIES: [&str; 8] = [
    "summarization",
    "dialogue",
    "nli",
    "classification",
    "semantic_parsing",
    "commonsense",
    "closed_book_qa",
    "reading_comprehension",
];

/// The splits that are looked for when a task file names none.
const SPLITS: [&str; 3] = ["train", "validation", "test"];

/// A source, how its rows become examples, and how predictions are scored.
#[derive(Debug)]
pub struct Task {
    /// Its name, unique in a registry.
    pub name: String,
    /// Its family: one of [`FAMILIES`] or another name.
    pub family: String,
    /// The suites it belongs to.
    pub suites: Vec<String>,
    /// What it is about, for people.
    pub description: String,
    /// The licence of its data, for people.
    pub licence: String,
    /// How predictions are scored; at least one.
    pub metrics: Vec<Metric>,
    /// The file it was read from.
    pub path: PathBuf,
    pub(crate) source: SourceTable,
    pub(crate) renderer: Renderer,
    pub(crate) digest: Digest,
}

impl Task {
    /// Reads a task file.
    ///
    /// # Errors
    /// When the file cannot be read or is no task: the message names file, line and key.
    pub fn open(path: &Path) -> Result<Self, TaskError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Task::parse(&text, path)
    }

    /// Reads the text of a task file; `path` is named in errors.
    ///
    /// # Errors
    /// When the text is no task: the message names file, line and key.
    pub fn parse(text: &str, path: &Path) -> Result<Self, TaskError> {
        let definition: Definition = config::parse(text, path)?;
        compile(definition, path).map_err(|fault| {
            let before = text.bytes().take(fault.offset);
            let line = 1 + before.filter(|&byte| byte == b'\n').count();
            TaskError::Definition(ConfigError::Invalid {
                path: path.to_owned(),
                line,
                message: fault.message,
            })
        })
    }

    /// The digest of all that decides the task's examples and their scoring: its name, source,
    /// templates, labels, choices and metrics, and the version of the renderer. Comments, the
    /// order and layout of keys, family, suites, description and licence do not count, nor does
    /// the data.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The files of a split, in order.
    ///
    /// # Errors
    /// When the task has no such split or a file is not there.
    pub fn files(&self, data_root: &Path, split: &str) -> Result<Vec<PathBuf>, TaskError> {
        let data = |source| self.data_error(split, source);
        let extension = self.source.format.extension();
        let expected = format!("the {split} rows of task {} as {extension}", self.name);
        if let Some(patterns) = self.source.files.get(split) {
            return files::resolve(data_root, &patterns.0, &expected).map_err(data);
        }
        if !self.source.files.is_empty() {
            let known: Vec<_> = self.source.files.keys().map(String::as_str).collect();
            return Err(TaskError::UnknownSplit {
                task: self.name.clone(),
                split: split.to_owned(),
                known: known.join(", "),
            });
        }
        let [whole, shards] = self.default_patterns(split);
        let found = files::matches(data_root, &shards).map_err(data)?;
        if found.is_empty() || data_root.join(&whole).is_file() {
            return files::resolve(data_root, &[whole], &expected).map_err(data);
        }
        Ok(found)
    }

    fn default_patterns(&self, split: &str) -> [String; 2] {
        let folder = self.source.folder.as_ref().unwrap_or(&self.name);
        let extension = self.source.format.extension();
        ["", "-*"].map(|shards| format!("{folder}/{split}{shards}.{extension}"))
    }

    /// Whether the task has the split: its file names it or, where it names none, the data is
    /// there.
    pub fn has_split(&self, data_root: &Path, split: &str) -> bool {
        match self.source.files.is_empty() {
            true => self.files(data_root, split).is_ok(),
            false => self.source.files.contains_key(split),
        }
    }

    /// The splits of the task: `train`, `validation` and `test` first, in this order.
    pub fn splits(&self, data_root: &Path) -> Vec<String> {
        let standard = SPLITS.iter().copied().filter(|split| self.has_split(data_root, split));
        let others = self.source.files.keys().map(String::as_str);
        standard.chain(others.filter(|split| !SPLITS.contains(split))).map(str::to_owned).collect()
    }

    /// Whether rows of the split have targets.
    pub fn is_labelled(&self, split: &str) -> bool {
        !self.source.unlabelled.iter().any(|unlabelled| unlabelled == split)
    }

    /// The examples of a split, in the order of its rows.
    ///
    /// Rows that cannot be rendered are passed over and counted with the malformed ones; see
    /// [`Examples`] for the errors at its end.
    ///
    /// # Errors
    /// When the task has no such split or a file is not there.
    pub fn examples(&self, data_root: &Path, split: &str) -> Result<Examples<'_>, TaskError> {
        self.examples_within(data_root, split, self.source.max_malformed)
    }

    /// As [`examples`](Self::examples), with another tolerance than the task's own.
    pub(crate) fn examples_within(
        &self,
        data_root: &Path,
        split: &str,
        tolerance: Tolerance,
    ) -> Result<Examples<'_>, TaskError> {
        let files = self.files(data_root, split)?;
        let examples = Examples::all(self, split, files.clone(), tolerance);
        let Some(max) = self.source.max_examples else {
            return Ok(examples);
        };
        let mut total = 0;
        for example in examples {
            example?;
            total += 1;
        }
        let key = Key::new(0).name(&self.name).name(split);
        Ok(Examples::all(self, split, files, tolerance).sampled(key, total, max.get()))
    }

    /// The example that the task makes of one row of a labelled split: for tests of your own
    /// tasks.
    ///
    /// ```
    /// use ext5_task::Task;
    /// let text = r#"
    ///     name = "sentiment"
    ///     family = "classification"
    ///     metrics = ["accuracy"]
    ///     [template]
    ///     inputs = "sentiment: {{ text }}"
    ///     [labels]
    ///     column = "label"
    ///     words = { 0 = "negative", 1 = "positive" }
    /// "#;
    /// let task = Task::parse(text, "sentiment.toml".as_ref())?;
    /// let row = serde_json::from_str(r#"{"text": "Great fun.", "label": 1}"#).unwrap();
    /// let example = task.render_row(row)?;
    /// assert_eq!(example.inputs, "sentiment: Great fun.");
    /// assert_eq!(example.targets, "positive");
    /// assert_eq!(example.options, ["negative", "positive"]);
    /// # Ok::<(), ext5_task::TaskError>(())
    /// ```
    ///
    /// # Errors
    /// When the row does not fit the task or its filter leaves it out.
    pub fn render_row(&self, row: Row) -> Result<Example, TaskError> {
        let located = Located { file: Path::new("<row>").into(), line: 1, row };
        let reason = match self.renderer.render(&located, true) {
            Ok(Some(example)) => return Ok(example),
            Ok(None) => "source.filter leaves this row out".to_owned(),
            Err(reason) => reason,
        };
        Err(TaskError::Row { task: self.name.clone(), reason })
    }

    pub(crate) fn data_error(&self, split: &str, source: DataError) -> TaskError {
        TaskError::Data { task: self.name.clone(), split: split.to_owned(), source }
    }
}
