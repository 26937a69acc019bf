//! How much a quickstart does.

use serde::{Deserialize, Serialize};

/// How much a quickstart does. Both pre-trained models get the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// People of the world.
    pub people: u64,
    /// Pieces of the vocabulary, without the sentinels; with these, no more than the recipes' embeddings
    /// have rows.
    pub pieces: usize,
    /// Updates of each pre-training.
    pub steps: u64,
    /// Probe tasks, of those there are.
    pub probes: usize,
    /// Train rows of a probe task that are learned from.
    pub examples: u64,
    /// Updates of each fine-tuning.
    pub finetune_steps: u64,
    /// Seeds of each fine-tuning.
    pub seeds: u64,
    /// Test rows that are scored.
    pub scored: u64,
}

impl Size {
    /// The whole idea, in at most ten minutes on two processor cores.
    pub const DEFAULT: Size = Size {
        people: 200,
        // Enough for every name to be one, and with the sentinels all rows.
        pieces: 924,
        steps: 4_000,
        probes: usize::MAX,
        examples: 128,
        finetune_steps: 200,
        seeds: 3,
        scored: 300,
    };

    /// Every stage, in seconds: to see that all works, not what comes out.
    pub const FAST: Size = Size {
        people: 80,
        pieces: 412,
        steps: 20,
        probes: 2,
        examples: 16,
        finetune_steps: 4,
        seeds: 2,
        scored: 8,
    };
}
