//! The comparison: the evaluation side in memory, the training side as a stream.

use super::exclusions::Exclusions;
use super::index::{ENTRY_BYTES, Index};
use super::texts;
use crate::prepare::{PrepareError, selected_tasks};
use crate::recipe::MixtureRecipe;
use ext5_data::{DataError, Documents, Located, Malformed, Rows, Tolerance};
use ext5_task::Task;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Training text that is compared at a time.
const CHUNK_BYTES: usize = 4 << 20;
/// The splits that are for evaluation.
const EVALUATION: [&str; 2] = ["validation", "test"];

/// How to compare.
#[derive(Clone, Debug)]
pub struct Options {
    /// Words in a run, 13 in the literature.
    pub words: usize,
    /// Bytes that the evaluation side may take. Where it takes more, it is cut into parts, and the
    /// training side is read once for each.
    pub memory: usize,
    /// More tasks to evaluate on than those of the mixture.
    pub evaluate: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options { words: 13, memory: 1 << 30, evaluate: Vec::new() }
    }
}

/// An evaluation split and something that is trained on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// The task and split that is evaluated on.
    pub name: String,
    /// The task or corpus that is trained on.
    pub trained: String,
    /// Examples of the split that overlap with it.
    pub overlapping: u64,
    /// Examples of the split.
    pub examples: u64,
    /// Rows or documents trained on that overlap with the split.
    pub rows: u64,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Overlaps {
    /// Pairs that overlap.
    pub pairs: Vec<Pair>,
    /// Evaluation examples that were compared.
    pub examples: u64,
    /// Evaluation examples that are too short to compare.
    pub too_short: u64,
    /// Rows of evaluation splits that cannot be read or rendered, and so were not compared.
    pub malformed: u64,
    /// The first of them, at most ten of a split.
    pub first_malformed: Vec<Malformed>,
    /// Bytes of text trained on that were read, in all parts.
    pub bytes: u64,
    /// How often the training side was read.
    pub parts: u64,
    /// The training rows and documents that overlap with anything.
    pub exclusions: Exclusions,
}

/// A row or document that is trained on.
struct Trained {
    file: Arc<Path>,
    line: u64,
    texts: Vec<String>,
    /// Whether short texts are looked for in its lines, too.
    by_line: bool,
}

/// Something that is trained on.
enum Source<'a> {
    Task(&'a Task, Vec<PathBuf>),
    Corpus(&'a crate::recipe::Corpus, Vec<PathBuf>),
}

impl Source<'_> {
    fn name(&self) -> &str {
        match self {
            Source::Task(task, _) => &task.name,
            Source::Corpus(corpus, _) => &corpus.name,
        }
    }
}

/// The evaluation side, or a part of it.
#[derive(Default)]
struct Part {
    index: Index,
    /// The split of each example, as a number into `splits`.
    split_of: Vec<usize>,
}

/// Compares the validation and test splits of a recipe's tasks, and of those that the options add,
/// with the train splits of its tasks and with its corpora. `progress` is told what is read.
///
/// # Errors
/// When a source cannot be read.
pub fn check(
    recipe: &MixtureRecipe,
    options: &Options,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<Overlaps, PrepareError> {
    let registry = recipe.data.registry()?;
    let root = &recipe.data.root;
    let trained: Vec<&Task> = match recipe.mixture.r.is_finite() {
        true => selected_tasks(recipe, &registry)?,
        false => Vec::new(),
    };
    let mut sources = Vec::new();
    for &task in &trained {
        sources.push(Source::Task(task, task.files(root, "train")?));
    }
    for corpus in recipe.mixture.corpus.iter().filter(|_| recipe.mixture.r > 0.0) {
        let expected = format!("the train text of corpus {}", corpus.name);
        sources.push(Source::Corpus(corpus, recipe.data.files(&corpus.train, "train", &expected)?));
    }
    let mut evaluated: BTreeMap<&str, &Task> =
        trained.iter().map(|&task| (task.name.as_str(), task)).collect();
    if !options.evaluate.is_empty() {
        let more = registry.select(&options.evaluate)?;
        evaluated.extend(more.into_iter().map(|task| (task.name.as_str(), task)));
    }
    let mut run = Run {
        root,
        options,
        sources,
        overlaps: Overlaps::default(),
        pairs: BTreeMap::new(),
        sizes: Vec::new(),
        progress,
    };
    run.overlaps.exclusions.words = options.words;
    let mut part = Part::default();
    for task in evaluated.into_values() {
        for split in EVALUATION.into_iter().filter(|split| task.has_split(root, split)) {
            run.add(task, split, &mut part)?;
        }
    }
    run.scan(&mut part)?;
    Ok(run.finish())
}

struct Run<'a> {
    root: &'a Path,
    options: &'a Options,
    sources: Vec<Source<'a>>,
    overlaps: Overlaps,
    /// Split and source → examples, rows.
    pairs: BTreeMap<(usize, usize), (u64, u64)>,
    /// Names of evaluation splits and their sizes.
    sizes: Vec<(String, u64)>,
    progress: &'a mut dyn FnMut(&str, u64),
}

