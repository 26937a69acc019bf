//! Files and folders that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Keeps the temporary names of one process apart.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// Writes a file through a temporary neighbour: write, sync, rename, sync the folder. Whoever
/// opens `path` finds the old contents or the new, never a part.
///
/// # Errors
/// Those of the file system and of `write`; the temporary file is removed then.
pub fn write_file(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let temporary = temporary_neighbour(path)?;
    let result = File::create(&temporary).and_then(|file| {
        let mut writer = BufWriter::new(file);
        write(&mut writer)?;
        writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_parent(path)
    });
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Fills a folder under a temporary name and renames it to `path` once everything in it is on
/// disk. An older folder at `path` is replaced.
///
/// # Errors
/// Those of the file system and of `fill`; the temporary folder is removed then.
pub fn write_folder<E: From<io::Error>>(
    path: &Path,
    fill: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let temporary = temporary_neighbour(path)?;
    let _ = fs::remove_dir_all(&temporary);
    fs::create_dir_all(&temporary)?;
    let result = fill(&temporary).and_then(|()| Ok(publish_folder(&temporary, path)?));
    if result.is_err() {
        let _ = fs::remove_dir_all(&temporary);
    }
    result
}

/// Renames a filled folder to `path`, in the same parent, once everything in it is on disk. An
/// older folder at `path` is replaced.
///
/// # Errors
/// Those of the file system.
pub fn publish_folder(temporary: &Path, path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(temporary)? {
        let path = entry?.path();
        share(&path, temporary)?;
        File::open(path)?.sync_all()?;
    }
    File::open(temporary)?.sync_all()?;
    if path.exists() {
        // A folder cannot be renamed over a full one. A kill between the two renames leaves the
        // old one under its own hidden name and `path` missing, never half a folder.
        let old = temporary.with_extension("old");
        let _ = fs::remove_dir_all(&old);
        fs::rename(path, &old)?;
        fs::rename(temporary, path)?;
        fs::remove_dir_all(&old)?;
    } else {
        fs::rename(temporary, path)?;
    }
    sync_parent(path)
}

/// Gives a file the permissions of the folder it lies in, so those of the user's umask: some
/// writers make files that only their owner can read.
#[cfg(unix)]
fn share(file: &Path, folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(folder)?.permissions().mode() & 0o666;
    fs::set_permissions(file, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn share(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Deletes a folder so that nobody ever sees a part of it: it is renamed out of the way first.
///
/// # Errors
/// Those of the file system.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    let hidden = temporary_neighbour(path)?;
    let _ = fs::remove_dir_all(&hidden);
    fs::rename(path, &hidden)?;
    fs::remove_dir_all(&hidden)
}

/// Deletes what killed writers left in `folder`. Call it only where no other process can be
/// writing.
///
/// # Errors
/// Those of the file system.
pub fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let leftover = name.is_some_and(|name| {
            name.starts_with('.') && (name.ends_with(".partial") || name.ends_with(".old"))
        });
        match leftover {
            true if path.is_dir() => fs::remove_dir_all(&path)?,
            true => fs::remove_file(&path)?,
            false => {}
        }
    }
    Ok(())
}

/// A hidden name beside `path`, different for each process and call, whose folder exists.
fn temporary_neighbour(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("{} has no file name", path.display()))
    })?;
    let parent = parent(path);
    fs::create_dir_all(parent)?;
    let (process, call) = (std::process::id(), CALLS.fetch_add(1, Ordering::Relaxed));
    Ok(parent.join(format!(".{}.{process}-{call}.partial", name.to_string_lossy())))
}

fn sync_parent(path: &Path) -> io::Result<()> {
    File::open(parent(path))?.sync_all()
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_file(&path, |w| w.write_all(b"old")).unwrap();
        let failed = write_file(&path, |w| {
            w.write_all(b"half")?;
            Err(io::Error::other("disk on fire"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn a_folder_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let failed = write_folder(&path, |temporary| {
            fs::write(temporary.join("part"), b"x")?;
            Err(io::Error::other("killed"))
        });
        assert!(failed.is_err() && names(folder.path()).is_empty());
        for text in ["one", "two"] {
            write_folder(&path, |temporary| fs::write(temporary.join("whole"), text)).unwrap();
            assert_eq!(fs::read_to_string(path.join("whole")).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["store"]);
        remove_folder(&path).unwrap();
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn published_files_are_as_open_as_their_folder() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        write_folder(&path, |temporary| -> io::Result<()> {
            let file = temporary.join("private");
            fs::write(&file, b"x")?;
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600))
        })
        .unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o666;
        assert_eq!(mode(&path.join("private")), mode(&path));
    }

    #[test]
    fn sweeping_removes_only_leftovers() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".step-1.77.partial")).unwrap();
        fs::write(folder.path().join(".log.78.partial"), b"x").unwrap();
        fs::write(folder.path().join(".lock"), b"").unwrap();
        fs::create_dir(folder.path().join("step-1")).unwrap();
        sweep(folder.path()).unwrap();
        assert_eq!(names(folder.path()), [".lock", "step-1"]);
    }
}
