//! Where a store is built: beside its place, under a lock, so that it appears whole or not at all,
//! and so that a killed build goes on where it was.
//!
//! For a store `train-0123` the lock is the file `.train-0123.lock`, which the system frees when its
//! holder dies, and the build's folder is `.train-0123.partial`. Both go when the build ends.

use super::StoreError;
use super::build::Failure;
use ext5_core::atomic;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The right to build one store.
pub(super) struct Site {
    /// Where the store shall be.
    store: PathBuf,
    /// Where it is built.
    pub(super) folder: PathBuf,
    lock: PathBuf,
    _held: File,
}

impl Site {
    /// Waits for the right to build the store `store`; nothing when another process built it
    /// meanwhile. What killed builds of the same name with other contents left is deleted.
    pub(super) fn enter(store: &Path) -> io::Result<Option<Self>> {
        let name = store.file_name().map(|name| name.to_string_lossy().into_owned());
        let (Some(parent), Some(name)) = (store.parent(), name) else {
            let what = format!("{} cannot be the folder of a store", store.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        };
        fs::create_dir_all(parent)?;
        let lock = parent.join(format!(".{name}.lock"));
        let held = loop {
            let file = open_lock(&lock)?;
            file.lock()?;
            if is_at(&file, &lock) {
                break file;
            }
        };
        let folder = parent.join(format!(".{name}.partial"));
        let site = Site { store: store.to_owned(), folder, lock, _held: held };
        if store.exists() {
            site.clear();
            return Ok(None);
        }
        sweep(parent, &name);
        fs::create_dir_all(&site.folder)?;
        Ok(Some(site))
    }

    /// Fills the folder and makes it the store. When that fails nothing is left.
    pub(super) fn publish(
        self,
        fill: impl FnOnce(&Path) -> Result<(), Failure>,
    ) -> Result<(), StoreError> {
        let filled = fill(&self.folder)
            .and_then(|()| Ok(atomic::publish_folder(&self.folder, &self.store)?));
        self.clear();
        filled.map_err(|failure| match failure {
            Failure::Store(error) => error,
            Failure::Io(source) => StoreError::Write { path: self.store, source },
        })
    }

    /// Deletes what the build has, the lock last. What cannot be deleted is swept some day.
    fn clear(&self) {
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.lock);
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path)
}

/// Whether an open file still has its name: who waited for a lock may hold one that was deleted.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(held), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    (held.dev(), held.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Deletes the partial stores that have the name of `keep` but another digest, where their builders
/// are dead. It is tidying: what fails is left for another time.
fn sweep(parent: &Path, keep: &str) {
    let Some((stem, _)) = keep.rsplit_once('-') else { return };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let store = name.strip_prefix('.').and_then(|name| name.strip_suffix(".partial"));
        let Some(store) = store else { continue };
        if store == keep || store.rsplit_once('-').is_none_or(|(other, _)| other != stem) {
            continue;
        }
        let lock = parent.join(format!(".{store}.lock"));
        let Ok(file) = open_lock(&lock) else { continue };
        if file.try_lock().is_ok() && is_at(&file, &lock) {
            let _ = fs::remove_dir_all(entry.path());
            let _ = fs::remove_file(&lock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn dead_builds_are_swept_and_live_ones_are_not() {
        let cache = tempfile::tempdir().unwrap();
        let path = |name: &str| cache.path().join(name);
        for dead in [".train-1.partial", ".test-1.partial"] {
            fs::create_dir(path(dead)).unwrap();
        }
        let live = Site::enter(&path("train-2")).unwrap().unwrap();
        let site = Site::enter(&path("train-3")).unwrap().unwrap();
        let left = [".test-1.partial", ".train-2.lock", ".train-2.partial", ".train-3.lock"];
        assert_eq!(names(cache.path())[..4], left);
        let fill = |folder: &Path| Ok(fs::write(folder.join("whole"), "x")?);
        site.publish(fill).unwrap();
        live.publish(fill).unwrap();
        assert_eq!(names(cache.path()), [".test-1.partial", "train-2", "train-3"]);
        assert!(Site::enter(&path("train-3")).unwrap().is_none());
        assert_eq!(names(cache.path()), [".test-1.partial", "train-2", "train-3"]);
    }

    #[test]
    fn a_failed_build_leaves_nothing() {
        let cache = tempfile::tempdir().unwrap();
        let site = Site::enter(&cache.path().join("train-1")).unwrap().unwrap();
        let full = |folder: &Path| {
            fs::write(folder.join("part"), "x")?;
            Err(Failure::Io(io::ErrorKind::StorageFull.into()))
        };
        assert!(matches!(site.publish(full), Err(StoreError::Write { .. })));
        assert!(names(cache.path()).is_empty());
    }

    #[test]
    fn who_waits_finds_what_the_other_built() {
        let cache = tempfile::tempdir().unwrap();
        let store = cache.path().join("train-1");
        let builds: usize = std::thread::scope(|scope| {
            let build = || match Site::enter(&store).unwrap() {
                Some(site) => {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                    site.publish(|_| Ok(())).unwrap();
                    1
                }
                None => 0,
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(build)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!((builds, names(cache.path())), (1, vec!["train-1".to_owned()]));
    }
}