impl Run<'_> {
    /// Adds the examples of a split to the part, those of one row as one; scans when it is full.
    fn add(&mut self, task: &Task, split: &str, part: &mut Part) -> Result<(), PrepareError> {
        let name = format!("{} {split}", task.name);
        let number = self.sizes.len();
        self.sizes.push((name.clone(), 0));
        let mut rows = Rows::new(task.format(), task.files(self.root, split)?, Tolerance::ANY);
        while let Some(row) = rows.next() {
            let Located { file, line, row } = row?;
            let found = texts::texts(&row);
            let examples = match task.render_of(split, row) {
                // The filter leaves the row out.
                Ok(examples) if examples.is_empty() => continue,
                Ok(examples) => examples,
                Err(error) => {
                    rows.reject(&file, line, error.to_string());
                    continue;
                }
            };
            let inputs: Vec<_> = examples.into_iter().map(|example| example.inputs).collect();
            let texts = texts::read_by_model(found, &inputs.join("\n"));
            let example = u32::try_from(part.split_of.len()).unwrap_or(u32::MAX);
            if !part.index.add(example, &texts, self.options.words) {
                self.overlaps.too_short += 1;
                continue;
            }
            part.split_of.push(number);
            self.overlaps.examples += 1;
            if let Some((_, size)) = self.sizes.get_mut(number) {
                *size += 1;
            }
            if part.index.len().saturating_mul(ENTRY_BYTES) > self.options.memory {
                self.scan(part)?;
            }
        }
        self.overlaps.malformed += rows.tally().malformed;
        self.overlaps.first_malformed.extend_from_slice(&rows.tally().first);
        (self.progress)(&name, self.overlaps.examples);
        Ok(())
    }

    /// Reads all that is trained on against a part, and empties it.
    fn scan(&mut self, part: &mut Part) -> Result<(), PrepareError> {
        let mut full = std::mem::take(part);
        if full.index.is_empty() {
            return Ok(());
        }
        full.index.finish();
        self.overlaps.parts += 1;
        for source in 0..self.sources.len() {
            let name = self.sources[source].name().to_owned();
            let trained = open(&self.sources[source]);
            let mut examples: BTreeSet<u32> = BTreeSet::new();
            let (mut chunk, mut bytes) = (Vec::new(), 0);
            for item in trained {
                let item = item?;
                bytes += item.texts.iter().map(String::len).sum::<usize>();
                chunk.push(item);
                if bytes >= CHUNK_BYTES {
                    self.compare(&full, source, &chunk, &mut examples)?;
                    self.overlaps.bytes += bytes as u64;
                    (self.progress)(&name, self.overlaps.bytes);
                    (chunk, bytes) = (Vec::new(), 0);
                }
            }
            self.compare(&full, source, &chunk, &mut examples)?;
            self.overlaps.bytes += bytes as u64;
            for split in examples.iter().filter_map(|&e| full.split_of.get(e as usize)) {
                self.pairs.entry((*split, source)).or_default().0 += 1;
            }
        }
        Ok(())
    }

    fn compare(
        &mut self,
        part: &Part,
        source: usize,
        chunk: &[Trained],
        examples: &mut BTreeSet<u32>,
    ) -> Result<(), PrepareError> {
        let n = self.options.words;
        let hits: Vec<Vec<u32>> = chunk
            .par_iter()
            .map_init(Vec::new, |words, item| {
                let mut found = Vec::new();
                for text in &item.texts {
                    part.index.find(text, n, words, &mut found);
                    for line in text.lines().filter(|_| item.by_line) {
                        part.index.find_line(line, n, words, &mut found);
                    }
                }
                found.sort_unstable();
                found.dedup();
                found
            })
            .collect();
        for (item, hits) in chunk.iter().zip(hits).filter(|(_, hits)| !hits.is_empty()) {
            self.overlaps.exclusions.add(self.root, &item.file, item.line)?;
            let splits = hits.iter().filter_map(|&e| part.split_of.get(e as usize).copied());
            for split in splits.collect::<BTreeSet<usize>>() {
                self.pairs.entry((split, source)).or_default().1 += 1;
            }
            examples.extend(hits);
        }
        Ok(())
    }

    fn finish(self) -> Overlaps {
        let pair = |(&(split, source), &(overlapping, rows)): (&(usize, usize), &(u64, u64))| {
            let (evaluated, examples) = self.sizes.get(split)?.clone();
            Some(Pair {
                name: evaluated,
                trained: self.sources.get(source)?.name().to_owned(),
                overlapping,
                examples,
                rows,
            })
        };
        let pairs = self.pairs.iter().filter_map(pair).collect();
        Overlaps { pairs, ..self.overlaps }
    }
}

/// What a source has, as a stream.
fn open(source: &Source<'_>) -> Box<dyn Iterator<Item = Result<Trained, DataError>>> {
    match source {
        Source::Task(task, files) => {
            let rows = Rows::new(task.format(), files.clone(), Tolerance::ANY);
            Box::new(rows.map(|row| {
                row.map(|row| Trained {
                    file: row.file,
                    line: row.line,
                    texts: texts::texts(&row.row),
                    by_line: false,
                })
            }))
        }
        Source::Corpus(corpus, files) => {
            let documents = Documents::new(files.clone(), Tolerance::ANY);
            Box::new(documents.with_layout(corpus.layout.clone()).map(|document| {
                document.map(|document| Trained {
                    texts: vec![document.text],
                    by_line: true,
                    file: document.file,
                    line: document.line,
                })
            }))
        }
    }
}
