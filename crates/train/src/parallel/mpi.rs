//! The processes of an MPI job.

use super::{Ranks, RanksError};
use mpi::Threading;
use mpi::environment::{self, Universe};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Root};
use std::thread;

/// One process of an MPI job.
///
/// When another dies, the launcher ends the job: it says which one it was, and kills the others.
pub struct Mpi {
    world: SimpleCommunicator,
    /// Dropping it ends MPI, which waits for the other ranks.
    _universe: Universe,
}

impl Mpi {
    /// Starts MPI.
    ///
    /// # Errors
    /// When it runs already, or cannot be used by a process with threads.
    pub fn start() -> Result<Mpi, RanksError> {
        let error = |what: &str| RanksError::Mpi(what.to_owned());
        let (universe, threading) = mpi::initialize_with_threading(Threading::Funneled)
            .ok_or_else(|| error("it runs already in this process"))?;
        if threading < Threading::Funneled {
            return Err(error("this library cannot be used by a process that has threads"));
        }
        Ok(Mpi { world: universe.world(), _universe: universe })
    }
}

impl Drop for Mpi {
    fn drop(&mut self) {
        if thread::panicking() {
            // The others would wait for this rank for ever, and it for them.
            self.world.abort(101);
        }
    }
}

impl Ranks for Mpi {
    fn rank(&self) -> usize {
        self.world.rank() as usize
    }

    fn size(&self) -> usize {
        self.world.size() as usize
    }

    /// Each rank adds up one part of the values, and then all tell each other their sums. MPI's own
    /// sum moves as many bytes, but in which order it adds is its own affair.
    fn sum(&self, values: &mut [f32]) {
        let size = self.size();
        if size == 1 || values.is_empty() {
            return;
        }
        let part = values.len().div_ceil(size);
        let mut sent = values.to_vec();
        sent.resize(part * size, 0.0);
        let mut received = vec![0.0f32; part * size];
        self.world.all_to_all_into(&sent[..], &mut received[..]);
        let (sums, others) = received.split_at_mut(part);
        for other in others.chunks_exact(part) {
            for (sum, value) in sums.iter_mut().zip(other) {
                *sum += value;
            }
        }
        self.world.all_gather_into(&*sums, &mut sent[..]);
        values.copy_from_slice(&sent[..values.len()]);
    }

    fn sum_f64(&self, values: &mut [f64]) {
        let mut all = vec![0.0f64; values.len() * self.size()];
        self.world.all_gather_into(&*values, &mut all[..]);
        values.fill(0.0);
        for of_rank in all.chunks_exact(values.len().max(1)) {
            for (sum, value) in values.iter_mut().zip(of_rank) {
                *sum += value;
            }
        }
    }

    fn broadcast(&self, bytes: &mut [u8]) {
        self.world.process_at_rank(0).broadcast_into(bytes);
    }

    fn barrier(&self) {
        self.world.barrier();
    }

    fn end_all(&self, code: u8) -> ! {
        self.world.abort(code.into())
    }
}

/// The library's name and version.
pub fn library() -> String {
    let name = environment::library_version().unwrap_or_default();
    let first = name.split([',', '\n', '\0']).next().unwrap_or_default();
    match first.trim() {
        "" => "an MPI library without a name".to_owned(),
        name => name.to_owned(),
    }
}
