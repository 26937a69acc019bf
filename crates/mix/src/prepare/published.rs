//! What a mixture will be before its data is there: rates from published numbers of rows.

use super::PrepareError;
use super::rates::Selection;
use crate::rate::{self, Size};
use crate::recipe::MixtureRecipe;
use ext5_data::files;
use ext5_task::{Registry, Task};
use serde::Serialize;
use std::collections::BTreeMap;

/// An entry whose size is what its publisher says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublishedEntry {
    /// The entry's name.
    pub name: String,
    /// The task's family; nothing for a denoising entry.
    pub family: Option<String>,
    /// Published rows of the train split; nothing for a denoising entry. Filters, and rows that give
    /// several examples or none, do not count.
    pub examples: Option<u64>,
    /// The cap on scaled examples, where there is one; nothing for a denoising entry.
    pub cap: Option<f64>,
    /// The integer rate.
    pub rate: u32,
    /// Exact share of the stream: rate / total rate.
    pub share: f64,
}

/// The entries of a recipe's mixture by published numbers, where nothing of its tasks and corpora
/// lies under the data root; nothing where some of it does.
///
/// # Errors
/// When a task's file does not say how many rows there are, or a rate is impossible.
pub fn published(recipe: &MixtureRecipe) -> Result<Option<Vec<PublishedEntry>>, PrepareError> {
    let mixture = &recipe.mixture;
    let root = &recipe.data.root;
    let corpora = || mixture.corpus.iter().filter(|_| mixture.r > 0.0);
    let registry = Registry::with_built_in(&recipe.data.tasks)?;
    let selection = match mixture.r.is_finite() {
        true => Some(Selection::new(mixture, &registry)?),
        false => None,
    };
    let tasks = selection.as_ref().map(Selection::all).unwrap_or_default();
    let there =
        |pattern: &String| files::matches(root, pattern).is_ok_and(|found| !found.is_empty());
    if tasks.values().any(|task| !task.has_no_data(root))
        || corpora().any(|corpus| corpus.train.iter().any(there))
        || (tasks.is_empty() && mixture.corpus.is_empty())
    {
        return Ok(None);
    }
    let mut sizes = BTreeMap::new();
    for (&name, &task) in &tasks {
        sizes.insert(name, Size { examples: rows(task)?, prompts: task.prompts() as u64 });
    }
    let rates = match &selection {
        Some(selection) => selection.rates(&|task| sizes[task])?,
        None => BTreeMap::new(),
    };
    let supervised: Vec<f64> = tasks.keys().map(|&name| rates[name]).collect();
    let denoisers: Vec<(String, f64)> = corpora()
        .flat_map(|corpus| {
            let denoisers = corpus.denoisers();
            let total: f64 = denoisers.iter().map(|(_, denoiser)| denoiser.weight).sum();
            let weight = corpus.weight / total;
            denoisers.into_iter().map(move |(name, denoiser)| (name, weight * denoiser.weight))
        })
        .collect();
    let weights: Vec<f64> = denoisers.iter().map(|(_, weight)| *weight).collect();
    let (supervised, denoising) = rate::with_denoising(&supervised, &weights, mixture.r)?;
    let whole = rate::quantise(&[supervised, denoising].concat())?;
    let total: u64 = whole.iter().map(|&rate| u64::from(rate)).sum();
    let of_tasks = tasks.values().map(|task| {
        let cap = selection.as_ref().and_then(|selection| selection.cap(&task.name));
        (
            task.name.clone(),
            Some(task.family.clone()),
            Some(sizes[task.name.as_str()].examples),
            cap,
        )
    });
    let of_corpora = denoisers.iter().map(|(name, _)| (name.clone(), None, None, None));
    let entries = of_tasks.chain(of_corpora).zip(whole).map(|(about, rate)| {
        let (name, family, examples, cap) = about;
        let share = f64::from(rate) / total as f64;
        PublishedEntry { name, family, examples, cap, rate, share }
    });
    Ok(Some(entries.collect()))
}

/// The published rows of a task's train split.
fn rows(task: &Task) -> Result<u64, PrepareError> {
    task.published("train").ok_or_else(|| PrepareError::NoCount { task: task.name.clone() })
}
