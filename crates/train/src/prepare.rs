//! From a recipe to a mixture: vocabulary, tasks, token stores, rates, the data lock.

use crate::log::{Tallies, Tally};
use crate::recipe::Recipe;
use ext5_core::Key;
use ext5_data::{DataError, files};
use ext5_mix::batches::{BatchError, BatchOptions, Batches};
use ext5_mix::mixture::{Entry, EntryKind, Mixture, MixtureError, Settings};
use ext5_mix::store::{CorpusStore, StoreError, TokenStore};
use ext5_mix::{Cursor, PackedBatch, Prefetch, Rule, Sentinels, Shape, SpanCorruption, pack};
use ext5_task::{Registry, RegistryError, TaskError};
use ext5_text::{Vocabulary, VocabularyError};
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// Batches that are made ready ahead of the model.
const AHEAD: usize = 2;
/// The split that training reads.
const TRAIN: &str = "train";
/// The split that held-out losses read.
const VALIDATION: &str = "validation";

/// Why a recipe's data could not be made ready.
#[derive(Debug, Error)]
pub enum PrepareError {
    /// The vocabulary.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// The task files.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A task's source.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// A source file.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A token store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The mixture.
    #[error(transparent)]
    Mixture(#[from] MixtureError),
}

/// All that a run reads, ready.
#[derive(Debug)]
pub struct Prepared {
    /// The vocabulary.
    pub vocabulary: Vocabulary,
    /// What is trained on.
    pub mixture: Arc<Mixture>,
    /// Validation examples: every task at the same rate, and as many denoising examples as of all
    /// tasks together. None when nothing has a validation split.
    pub held_out: Option<Mixture>,
    /// Every source file that the stores follow from.
    pub sources: Vec<PathBuf>,
}

/// The vocabulary that a recipe names.
///
/// # Errors
/// When it cannot be read.
pub fn open_vocabulary(recipe: &Recipe) -> Result<Vocabulary, VocabularyError> {
    match recipe.vocabulary.as_str() {
        "bytes" => Ok(Vocabulary::bytes()),
        path => Vocabulary::open(&recipe.data.root.join(path)),
    }
}

impl Prepared {
    /// Reads everything that the recipe names, building the token stores that the cache lacks.
    /// `progress` is told the name of each store and how many rows of it are done.
    ///
    /// # Errors
    /// When anything is missing or wrong.
    pub fn new(
        recipe: &Recipe,
        progress: &mut dyn FnMut(&str, u64),
    ) -> Result<Prepared, PrepareError> {
        let vocabulary = open_vocabulary(recipe)?;
        let data = &recipe.data;
        let mut sources = Vec::new();
        let mut train = Vec::new();
        let mut validation = Vec::new();
        let supervised = recipe.mixture.r.is_finite();
        let registry = supervised.then(|| Registry::open(&data.tasks)).transpose()?;
        let tasks = match &registry {
            Some(registry) => registry.select(&recipe.mixture.tasks)?,
            None => Vec::new(),
        };
        for task in tasks {
            for (split, entries) in [(TRAIN, &mut train), (VALIDATION, &mut validation)] {
                if split == VALIDATION && !task.has_split(&data.root, split) {
                    continue;
                }
                sources.extend(task.files(&data.root, split)?);
                let name = format!("{} {split}", task.name);
                let progress = &mut |rows| progress(&name, rows);
                let store = TokenStore::open_or_build(
                    task,
                    &data.root,
                    split,
                    &vocabulary,
                    &data.cache,
                    progress,
                )?;
                let kind =
                    EntryKind::Supervised { family: task.family.clone(), store: Arc::new(store) };
                entries.push(Entry { name: task.name.clone(), kind });
            }
        }
        for corpus in recipe.mixture.corpus.iter().filter(|_| recipe.mixture.r > 0.0) {
            let objective = SpanCorruption {
                density: corpus.density,
                mean_span: corpus.mean_span,
                inputs_length: recipe.batch.inputs,
            };
            let splits = [
                (TRAIN, &corpus.train, &mut train),
                (VALIDATION, &corpus.validation, &mut validation),
            ];
            for (split, patterns, entries) in splits {
                if split == VALIDATION && patterns.is_empty() {
                    continue;
                }
                let files = corpus_files(&data.root, patterns)?;
                sources.extend(files.iter().cloned());
                let name = format!("{} {split}", corpus.name);
                let progress = &mut |documents| progress(&name, documents);
                let store = CorpusStore::open_or_build(
                    &corpus.name,
                    &files,
                    &vocabulary,
                    &data.cache,
                    progress,
                )?;
                let kind = EntryKind::Denoising {
                    corpus: Arc::new(store),
                    objective,
                    weight: if split == TRAIN { corpus.weight } else { 1.0 },
                };
                entries.push(Entry { name: corpus.name.clone(), kind });
            }
        }
        let settings = settings(recipe, &vocabulary);
        let mixture = Arc::new(Mixture::new(train, settings.clone())?);
        let held_out = held_out(validation, settings)?;
        Ok(Prepared { vocabulary, mixture, held_out, sources })
    }

