//! Data parallelism: one run by several processes, which are its ranks.
//!
//! Each rank takes its rows of every global batch, the ranks add up what they found, and each makes
//! the same update. [`Ranks`] is all that this needs of whatever carries the numbers: [`Alone`] is one
//! process; with the feature `mpi` there are the processes of an MPI job.

mod buckets;
#[cfg(feature = "mpi")]
mod mpi;

pub(crate) use buckets::sum_gradients;

use std::process;
use thiserror::Error;

/// Why a process could not take its place among the others.
#[derive(Debug, Error)]
pub enum RanksError {
    /// A launcher has started several processes, each of which would train alone.
    #[error(
        "this process was started as one of {size} by an MPI launcher, and this build knows no MPI: build it with `--features mpi`, or start it without the launcher"
    )]
    NotBuilt {
        /// Processes of the job.
        size: usize,
    },
    /// The MPI library could not be started.
    #[error("MPI: {0}")]
    Mpi(String),
}

/// The processes that make one run together, as one of them sees them.
///
/// Every rank makes the same calls in the same order; each call but [`rank`](Self::rank),
/// [`size`](Self::size) and [`end_all`](Self::end_all) waits for the others. There are no errors: with
/// a rank lost nothing of the update in hand is left to save, so the job ends, and the run goes on
/// from its checkpoint.
pub trait Ranks {
    /// This process, from 0. Rank 0 leads: it alone writes to the run's folder.
    fn rank(&self) -> usize;

    /// Number of processes.
    fn size(&self) -> usize;

    /// Replaces `values` by their sums over all ranks, added in the order of the ranks: every rank
    /// has the same to the bit, whatever carried them.
    fn sum(&self, values: &mut [f32]);

    /// As [`sum`](Self::sum), for a few values that must be exact.
    fn sum_f64(&self, values: &mut [f64]);

    /// Replaces `bytes`, as many on every rank, by rank 0's.
    fn broadcast(&self, bytes: &mut [u8]);

    /// Waits until every rank is here.
    fn barrier(&self);

    /// Ends this process with an exit code, and all others with it: what a rank does that cannot go
    /// on, since the others would wait for it. Say why before.
    fn end_all(&self, code: u8) -> !;
}

/// What follows from the calls that a [`Ranks`] has.
impl dyn Ranks + '_ {
    /// Whether this rank leads.
    pub fn leads(&self) -> bool {
        self.rank() == 0
    }

    /// Whether any rank says so.
    pub fn any(&self, mine: bool) -> bool {
        let mut count = [f64::from(u8::from(mine))];
        self.sum_f64(&mut count);
        count[0] > 0.0
    }

    /// Rank 0's number.
    pub fn of_leader(&self, mine: u64) -> u64 {
        let mut bytes = mine.to_le_bytes();
        self.broadcast(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Whether all ranks have these bytes, as many on every rank.
    pub fn all_have(&self, bytes: &[u8]) -> bool {
        let mut leaders = bytes.to_vec();
        self.broadcast(&mut leaders);
        !self.any(leaders != bytes)
    }
}

/// Does on rank 0 what the others do when it is done: what makes files that they then find.
///
/// # Errors
/// Those of `work`. Where it fails on rank 0 the others wait, until [`Ranks::end_all`] ends them.
pub fn leader_first<T, E>(ranks: &dyn Ranks, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    if !ranks.leads() {
        ranks.barrier();
        return work();
    }
    let done = work()?;
    ranks.barrier();
    Ok(done)
}

/// One process.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Ranks for Alone {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn sum(&self, _: &mut [f32]) {}

    fn sum_f64(&self, _: &mut [f64]) {}

    fn broadcast(&self, _: &mut [u8]) {}

    fn barrier(&self) {}

    fn end_all(&self, code: u8) -> ! {
        process::exit(code.into())
    }
}

/// The ranks that this process is one of: those of the MPI job that it was started in, or itself
/// alone. Call it once, before there are other threads.
///
/// # Errors
/// When MPI cannot be started, or an MPI launcher has started several processes of a build without
/// the feature `mpi`.
pub fn start() -> Result<Box<dyn Ranks>, RanksError> {
    #[cfg(feature = "mpi")]
    if is_launched() {
        return Ok(Box::new(mpi::Mpi::start()?));
    }
    #[cfg(not(feature = "mpi"))]
    if let Some(size) = launched_size().filter(|&size| size > 1) {
        return Err(RanksError::NotBuilt { size });
    }
    Ok(Box::new(Alone))
}

/// Which MPI this build has been made with, in its own words; nothing without the feature `mpi`.
pub fn library() -> Option<String> {
    #[cfg(feature = "mpi")]
    return Some(mpi::library());
    #[cfg(not(feature = "mpi"))]
    None
}

/// Whether an MPI launcher has started this process. MPI is left alone elsewhere: starting it takes
/// a while, and may start a daemon.
#[cfg(feature = "mpi")]
fn is_launched() -> bool {
    // Of Open MPI, of MPICH and its kin, and of launchers that speak PMIx, such as Slurm's.
    ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"]
        .into_iter()
        .any(|name| std::env::var_os(name).is_some())
}

/// Number of processes that an MPI launcher says it has started.
#[cfg(not(feature = "mpi"))]
fn launched_size() -> Option<usize> {
    let sizes = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"].into_iter();
    sizes.filter_map(|name| std::env::var(name).ok()?.parse().ok()).next()
}

#[cfg(test)]
pub(crate) mod threads;
