//! How an entry's draws become examples.

use super::{Entry, EntryKind, MixtureError, Settings, Untrimmed};
use crate::mixture::entry::Denoiser;
use crate::objective::ObjectiveError;
use crate::order::{ExampleOrder, SliceOrder};
use crate::pack::Shape;
use crate::store::{CorpusStore, StoreError, TokenStore};
use crate::trim::{Trim, Trims};
use ext5_core::Key;
use ext5_text::Vocabulary;
use std::sync::Arc;

/// What the draws of an entry are made from.
#[derive(Debug)]
pub(crate) enum Supply {
    /// A task's examples.
    Examples {
        store: Arc<TokenStore>,
        order: ExampleOrder,
        /// Names the draws of prompts.
        prompts: Key,
        /// The numbers of those that are drawn, where some are not.
        kept: Option<Vec<u64>>,
    },
    /// Slices of a corpus.
    Slices {
        corpus: Arc<CorpusStore>,
        denoiser: Denoiser,
        order: SliceOrder,
        masks: Key,
        /// Mean lengths of inputs and targets, end of sequence included.
        means: (f64, f64),
    },
}

impl Supply {
    pub(super) fn new(entry: &Entry, key: Key, settings: &Settings) -> Result<Self, MixtureError> {
        match &entry.kind {
            EntryKind::Supervised { store, .. } => {
                let kept = kept(entry, store, settings)?;
                let drawn = kept.as_ref().map_or(store.examples(), |kept| kept.len() as u64);
                let store = Arc::clone(store);
                let (order, prompts) = (ExampleOrder::new(key, drawn), key.name("prompt"));
                Ok(Supply::Examples { store, order, prompts, kept })
            }
            EntryKind::Denoising { corpus, denoiser } => {
                slices(entry, corpus, denoiser, key, settings)
            }
        }
    }

    /// Draw `k`: inputs and targets, trimmed, with end of sequence.
    pub(super) fn example(
        &self,
        k: u64,
        entry: &Entry,
        settings: &Settings,
    ) -> Result<(Vec<u32>, Vec<u32>), MixtureError> {
        let Shape { inputs: most_inputs, targets: most_targets } = settings.shape;
        let (most_inputs, most_targets) = (most_inputs - 1, most_targets - 1);
        let (mut inputs, mut targets) = match self {
            Supply::Examples { store, order, kept, .. } => {
                let example = nth(kept.as_deref(), order.example(k));
                let prompt = self.prompt(k);
                let Trims { inputs, targets } = settings.trim;
                let (most_i, most_t) = (inputs.read(most_inputs), targets.read(most_targets));
                let (mut i, mut t) = store.read(example, prompt, most_i, most_t)?;
                inputs.apply(&mut i, most_inputs);
                targets.apply(&mut t, most_targets);
                (i, t)
            }
            Supply::Slices { corpus, denoiser, order, masks, .. } => {
                let tokens = corpus.read(order.start(k), order.length())?;
                let (mut i, mut t) = denoiser
                    .objective
                    .corrupt(&tokens, masks.index(k), settings.sentinels)
                    .map_err(|source| objective_error(entry, source))?;
                i.splice(..0, denoiser.prefix.iter().copied());
                i.truncate(most_inputs);
                t.truncate(most_targets);
                (i, t)
            }
        };
        inputs.push(Vocabulary::EOS);
        targets.push(Vocabulary::EOS);
        Ok((inputs, targets))
    }

    /// The example of draw `k` before trimming; nothing for a corpus.
    pub(super) fn untrimmed(&self, k: u64) -> Result<Option<Untrimmed>, MixtureError> {
        let Supply::Examples { store, order, kept, .. } = self else { return Ok(None) };
        let example = nth(kept.as_deref(), order.example(k));
        let (inputs, targets) = store.read(example, self.prompt(k), usize::MAX, usize::MAX)?;
        Ok(Some(Untrimmed { inputs, targets }))
    }

    /// The prompt of draw `k`, from 0.
    pub(super) fn prompt(&self, k: u64) -> usize {
        match self {
            Supply::Examples { store, prompts, .. } if store.prompts() > 1 => {
                prompts.index(k).rng().below(store.prompts() as u64) as usize
            }
            _ => 0,
        }
    }

    /// Examples, or slices, of an epoch.
    pub(crate) fn epoch(&self) -> u64 {
        match self {
            Supply::Examples { store, kept, .. } => {
                kept.as_ref().map_or(store.examples(), |kept| kept.len() as u64)
            }
            Supply::Slices { order, .. } => order.slices(),
        }
    }

    /// The number in the store of the example at `place` of those that are drawn.
    pub(crate) fn nth(&self, place: u64) -> u64 {
        match self {
            Supply::Examples { kept, .. } => nth(kept.as_deref(), place),
            Supply::Slices { .. } => place,
        }
    }
}

fn nth(kept: Option<&[u64]>, place: u64) -> u64 {
    kept.map_or(place, |kept| kept[place as usize])
}

/// The examples that fit, where long ones are dropped and there are some.
fn kept(
    entry: &Entry,
    store: &TokenStore,
    settings: &Settings,
) -> Result<Option<Vec<u64>>, MixtureError> {
    let Trims { inputs, targets } = settings.trim;
    if inputs != Trim::Drop && targets != Trim::Drop {
        return Ok(None);
    }
    let shape = settings.shape;
    // In all prompts, so that which example a draw is does not hang on its prompt.
    let fits = |example: u64| -> Result<bool, StoreError> {
        for prompt in 0..store.prompts() {
            let (i, t) = store.lengths(example, prompt)?;
            if inputs == Trim::Drop && i >= shape.inputs as u64
                || targets == Trim::Drop && t >= shape.targets as u64
            {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let mut kept: Vec<u64> = Vec::new();
    for example in 0..store.examples() {
        if fits(example)? {
            kept.push(example);
        }
    }
    if kept.is_empty() {
        return Err(MixtureError::AllDropped { name: entry.name.clone(), shape });
    }
    Ok((kept.len() as u64 != store.examples()).then_some(kept))
}

fn slices(
    entry: &Entry,
    corpus: &Arc<CorpusStore>,
    denoiser: &Denoiser,
    key: Key,
    settings: &Settings,
) -> Result<Supply, MixtureError> {
    let failed = |source| objective_error(entry, source);
    let (shape, prefix) = (settings.shape, denoiser.prefix.len());
    let inputs = denoiser.length.map_or(shape.inputs, |length| length.min(shape.inputs));
    let room = Shape { inputs: inputs.saturating_sub(prefix), targets: shape.targets };
    let (objective, sentinels) = (denoiser.objective, settings.sentinels);
    let made = objective.plan(room, denoiser.shorten, sentinels).map_err(failed)?;
    if made.targets > room.targets {
        let made = Shape { inputs: made.inputs + prefix, targets: made.targets };
        return Err(MixtureError::TooLong { name: entry.name.clone(), made, shape });
    }
    let order = SliceOrder::new(key, corpus.tokens(), made.raw as u64);
    if order.length() < 2 {
        return Err(MixtureError::Corpus(entry.name.clone()));
    }
    let means = objective.mean_lengths(order.length() as usize, sentinels).map_err(failed)?;
    Ok(Supply::Slices {
        corpus: Arc::clone(corpus),
        denoiser: denoiser.clone(),
        order,
        masks: key.name("mask"),
        means: (means.0 + prefix as f64, means.1),
    })
}

fn objective_error(entry: &Entry, source: ObjectiveError) -> MixtureError {
    MixtureError::Objective { name: entry.name.clone(), source }
}
