//! Commands that several processes may do together.

use crate::failure::{Blame, Failure};
use ext5_train::parallel::{self, Ranks};
use std::thread;
use std::time::Duration;

/// How long rank 0 has to tell of a failure and to end the job: most failures are of all ranks, and one
/// message is enough.
const LEADERS_START: Duration = Duration::from_secs(5);

/// Does `work` as one of the ranks that an MPI launcher has started, or as the only one. Where it
/// fails on any, it ends on all.
pub fn together(work: impl FnOnce(&dyn Ranks) -> Result<(), Failure>) -> Result<(), Failure> {
    let ranks = parallel::start().request()?;
    let ranks = &*ranks;
    let ended = work(ranks);
    match &ended {
        // An interruption is of all ranks.
        Ok(()) | Err(Failure::Interrupted) => ended,
        Err(_) if ranks.size() == 1 => ended,
        Err(failure) => {
            if !ranks.leads() {
                thread::sleep(LEADERS_START);
            }
            failure.tell(&format!("rank {} of {}: ", ranks.rank(), ranks.size()));
            ranks.end_all(failure.code());
        }
    }
}
