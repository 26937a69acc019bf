//! One task.

use crate::compile;
use crate::definition::{Hub, Provenance, SourceTable};
use crate::error::TaskError;
use crate::example::Example;
use crate::examples::Examples;
use crate::metric::Metric;
use crate::reading::Reading;
use crate::render::Renderer;
use ext5_core::config::ConfigError;
use ext5_core::{Digest, Key};
use ext5_data::generated::{self, Settings};
use ext5_data::{DataError, Format, Located, Row, Tolerance, files, split};
use std::collections::BTreeMap;
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
    /// The home page of its data, for people.
    pub url: String,
    /// What to cite for its data, for people.
    pub citation: String,
    /// Why it stands for one of the paper's 107, where it does.
    pub provenance: Option<Provenance>,
    /// The reason for the provenance, for people.
    pub reason: String,
    /// Where its columns, its labels and their order were read.
    pub sources: Vec<String>,
    /// What of the data set's schema was not found in any source.
    pub unverified: Option<String>,
    /// Whether it is for evaluation alone: it has no train split, and a mixture refuses it.
    pub evaluation_only: bool,
    /// How predictions are scored; at least one.
    pub metrics: Vec<Metric>,
    /// The file it was read from; of a built-in task its path in the repository.
    pub path: PathBuf,
    /// Whether it came with the program.
    pub built_in: bool,
    /// The text of its file.
    pub(crate) text: String,
    pub(crate) source: SourceTable,
    pub(crate) renderer: Renderer,
    pub(crate) reading: Reading,
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
        Ok(compile::parse(text, path)?)
    }

    /// Where it is defined, for people: a path, or a path in the repository.
    pub fn defined_in(&self) -> String {
        let path = self.path.display();
        if self.built_in { format!("built in: {path}") } else { path.to_string() }
    }

    /// The text of its file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// In how many ways the task puts each example: at least one. The first is the default, which
    /// evaluation uses.
    pub fn prompts(&self) -> usize {
        self.renderer.prompts.len()
    }

    /// How its files store rows, where it says so.
    pub fn format(&self) -> Option<Format> {
        self.source.format
    }

    /// What people call the prompt `index`, where it has a name.
    pub fn prompt_name(&self, index: usize) -> Option<&str> {
        self.renderer.prompts.get(index)?.name.as_deref()
    }

    /// Where the publisher has put the data, as the task file records it.
    pub fn hub(&self) -> Option<&Hub> {
        self.source.hub.as_ref()
    }

    /// The published number of rows of a split.
    pub fn published(&self, split: &str) -> Option<u64> {
        self.source.examples.get(split).copied()
    }

    /// The digest of all that decides the task's examples and their scoring: its name, source,
    /// templates, labels, choices and metrics, and the version of the renderer. Comments, the
    /// order and layout of keys, family, suites, description, licence, provenance and sources do not
    /// count, nor does the data.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How predictions and references are read before metrics compare them.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// The files of a split, in order.
    ///
    /// # Errors
    /// When the task has no such split or a file is not there.
    pub fn files(&self, data_root: &Path, split: &str) -> Result<Vec<PathBuf>, TaskError> {
        if self.evaluation_only && split == "train" {
            return Err(TaskError::EvaluationOnly { task: self.name.clone() });
        }
        let data = |source| self.data_error(split, source);
        if let Some(generated) = self.generated(data_root, split) {
            let missing = || DataError::Missing {
                path: data_root.join(self.folder()).join(split),
                expected: format!(
                    "a split that is generated: {}",
                    self.splits(data_root).join(", ")
                ),
            };
            let paths = generated.map(|path| path.and_then(|path| path.ok_or_else(missing)));
            return paths.collect::<Result<_, _>>().map_err(data);
        }
        let expected = format!("the {split} rows of task {}", self.name);
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
        let mut all = Vec::new();
        for name in self.on_disk(split) {
            let files =
                split::expect(data_root, self.folder(), name, self.source.format, &expected);
            all.extend(files.map_err(data)?);
        }
        Ok(all)
    }

    /// The generator of its rows, where they are computed and there are no files.
    pub fn generator(&self) -> Option<&str> {
        self.source.generator.as_ref().map(|name| name.get_ref().as_str())
    }

    /// Tells its generator what the task file leaves open.
    pub(crate) fn settle(&mut self, generators: &BTreeMap<String, Settings>) {
        let settings = self.generator().and_then(|name| generators.get(name));
        for (name, &value) in settings.cloned().iter().flatten() {
            self.source.settings.entry(name.clone()).or_insert(value);
        }
    }

    /// The paths of what makes up a generated split, where rows are generated; none in place of one
    /// that there is not.
    fn generated<'a>(
        &'a self,
        data_root: &'a Path,
        split: &'a str,
    ) -> Option<impl Iterator<Item = Result<Option<PathBuf>, DataError>> + 'a> {
        let (generator, settings) = (self.generator()?, &self.source.settings);
        let path =
            move |name: &str| generated::path(data_root, generator, settings, self.folder(), name);
        Some(self.on_disk(split).into_iter().map(path))
    }

    /// The folder of the task's data under the data root, or its generator's table.
    pub fn folder(&self) -> &str {
        self.source.folder.as_ref().unwrap_or(&self.name)
    }

    /// What a split is called on disk.
    fn on_disk<'a>(&'a self, split: &'a str) -> Vec<&'a str> {
        match self.source.splits.get(split) {
            Some(names) => names.get_ref().0.iter().map(String::as_str).collect(),
            None => vec![split],
        }
    }

    /// What its splits are called where its publisher has them, whether they are there or not.
    pub fn published_splits(&self) -> Vec<String> {
        let SourceTable { splits, examples, .. } = &self.source;
        let others = splits.keys().chain(examples.keys()).map(String::as_str);
        let mut names: Vec<String> = Vec::new();
        for split in SPLITS.into_iter().chain(others) {
            let unwanted = self.evaluation_only && split == "train";
            for name in self.on_disk(split) {
                if !unwanted && names.iter().all(|known| known != name) {
                    names.push(name.to_owned());
                }
            }
        }
        names
    }

    /// Whether the task has the split: its file names it or, where it names none, the data is
    /// there (also when it cannot be used).
    pub fn has_split(&self, data_root: &Path, split: &str) -> bool {
        if self.evaluation_only && split == "train" {
            return false;
        }
        if !self.source.files.is_empty() {
            return self.source.files.contains_key(split);
        }
        if self.source.splits.contains_key(split) {
            return true;
        }
        if let Some(mut generated) = self.generated(data_root, split) {
            return generated.all(|path| path.map_or(true, |path| path.is_some()));
        }
        let found = split::find(data_root, self.folder(), split, self.source.format);
        found.map_or(true, |files| !files.is_empty())
    }

    /// The splits of the task: `train`, `validation` and `test` first, in this order.
    pub fn splits(&self, data_root: &Path) -> Vec<String> {
        let named = self.source.files.keys().chain(self.source.splits.keys()).map(String::as_str);
        let others = named.filter(|split| !SPLITS.contains(split));
        let all = SPLITS.iter().copied().chain(others);
        all.filter(|split| self.has_split(data_root, split)).map(str::to_owned).collect()
    }

    /// Whether there is nothing of the task under the data root: not even its folder, or any of
    /// the files that it names.
    pub fn has_no_data(&self, data_root: &Path) -> bool {
        if self.generator().is_some() {
            return false;
        }
        match self.source.files.is_empty() {
            true => !data_root.join(self.folder()).exists(),
            false => self.source.files.values().flat_map(|patterns| &patterns.0).all(|pattern| {
                files::matches(data_root, pattern).is_ok_and(|found| found.is_empty())
            }),
        }
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

    /// At most `count` examples of a split, in the order of its rows: always the same ones, drawn
    /// from all, since files are often sorted by label. A smaller sample is a part of a larger one.
    ///
    /// # Errors
    /// As [`examples`](Self::examples); also for what is wrong with the file, which is read whole.
    pub fn sample(
        &self,
        data_root: &Path,
        split: &str,
        count: u64,
    ) -> Result<Examples<'_>, TaskError> {
        let most = self.source.max_examples.map_or(count, |max| max.get().min(count));
        self.drawn(data_root, split, self.source.max_malformed, most)
    }

    /// As [`examples`](Self::examples), with another tolerance than the task's own.
    pub(crate) fn examples_within(
        &self,
        data_root: &Path,
        split: &str,
        tolerance: Tolerance,
    ) -> Result<Examples<'_>, TaskError> {
        match self.source.max_examples {
            Some(most) => self.drawn(data_root, split, tolerance, most.get()),
            None => Ok(Examples::all(self, split, self.files(data_root, split)?, tolerance)),
        }
    }

    /// At most `most` examples of a split.
    fn drawn(
        &self,
        data_root: &Path,
        split: &str,
        tolerance: Tolerance,
        most: u64,
    ) -> Result<Examples<'_>, TaskError> {
        let files = self.files(data_root, split)?;
        let examples = Examples::all(self, split, files.clone(), tolerance);
        let mut total = 0;
        for example in examples {
            example?;
            total += 1;
        }
        let key = Key::new(0).name(&self.name).name(split);
        Ok(Examples::all(self, split, files, tolerance).sampled(key, total, most))
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
        self.render_rows(row, true, 1)?
            .into_iter()
            .next()
            .ok_or_else(|| self.row_error("source.filter leaves this row out".to_owned()))
    }

    /// All examples that the task makes of one row of a labelled split: several with
    /// `source.each`, each in all prompts.
    ///
    /// # Errors
    /// When the row does not fit the task.
    pub fn render_all(&self, row: Row) -> Result<Vec<Example>, TaskError> {
        self.render_rows(row, true, self.prompts())
    }

    /// All examples that the task makes of one row of a split, labelled or not, each in the first
    /// prompt; none where its filter leaves the row out.
    ///
    /// # Errors
    /// When the row does not fit the task.
    pub fn render_of(&self, split: &str, row: Row) -> Result<Vec<Example>, TaskError> {
        self.render_rows(row, self.is_labelled(split), 1)
    }

    fn render_rows(
        &self,
        row: Row,
        labelled: bool,
        prompts: usize,
    ) -> Result<Vec<Example>, TaskError> {
        let located = Located { file: Path::new("<row>").into(), line: 1, row };
        let rendered = self.renderer.render(&located, labelled, prompts);
        let rendered = rendered.map_err(|reason| self.row_error(reason))?;
        Ok(rendered.examples.into_iter().flatten().collect())
    }

    fn row_error(&self, reason: String) -> TaskError {
        TaskError::Row { task: self.name.clone(), reason }
    }

    pub(crate) fn data_error(&self, split: &str, source: DataError) -> TaskError {
        TaskError::Data { task: self.name.clone(), split: split.to_owned(), source }
    }
}
