//! The node of a world's vocabulary.

use super::file::WorldSettings;
use ext5_core::Digest;

/// Pieces, without the sentinels: with these they fill the rows of the recipes' embeddings.
pub(super) const PIECES: usize = 412;

/// The file in the node's folder.
pub(super) const FILE: &str = "spiece.model";

/// The key of a world's vocabulary.
pub(super) fn key(world: WorldSettings) -> Digest {
    let WorldSettings { seed, people } = world;
    Digest::of_parts([
        ("vocabulary", format!("world {seed} {people} {PIECES}").as_bytes()),
        ("code", env!("CARGO_PKG_VERSION").as_bytes()),
    ])
}
