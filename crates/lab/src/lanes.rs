//! Runs side by side: a small model keeps one core busy, and gains little from a second.

use crate::error::LabError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Does all jobs, as many at a time as there are threads, and gives what came of each, in order. Those
/// at work share the threads evenly: each has a pool of its own. One that fails raises `stop`, so that
/// the others save and end.
///
/// # Errors
/// Of what failed; [`LabError::Interrupted`] where nothing did but `stop` was raised.
pub(crate) fn side_by_side<J: Sync, T: Send>(
    jobs: &[J],
    stop: &AtomicBool,
    work: impl Fn(&J) -> Result<T, LabError> + Sync,
) -> Result<Vec<T>, LabError> {
    let threads = rayon::current_num_threads();
    let lanes = threads.min(jobs.len()).max(1);
    let next = AtomicUsize::new(0);
    let take = || -> Result<Vec<(usize, T)>, LabError> {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return Ok(done) };
            done.push((number, work(job)?));
        }
    };
    let lane = || {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads / lanes).build();
        let ended = pool.map_err(LabError::Threads).and_then(|pool| pool.install(take));
        if ended.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        ended
    };
    let ended: Vec<_> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        let joined = lanes.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|lane| lane.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut done = Vec::new();
    let mut interrupted = false;
    for lane in ended {
        match lane {
            Ok(made) => done.extend(made),
            // It may be one that another's failure stopped.
            Err(LabError::Interrupted) => interrupted = true,
            Err(error) => return Err(error),
        }
    }
    if interrupted {
        return Err(LabError::Interrupted);
    }
    done.sort_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, made)| made).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
    }

    #[test]
    fn all_is_done_in_order_and_the_threads_are_shared() {
        let jobs: Vec<usize> = (0..20).collect();
        for (threads, share) in [(1, 1), (3, 1), (64, 3)] {
            let work = |&job: &usize| Ok((job, rayon::current_num_threads()));
            let stop = AtomicBool::new(false);
            let done = pool(threads, || side_by_side(&jobs, &stop, work)).unwrap();
            assert_eq!(done, jobs.iter().map(|&job| (job, share)).collect::<Vec<_>>());
        }
        assert!(side_by_side(&[], &AtomicBool::new(false), |&(): &()| Ok(())).unwrap().is_empty());
    }

    #[test]
    fn a_failure_ends_the_others_and_is_what_is_told() {
        let stop = AtomicBool::new(false);
        let work = |&fails: &bool| -> Result<(), LabError> {
            if fails {
                return Err(LabError::file("a".as_ref())(std::io::ErrorKind::StorageFull.into()));
            }
            while !stop.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            Err(LabError::Interrupted)
        };
        let ended = pool(3, || side_by_side(&[false, true, false], &stop, work));
        assert!(matches!(ended, Err(LabError::File { .. })), "{ended:?}");
        let ended = pool(1, || side_by_side(&[false], &stop, work));
        assert!(matches!(ended, Err(LabError::Interrupted)), "{ended:?}");
    }
}
