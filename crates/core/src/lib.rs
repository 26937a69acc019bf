//! What every room shares: counter-based randomness, permutations, digests, batches,
//! configuration files and atomic writes.
//!
//! Nothing here knows about text, tasks or models. Everything random in the project is a pure
//! function of a [`Key`], so that any draw can be made again without making the ones before it.

pub mod atomic;
pub mod batch;
pub mod config;
pub mod digest;
pub mod key;
pub mod memory;
pub mod number;
pub mod permutation;
mod philox;
pub mod testing;

pub use batch::Batch;
pub use digest::Digest;
pub use key::{Key, Rng};
pub use permutation::Permutation;

/// The code and its version, as result files name it. All crates have one version.
pub const CODE: &str = concat!("ext5 ", env!("CARGO_PKG_VERSION"));
