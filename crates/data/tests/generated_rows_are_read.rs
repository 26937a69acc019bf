//! Rows that are computed are read, fingerprinted and locked as those of files are.

use ext5_data::generated::{self, Generator, Settings, Table};
use ext5_data::{DataLock, Documents, Fingerprint, Row, Rows, Tolerance};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Counts from its seed on.
struct Counter {
    version: AtomicU32,
}

struct Numbers {
    first: u64,
}

impl Table for Numbers {
    fn rows(&self) -> u64 {
        3
    }

    fn row(&self, index: u64) -> Row {
        Row::from_iter([("text".to_owned(), format!("number {}", self.first + index).into())])
    }
}

impl Generator for Counter {
    fn version(&self) -> u32 {
        self.version.load(Ordering::Relaxed)
    }

    fn settings(&self) -> &'static [(&'static str, u64)] {
        &[("seed", 5), ("size", 0)]
    }

    fn tables(&self) -> Vec<String> {
        vec!["numbers".to_owned()]
    }

    fn table(&self, settings: &Settings, table: &str, split: &str) -> Option<Arc<dyn Table>> {
        let first = *settings.get("seed")?;
        (table == "numbers" && split == "train").then(|| Arc::new(Numbers { first }) as _)
    }
}

static COUNTER: Counter = Counter { version: AtomicU32::new(1) };
/// Whose version a test raises.
static GROWING: Counter = Counter { version: AtomicU32::new(1) };

fn path(settings: &[(&str, u64)], split: &str) -> Result<Option<PathBuf>, String> {
    generated::register("counter", &COUNTER);
    let settings = settings.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
    generated::path(Path::new("root"), "counter", &settings, "numbers", split)
        .map_err(|error| error.to_string())
}

#[test]
fn rows_and_documents_are_read() {
    let path = path(&[("seed", 7)], "train").unwrap().unwrap();
    let rows = Rows::new(None, vec![path.clone()], Tolerance::NONE);
    let rows: Vec<_> = rows.map(|row| row.unwrap()).collect();
    assert_eq!((rows.len(), rows[2].line, &rows[2].row["text"]), (3, 3, &"number 9".into()));
    let documents = Documents::new(vec![path], Tolerance::NONE);
    let texts: Vec<_> = documents.map(|document| document.unwrap().text).collect();
    assert_eq!(texts, ["number 7", "number 8", "number 9"]);
}

#[test]
fn all_that_rows_follow_from_is_in_the_path_and_the_fingerprint() {
    let of = |settings: &[(&str, u64)]| {
        Fingerprint::of(&path(settings, "train").unwrap().unwrap()).unwrap().digest
    };
    assert_eq!(of(&[]), of(&[("seed", 5)]), "the default is the same as itself");
    assert_ne!(of(&[]), of(&[("seed", 6)]));
    assert_ne!(of(&[]), of(&[("size", 6)]));
    let elsewhere = generated::path("x".as_ref(), "counter", &Settings::new(), "numbers", "train");
    let elsewhere = Fingerprint::of(&elsewhere.unwrap().unwrap()).unwrap();
    assert_eq!(elsewhere.digest, of(&[]), "the root is not what rows follow from");
    elsewhere.verify().unwrap();
}

#[test]
fn a_lock_notices_another_seed_and_another_version() {
    generated::register("growing", &GROWING);
    let root = Path::new("root");
    let path = |seed| {
        let settings = Settings::from([("seed".to_owned(), seed)]);
        generated::path(root, "growing", &settings, "numbers", "train").unwrap().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.lock");
    DataLock::build(root, [path(1)]).unwrap().write(&file).unwrap();
    let lock = DataLock::read(&file).unwrap();
    assert_eq!((lock.files[0].rows, lock.files[0].bytes), (3, 0));
    lock.verify(root, [path(1)]).unwrap();
    let error = lock.verify(root, [path(2)]).unwrap_err().to_string();
    assert!(error.contains("missing: growing:/seed=1,size=0/numbers/train"), "{error}");
    assert!(error.contains("new: growing:/seed=2,size=0/numbers/train"), "{error}");
    GROWING.version.store(2, Ordering::Relaxed);
    let error = lock.verify(root, [path(1)]).unwrap_err().to_string();
    assert!(error.contains("changed: growing:/seed=1"), "{error}");
}

#[test]
fn names_that_are_not_known_are_errors() {
    assert_eq!(path(&[], "test"), Ok(None));
    let error = path(&[("sed", 1)], "train").unwrap_err();
    assert_eq!(error, "`sed`: no such setting of a generator; did you mean `seed`?");
    let of = |name: &str, table: &str| {
        generated::path("root".as_ref(), name, &Settings::new(), table, "train")
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        of("counter", "number"),
        "`number`: no such generated table; did you mean `numbers`?"
    );
    assert_eq!(of("countess", "numbers"), "`countess`: no such generator; did you mean `counter`?");
    // The path of a build that knew a generator which this one does not.
    let rows = Rows::new(None, vec!["root/gone:/seed=1/numbers/train".into()], Tolerance::NONE);
    let error = rows.into_iter().next().unwrap().unwrap_err().to_string();
    assert!(error.contains("`gone`: no such generator"), "{error}");
    let rows = Rows::new(None, vec!["root/counter:/seed=x/numbers/train".into()], Tolerance::NONE);
    let error = rows.into_iter().next().unwrap().unwrap_err().to_string();
    assert!(error.contains("counter:/seed=x/numbers/train: no such file"), "{error}");
}

#[test]
fn patterns_of_files_are_not_taken_for_tables() {
    assert_eq!(generated::pattern("world:corpus"), Some(("world", "corpus")));
    for file in ["corpus/a.txt", "C:corpus", "a:b/c", "corpus", "world:", ":corpus"] {
        assert_eq!(generated::pattern(file), None, "{file}");
    }
}
