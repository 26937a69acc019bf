//! All files of some plans, several at a time.

use super::client::Client;
use super::download::Download;
use super::error::HubError;
use super::manifest::{Fetched, Manifest, parts};
use super::plan::{Plan, PlannedFile};
use ext5_core::atomic;
use std::fs::{self, File, TryLockError};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// The file of a folder that whoever fetches into it has locked.
const LOCK: &str = ".fetch.lock";

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Bytes that are there, of those that were missing.
    pub bytes: u64,
    /// Bytes that were missing.
    pub of: u64,
}

/// A plan under way: its folder is locked.
struct Work<'a> {
    plan: &'a Plan,
    parts: PathBuf,
    manifest: Mutex<Manifest>,
    failed: Mutex<Option<HubError>>,
    /// Held for as long as this lives.
    _lock: File,
}

/// Fetches what the plans lack, `parallel` files at a time; gives the outcome of each plan. A plan
/// that fails leaves the others alone, and its whole files in place. Once `stop` is set, all end
/// soon with [`HubError::Interrupted`]. `progress` is told from many threads.
pub fn fetch(
    client: &Client,
    plans: &[Plan],
    parallel: NonZeroUsize,
    stop: &AtomicBool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Vec<Result<(), HubError>> {
    let works: Vec<Result<Option<Work<'_>>, HubError>> = plans.iter().map(Work::start).collect();
    let of = plans.iter().map(Plan::missing).sum();
    let came = AtomicI64::new(0);
    let report = |bytes: i64| {
        let bytes = came.fetch_add(bytes, Ordering::Relaxed) + bytes;
        progress(Progress { bytes: u64::try_from(bytes).unwrap_or(0), of });
    };
    let jobs: Vec<(&Work<'_>, &PlannedFile)> = works
        .iter()
        .flatten()
        .flatten()
        .flat_map(|work| work.plan.files.iter().map(move |file| (work, file)))
        .filter(|(_, file)| !file.done)
        .collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..parallel.get().min(jobs.len()) {
            scope.spawn(|| {
                while let Some((work, file)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work.fetch(client, file, stop, &report);
                }
            });
        }
    });
    works.into_iter().map(|work| work?.map_or(Ok(()), Work::finish)).collect()
}

impl<'a> Work<'a> {
    /// None where there is nothing to do.
    fn start(plan: &'a Plan) -> Result<Option<Self>, HubError> {
        let Plan { folder, .. } = plan;
        let parts = parts(folder);
        let stale = Manifest::read(folder)?.files.iter().any(|file| plan.replaces(&file.name));
        if plan.files.iter().all(|file| file.done) && !stale && !parts.exists() {
            return Ok(None);
        }
        let lock = lock(folder)?;
        fs::create_dir_all(&parts).map_err(HubError::io(&parts))?;
        // What a killed fetch was writing when it was killed.
        atomic::sweep(folder).map_err(HubError::io(folder))?;
        // Only now: before the lock, another fetch may have added to it.
        let files = Manifest::read(folder)?.files;
        let manifest = Manifest {
            repository: plan.repository.clone(),
            config: plan.config.clone(),
            commit: plan.commit.clone(),
            licence: plan.licence.clone(),
            files,
        };
        let (manifest, failed) = (Mutex::new(manifest), Mutex::default());
        Ok(Some(Work { plan, parts, manifest, failed, _lock: lock }))
    }

    /// Fetches one file, unless another of the plan has failed.
    fn fetch(
        &self,
        client: &Client,
        file: &PlannedFile,
        stop: &AtomicBool,
        came: &(dyn Fn(i64) + Sync),
    ) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.is_some() {
            return;
        }
        drop(failed);
        let Work { plan, parts, .. } = self;
        let download = Download { client, plan, file, parts, stop, came };
        let done = download.run().and_then(|()| self.record(file));
        if let Err(error) = done {
            failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.get_or_insert(error);
        }
    }

    fn record(&self, file: &PlannedFile) -> Result<(), HubError> {
        let PlannedFile { name, remote, commit, .. } = file;
        let mut manifest = self.manifest.lock().unwrap_or_else(PoisonError::into_inner);
        manifest.add(Fetched {
            name: name.clone(),
            path: remote.path.clone(),
            commit: commit.clone(),
            bytes: remote.bytes,
            checksum: remote.checksum.clone(),
        });
        manifest.write(&self.plan.folder)
    }

    /// Takes away what an earlier commit had and this one has not, and the parts.
    fn finish(self) -> Result<(), HubError> {
        if let Some(error) = self.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let mut manifest = self.manifest.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Plan { folder, .. } = self.plan;
        for file in manifest.files.iter().filter(|file| self.plan.replaces(&file.name)) {
            let path = folder.join(&file.name);
            if path.symlink_metadata().is_ok() {
                fs::remove_file(&path).map_err(HubError::io(&path))?;
            }
        }
        manifest.files.retain(|file| !self.plan.replaces(&file.name));
        manifest.write(folder)?;
        fs::remove_dir_all(&self.parts).map_err(HubError::io(&self.parts))
    }
}

/// Makes sure that nobody else fetches into a folder for as long as the file is open. It is never
/// removed: a lock on a file that is gone would keep nobody out.
fn lock(folder: &Path) -> Result<File, HubError> {
    let path = folder.join(LOCK);
    fs::create_dir_all(folder).map_err(HubError::io(folder))?;
    let lock = File::create(&path).map_err(HubError::io(&path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(HubError::Locked { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(HubError::io(&path)(error)),
    }
}