    /// The batches of the run from a place on, made ready in the background.
    ///
    /// # Errors
    /// When the batch's shape is impossible.
    pub fn batches(
        &self,
        recipe: &Recipe,
        start: Cursor,
    ) -> Result<Prefetch<Result<PackedBatch, BatchError>>, BatchError> {
        let options = BatchOptions {
            rows: recipe.batch.rows,
            window: recipe.batch.window as u64,
            rank: 0,
            world: 1,
        };
        Ok(Prefetch::new(Batches::new(Arc::clone(&self.mixture), options, start)?, AHEAD))
    }

    /// About how many examples the run's steps will take from the stream: as many a row as the
    /// first window has.
    ///
    /// # Errors
    /// When an example cannot be read.
    pub fn expected_examples(&self, recipe: &Recipe) -> Result<u64, MixtureError> {
        let window = recipe.batch.window;
        let examples = self.mixture.from(0)?.take(window).collect::<Result<Vec<_>, _>>()?;
        let shape = self.mixture.settings().shape;
        let rows = pack::pack(examples, shape, Key::new(recipe.seed)).len().max(1);
        let needed = u128::from(recipe.train.steps) * recipe.batch.rows as u128;
        Ok((needed * window as u128 / rows as u128) as u64)
    }

    /// Number of held-out examples for so many of each task.
    pub(crate) fn held_out_examples(&self, per_task: u64) -> u64 {
        let Some(held_out) = &self.held_out else { return 0 };
        let supervised = held_out.entries().iter().filter(|entry| is_supervised(entry)).count();
        let denoising = held_out.entries().len() - supervised;
        match (supervised as u64, denoising as u64) {
            (tasks, 0) => tasks * per_task,
            (0, corpora) => corpora * per_task,
            (tasks, _) => 2 * tasks * per_task,
        }
    }

    /// The tallies of the denoising entries and those of the tasks, added up.
    pub fn sums(&self, entries: &Tallies) -> (Tally, Tally) {
        let (mut denoising, mut supervised) = (Tally::default(), Tally::default());
        for entry in self.mixture.entries() {
            if let Some(tally) = entries.get(&entry.name) {
                let sum = if is_supervised(entry) { &mut supervised } else { &mut denoising };
                sum.add(tally);
            }
        }
        (denoising, supervised)
    }
}

fn is_supervised(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::Supervised { .. })
}

fn settings(recipe: &Recipe, vocabulary: &Vocabulary) -> Settings {
    let mixture = &recipe.mixture;
    Settings {
        rule: Rule { cap: Some(mixture.cap as f64), scale: 1.0, temperature: mixture.temperature },
        ratio: mixture.r,
        seed: recipe.seed,
        shape: Shape { inputs: recipe.batch.inputs, targets: recipe.batch.targets },
        sentinels: Sentinels::of(vocabulary),
        rates: mixture.rates.clone(),
    }
}

/// The mixture of held-out examples: with a cap of one example every task has the same rate.
fn held_out(entries: Vec<Entry>, settings: Settings) -> Result<Option<Mixture>, MixtureError> {
    let supervised = entries.iter().filter(|entry| is_supervised(entry)).count();
    let ratio = match (supervised, entries.len() - supervised) {
        (0, 0) => return Ok(None),
        (0, _) => f64::INFINITY,
        (_, 0) => 0.0,
        _ => 1.0,
    };
    let rule = Rule { cap: Some(1.0), scale: 1.0, temperature: 1.0 };
    Mixture::new(entries, Settings { rule, ratio, rates: None, ..settings }).map(Some)
}

fn corpus_files(root: &std::path::Path, patterns: &[String]) -> Result<Vec<PathBuf>, DataError> {
    let mut found = Vec::new();
    for pattern in patterns {
        found.extend(files::matches(root, pattern)?);
    }
    Ok(found)
}
