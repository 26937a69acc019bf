//! A file that is written to between its fingerprint and the end of its reading is an error.

use ext5_data::{DataError, Documents, Fingerprint, Rows, Tolerance};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

fn file(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, "{\"a\": 1}\n{\"a\": 2}\n").unwrap();
    // The file system's clock has ticks.
    sleep(Duration::from_millis(50));
    path
}

fn same_size(path: &Path) {
    fs::write(path, "{\"a\": 1}\n{\"a\": 3}\n").unwrap();
}

fn replaced(path: &Path) {
    let other = path.with_extension("new");
    fs::copy(path, &other).unwrap();
    fs::rename(other, path).unwrap();
}

fn longer(path: &Path) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(b"{\"a\": 3}\n").unwrap();
}

fn removed(path: &Path) {
    fs::remove_file(path).unwrap();
}

const CHANGES: [fn(&Path); 4] = [same_size, replaced, longer, removed];

#[test]
fn rows_and_documents_notice() {
    let folder = tempfile::tempdir().unwrap();
    for change in CHANGES {
        let path = file(folder.path(), "a.jsonl");
        let mut rows = Rows::new(None, vec![path.clone()], Tolerance::NONE);
        assert!(rows.next().unwrap().is_ok());
        change(&path);
        let error = rows.last().unwrap().unwrap_err();
        assert!(matches!(error, DataError::ChangedMeanwhile { .. }), "{error}");
        assert!(error.to_string().contains("a.jsonl: changed while it was read"), "{error}");
    }
    let path = file(folder.path(), "a.txt");
    let mut documents = Documents::new(vec![path.clone()], Tolerance::NONE);
    assert!(documents.next().unwrap().is_ok());
    longer(&path);
    assert!(matches!(documents.last(), Some(Err(DataError::ChangedMeanwhile { .. }))));
}

#[test]
fn fingerprints_notice() {
    let folder = tempfile::tempdir().unwrap();
    for change in CHANGES {
        let path = file(folder.path(), "a.jsonl");
        let fingerprint = Fingerprint::of(&path).unwrap();
        let rows = Rows::new(None, vec![path.clone()], Tolerance::NONE);
        assert!(rows.map(Result::unwrap).count() == 2 && fingerprint.verify().is_ok());
        change(&path);
        assert!(matches!(fingerprint.verify(), Err(DataError::ChangedMeanwhile { .. })));
    }
}

#[test]
fn a_remembered_digest_is_never_stale() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.jsonl");
    let old = std::time::SystemTime::now() - Duration::from_secs(100);
    let backdate =
        || OpenOptions::new().write(true).open(&path).unwrap().set_modified(old).unwrap();
    backdate();
    let first = Fingerprint::of(&path).unwrap();
    assert_eq!(Fingerprint::of(&path).unwrap(), first);
    // The same size and the same time of modification, as copying tools leave them.
    sleep(Duration::from_millis(50));
    same_size(&path);
    backdate();
    let second = Fingerprint::of(&path).unwrap();
    assert!(second.digest != first.digest && second.bytes == first.bytes);
}
