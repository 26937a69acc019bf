//! What a mixture mixes.

use crate::objective::Objective;
use crate::store::{CorpusStore, TokenStore};
use std::sync::Arc;

/// One supplier of examples.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, unlike any other's in the mixture; its random draws follow from it.
    pub name: String,
    /// What it draws from.
    pub kind: EntryKind,
    /// How often it is drawn, relative to the other entries of its kind: R joins the two kinds.
    pub rate: f64,
    /// The cap that its rate follows from, where it follows from one; for reports.
    pub cap: Option<f64>,
}

/// What an entry draws from.
#[derive(Clone, Debug)]
pub enum EntryKind {
    /// A task's examples.
    Supervised {
        /// The task's family.
        family: String,
        /// Its encoded train examples.
        store: Arc<TokenStore>,
    },
    /// Slices of a corpus, corrupted.
    Denoising {
        /// The corpus.
        corpus: Arc<CorpusStore>,
        /// What is done to a slice.
        denoiser: Denoiser,
    },
}

/// What is done to slices of a corpus.
#[derive(Clone, Debug, PartialEq)]
pub struct Denoiser {
    /// How a slice becomes inputs and targets.
    pub objective: Objective,
    /// Tokens of the inputs, prefix and end of sequence included, where that is less than a row's.
    pub length: Option<usize>,
    /// Ids before the inputs that tell the model which denoiser it is, as UL2's mode tokens do.
    pub prefix: Vec<u32>,
    /// Whether slices are shortened until their targets fit, which is an error otherwise.
    pub shorten: bool,
}

impl From<Objective> for Denoiser {
    fn from(objective: Objective) -> Self {
        Denoiser { objective, length: None, prefix: Vec::new(), shorten: false }
    }
}

impl Entry {
    /// Whether it is a task, not a corpus.
    pub fn is_supervised(&self) -> bool {
        matches!(self.kind, EntryKind::Supervised { .. })
    }
}
