//! The entries of a mixture, with their stores.

use super::PrepareError;
use super::rates::Selection;
use crate::mixture::{Denoiser, Entry, EntryKind};
use crate::overlap::Exclusions;
use crate::rate::Size;
use crate::recipe::{self, Corpus, MixtureRecipe};
use crate::store::{CorpusStore, TokenStore};
use ext5_task::{Registry, Task};
use ext5_text::Vocabulary;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The split that training reads.
const TRAIN: &str = "train";
/// The split that held-out losses read.
const VALIDATION: &str = "validation";

/// Entries to train on and to hold out, and the files that they follow from.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) train: Vec<Entry>,
    /// Every task at the same rate.
    pub(super) validation: Vec<Entry>,
    pub(super) sources: Vec<PathBuf>,
    /// What is not trained on.
    exclusions: Exclusions,
}

/// Told the name of a store and how many of its rows are done.
type Progress<'a> = &'a mut dyn FnMut(&str, u64);

impl Entries {
    /// None yet, and what is to be left out of those to train on.
    pub(super) fn without(exclusions: Exclusions) -> Self {
        Entries { exclusions, ..Entries::default() }
    }

    /// What is left out of a split's files.
    fn excluded(
        &self,
        root: &Path,
        split: &str,
        files: &[PathBuf],
    ) -> Result<Exclusions, PrepareError> {
        match split {
            TRAIN => Ok(self.exclusions.of(root, files)?),
            _ => Ok(Exclusions::default()),
        }
    }

    /// Adds the tasks that the recipe selects.
    pub(super) fn add_tasks(
        &mut self,
        recipe: &MixtureRecipe,
        registry: &Registry,
        vocabulary: &Vocabulary,
        progress: Progress<'_>,
    ) -> Result<(), PrepareError> {
        let selection = Selection::new(&recipe.mixture, registry)?;
        let root = &recipe.data.root;
        // What is missing is told before hours of encoding.
        for task in selection.all().into_values() {
            task.files(root, TRAIN).map_err(|source| PrepareError::NoTrain {
                task: task.name.clone(),
                source: Box::new(source),
            })?;
        }
        let mut sizes = BTreeMap::new();
        for task in selection.all().into_values() {
            let entry = |store: Arc<TokenStore>, rate| {
                let kind = EntryKind::Supervised { family: task.family.clone(), store };
                Entry { name: task.name.clone(), kind, rate, cap: selection.cap(&task.name) }
            };
            let store = self.task_store(recipe, task, TRAIN, vocabulary, progress)?;
            sizes.insert(
                task.name.as_str(),
                Size { examples: store.examples(), prompts: task.prompts() as u64 },
            );
            self.train.push(entry(store, 0.0));
            if task.has_split(root, VALIDATION) {
                let store = self.task_store(recipe, task, VALIDATION, vocabulary, progress)?;
                self.validation.push(entry(store, 1.0));
            }
        }
        let rates = selection.rates(&|task| sizes[task])?;
        for entry in &mut self.train {
            entry.rate = rates[&entry.name];
        }
        Ok(())
    }

    fn task_store(
        &mut self,
        recipe: &MixtureRecipe,
        task: &Task,
        split: &str,
        vocabulary: &Vocabulary,
        progress: Progress<'_>,
    ) -> Result<Arc<TokenStore>, PrepareError> {
        let recipe::Data { root, cache, .. } = &recipe.data;
        let files = task.files(root, split)?;
        let without = self.excluded(root, split, &files)?;
        self.sources.extend(files);
        let name = format!("{} {split}", task.name);
        let progress = &mut |rows| progress(&name, rows);
        let store = TokenStore::open_or_build_without(
            &without, task, root, split, vocabulary, cache, progress,
        )?;
        Ok(Arc::new(store))
    }

    /// Adds a corpus, once for each of its denoisers.
    pub(super) fn add_corpus(
        &mut self,
        recipe: &MixtureRecipe,
        corpus: &Corpus,
        vocabulary: &Vocabulary,
        progress: Progress<'_>,
    ) -> Result<(), PrepareError> {
        let denoisers = denoisers(corpus, vocabulary)?;
        let recipe::Data { root, cache, .. } = &recipe.data;
        for (split, patterns) in [(TRAIN, &corpus.train), (VALIDATION, &corpus.validation)] {
            if split == VALIDATION && patterns.is_empty() {
                continue;
            }
            let expected = format!("the {split} text of corpus {}", corpus.name);
            let files = recipe.data.files(patterns, split, &expected)?;
            self.sources.extend(files.iter().cloned());
            let without = self.excluded(root, split, &files)?;
            let name = format!("{} {split}", corpus.name);
            let progress = &mut |documents| progress(&name, documents);
            let (name, layout) = (&corpus.name, corpus.layout.as_ref());
            let store = CorpusStore::open_or_build_without(
                (&without, root),
                name,
                &files,
                layout,
                vocabulary,
                cache,
                progress,
            )?;
            let store = Arc::new(store);
            let (entries, weight) = match split {
                TRAIN => (&mut self.train, corpus.weight),
                _ => (&mut self.validation, 1.0),
            };
            entries.extend(denoisers.iter().map(|(name, share, denoiser)| Entry {
                name: name.clone(),
                kind: EntryKind::Denoising {
                    corpus: Arc::clone(&store),
                    denoiser: denoiser.clone(),
                },
                rate: weight * share,
                cap: None,
            }));
        }
        Ok(())
    }
}

/// The denoisers of a corpus: name of the entry, share of the corpus's examples.
fn denoisers(
    corpus: &Corpus,
    vocabulary: &Vocabulary,
) -> Result<Vec<(String, f64, Denoiser)>, PrepareError> {
    let denoisers = corpus.denoisers();
    let total: f64 = denoisers.iter().map(|(_, denoiser)| denoiser.weight).sum();
    let of = |(entry, denoiser): (String, recipe::Denoiser)| {
        let failed = |reason| PrepareError::Denoiser { entry: entry.clone(), reason };
        let objective = denoiser.objective().map_err(failed)?;
        let text = denoiser.prefix.unwrap_or_default();
        let prefix = vocabulary.encode(&text);
        if prefix.contains(&Vocabulary::UNK) || prefix.is_empty() != text.is_empty() {
            return Err(PrepareError::Prefix { entry, prefix: text });
        }
        let made = Denoiser { objective, length: corpus.length, prefix, shorten: denoiser.shorten };
        Ok((entry, denoiser.weight / total, made))
    };
    denoisers.into_iter().map(of).collect()
}
