//! From a recipe to a mixture: vocabulary, tasks, token stores, rates.

mod entries;
mod published;
mod rates;

pub use published::{PublishedEntry, published};

use crate::batches::{BatchError, BatchOptions, Batches, Cursor, PackedBatch};
use crate::mixture::{Entry, Mixture, MixtureError, Settings};
use crate::objective::Sentinels;
use crate::overlap::{ExclusionError, Exclusions};
use crate::pack::{self, Shape};
use crate::prefetch::Prefetch;
use crate::rate::RateError;
use crate::recipe::{self, MixtureRecipe};
use crate::store::StoreError;
use entries::Entries;
use ext5_data::DataError;
use ext5_task::{Registry, RegistryError, Task, TaskError};
use ext5_text::{Vocabulary, VocabularyError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// Batches that are made ready ahead of the model.
const AHEAD: usize = 2;
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
    /// The list of rows that are left out.
    #[error(transparent)]
    Exclusions(#[from] ExclusionError),
    /// A rate.
    #[error(transparent)]
    Rate(#[from] RateError),
    /// The mixture.
    #[error(transparent)]
    Mixture(#[from] MixtureError),
    /// A task that is to be trained on has no rows to train on.
    #[error(
        "task `{task}` is in the mixture and has no train split: take it out (`!{task}` behind \
         the patterns that select it), or mend its source: {source}"
    )]
    NoTrain {
        /// The task.
        task: String,
        /// What was looked for.
        source: Box<TaskError>,
    },
    /// Neither data nor a published number of rows.
    #[error(
        "task `{task}` has no data, and its file no published number of rows: fetch its data, or \
         give the number as `source.examples.train`"
    )]
    NoCount {
        /// The task.
        task: String,
    },
    /// Keys are given for a task that is not mixed.
    #[error(
        "`mixture.task.{name}`: the mixture has no such task{}",
        nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
    )]
    NotMixed {
        /// What was given.
        name: String,
        /// The nearest name in the mixture.
        nearest: Option<String>,
    },
    /// A denoiser's prefix is not what the vocabulary can say.
    #[error(
        "denoising entry `{entry}`: the vocabulary has no pieces for the prefix `{prefix}`: choose \
         one of other characters"
    )]
    Prefix {
        /// The entry.
        entry: String,
        /// Its prefix.
        prefix: String,
    },
    /// A denoiser's keys do not fit its objective.
    #[error("denoising entry `{entry}`: {reason}")]
    Denoiser {
        /// The entry.
        entry: String,
        /// What is wrong.
        reason: String,
    },
}

/// The tasks that a recipe mixes, each once, by name.
///
/// # Errors
/// When a pattern selects nothing, or keys are given for a task that is not mixed.
pub fn selected_tasks<'a>(
    recipe: &'a MixtureRecipe,
    registry: &'a Registry,
) -> Result<Vec<&'a Task>, PrepareError> {
    Ok(rates::Selection::new(&recipe.mixture, registry)?.all().into_values().collect())
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
    batch: recipe::Batches,
}

/// The vocabulary that a recipe names: `bytes`, or a SentencePiece model under the data root.
///
/// # Errors
/// When it cannot be read.
pub fn open_vocabulary(name: &str, data_root: &Path) -> Result<Vocabulary, VocabularyError> {
    match name {
        "bytes" => Ok(Vocabulary::bytes()),
        path => Vocabulary::open(&data_root.join(path)),
    }
}

impl Prepared {
    /// Reads everything that the recipe names, building the token stores that the cache lacks.
    /// `progress` is told the name of each store and how many rows of it are done.
    ///
    /// # Errors
    /// When anything is missing or wrong.
    pub fn new(
        recipe: &MixtureRecipe,
        progress: &mut dyn FnMut(&str, u64),
    ) -> Result<Prepared, PrepareError> {
        let vocabulary = open_vocabulary(&recipe.vocabulary, &recipe.data.root)?;
        let mut entries = Entries::without(match &recipe.mixture.exclude {
            Some(list) => Exclusions::read(&recipe.data.root.join(list))?,
            None => Exclusions::default(),
        });
        if recipe.mixture.r.is_finite() {
            let registry = recipe.data.registry()?;
            entries.add_tasks(recipe, &registry, &vocabulary, progress)?;
        }
        for corpus in recipe.mixture.corpus.iter().filter(|_| recipe.mixture.r > 0.0) {
            entries.add_corpus(recipe, corpus, &vocabulary, progress)?;
        }
        let Entries { train, validation, sources, .. } = entries;
        let settings = settings(recipe, &vocabulary);
        let mixture = Arc::new(Mixture::new(train, settings.clone())?);
        let held_out = held_out(validation, settings)?;
        Ok(Prepared { vocabulary, mixture, held_out, sources, batch: recipe.batch })
    }

    /// Rank `rank` of `world`'s part of every batch from a place on, made ready in the background.
    ///
    /// # Errors
    /// When the batch's shape or the rank is impossible.
    pub fn batches(
        &self,
        start: Cursor,
        (rank, world): (usize, usize),
    ) -> Result<Prefetch<Result<PackedBatch, BatchError>>, BatchError> {
        let recipe::Batches { rows, window, .. } = self.batch;
        let options = BatchOptions { rows, window: window as u64, rank, world };
        Ok(Prefetch::new(Batches::new(Arc::clone(&self.mixture), options, start)?, AHEAD))
    }

    /// About how many examples of the stream so many global batches take: as many a row as the
    /// first window has.
    ///
    /// # Errors
    /// When an example cannot be read.
    pub fn expected_examples(&self, steps: u64) -> Result<u64, MixtureError> {
        let window = self.batch.window;
        let examples = self.mixture.from(0)?.take(window).collect::<Result<Vec<_>, _>>()?;
        let shape = self.mixture.settings().shape;
        let rows = pack::pack(examples, shape, self.mixture.key()).len().max(1);
        let needed = u128::from(steps) * self.batch.rows as u128;
        Ok((needed * window as u128 / rows as u128) as u64)
    }
}

fn settings(recipe: &MixtureRecipe, vocabulary: &Vocabulary) -> Settings {
    let mixture = &recipe.mixture;
    Settings {
        ratio: mixture.r,
        seed: recipe.seed,
        shape: Shape { inputs: recipe.batch.inputs, targets: recipe.batch.targets },
        trim: mixture.trim,
        sentinels: Sentinels::of(vocabulary),
        rates: mixture.rates.clone(),
    }
}

/// The mixture of held-out examples.
fn held_out(entries: Vec<Entry>, settings: Settings) -> Result<Option<Mixture>, MixtureError> {
    let supervised = entries.iter().filter(|entry| entry.is_supervised()).count();
    let ratio = match (supervised, entries.len() - supervised) {
        (0, 0) => return Ok(None),
        (0, _) => f64::INFINITY,
        (_, 0) => 0.0,
        _ => 1.0,
    };
    Mixture::new(entries, Settings { ratio, rates: None, ..settings }).map(Some)
}
