//! Token stores survive what machines do to them: kills, full disks, flipped bits, sources that
//! change, and several processes that build the same store.

mod support;

use ext5_core::Digest;
use ext5_mix::TokenStore;
use ext5_mix::store::{Build, CorpusStore, LeftOut, StoreError, TextExample};
use ext5_task::Task;
use ext5_text::Vocabulary;
use std::convert::Infallible;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use support::{VOCABULARY, build, encode, example, is_damaged};

const KILLED: &str = "EXT5_TEST_KILLED_STORE";
const EXAMPLES: usize = 60_000;

fn key() -> Digest {
    Digest::of(b"key")
}

/// Some 20 chunks of text.
fn rows() -> impl Iterator<Item = Result<TextExample, Infallible>> {
    let word = |n: usize| (n % 900 + 3).to_string();
    (0..EXAMPLES).map(move |n| Ok(example(&[&*word(n); 300].join(" "), &word(n + 1))))
}

/// The process that the next test starts: it dies in the middle of a build.
#[test]
fn helper_that_dies_while_building() {
    let Some(cache) = std::env::var_os(KILLED) else {
        return;
    };
    let rows = rows().inspect({
        let mut left = 45_000;
        move |_| {
            left -= 1;
            if left == 0 {
                std::process::abort();
            }
        }
    });
    let store = Path::new(&cache).join("train-0");
    let _ = TokenStore::build(&store, &build("reviews", key()), rows, &mut |_| ());
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Builds the store and counts the texts that are encoded for it.
fn count_encoded(store: &Path) -> u64 {
    let count = AtomicU64::new(0);
    let counting = |text: &str, ids: &mut Vec<u32>| {
        count.fetch_add(1, Ordering::Relaxed);
        encode(text, ids);
    };
    let build = Build { encode: &counting, ..build("reviews", key()) };
    TokenStore::build(store, &build, rows(), &mut |_| ()).unwrap().verify().unwrap();
    count.into_inner()
}

#[test]
fn a_killed_build_goes_on_where_it_was() {
    let (killed, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_that_dies_while_building", "--test-threads=1"])
        .env(KILLED, killed.path())
        .output()
        .unwrap()
        .status;
    assert!(!status.success(), "the helper was killed");
    assert!(names(killed.path()).iter().all(|name| name.starts_with('.')), "nothing is visible");
    let store = |folder: &tempfile::TempDir| folder.path().join("train-0");
    let all = count_encoded(&store(&whole));
    assert_eq!(all, 2 * EXAMPLES as u64);
    let encoded = count_encoded(&store(&killed));
    assert!(encoded < all / 2 + all / 10, "{encoded} of {all} were encoded again");
    for file in ["ids.bin", "ends.bin", "meta.json"] {
        let read = |folder| fs::read(store(folder).join(file)).unwrap();
        assert!(read(&whole) == read(&killed), "{file}");
    }
    assert_eq!(names(killed.path()), ["train-0"], "nothing else is left");
}

/// What a killed build left is not believed when it is no longer what was written.
#[test]
fn a_damaged_partial_build_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("train-0");
    let _ = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_that_dies_while_building", "--test-threads=1"])
        .env(KILLED, folder.path())
        .output()
        .unwrap();
    let ids = folder.path().join(".train-0.partial/ids.bin");
    let mut bytes = fs::read(&ids).unwrap();
    bytes[1000] ^= 1;
    fs::write(&ids, bytes).unwrap();
    assert_eq!(count_encoded(&store), 2 * EXAMPLES as u64);
}

#[test]
fn a_flipped_bit_is_never_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train-0");
    let rows = rows().take(1000);
    let store = TokenStore::build(&path, &build("reviews", key()), rows, &mut |_| ()).unwrap();
    store.verify().unwrap();
    let whole = fs::read(path.join("ids.bin")).unwrap();
    let mut bytes = whole.clone();
    bytes[100_000] ^= 16;
    fs::remove_file(path.join("ids.bin")).unwrap();
    fs::write(path.join("ids.bin"), bytes).unwrap();
    let damaged = TokenStore::open(&path, key()).unwrap();
    let mut refused = 0;
    for number in 0..1000 {
        match damaged.read(number, 0, 1000, 1000) {
            Ok(read) => assert_eq!(read, store.read(number, 0, 1000, 1000).unwrap()),
            error => refused += u32::from(is_damaged(error)),
        }
    }
    assert!((1..200).contains(&refused), "the examples of one block are refused: {refused}");
    assert!(is_damaged(damaged.verify()));
}

#[test]
fn of_many_builders_one_builds() {
    let folder = tempfile::tempdir().unwrap();
    let (path, encoded) = (folder.path().join("train-0"), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let counting = |text: &str, ids: &mut Vec<u32>| {
                    encoded.fetch_add(1, Ordering::Relaxed);
                    encode(text, ids);
                };
                let build = Build { encode: &counting, ..build("reviews", key()) };
                let rows = rows().take(2000);
                let store = TokenStore::build(&path, &build, rows, &mut |_| ()).unwrap();
                assert_eq!(store.examples(), 2000);
            });
        }
    });
    assert_eq!(encoded.into_inner(), 4000);
    assert_eq!(names(folder.path()), ["train-0"]);
}

#[test]
fn prompts_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let rows = ["3", "4 4", "5", "6 6"].map(|text| Ok::<_, Infallible>(example(text, "9")));
    let two = |name, key| Build { prompts: 2, ..build(name, key) };
    let path = folder.path().join("train-0");
    let store = TokenStore::build(&path, &two("t", key()), rows.clone(), &mut |_| ()).unwrap();
    assert_eq!((store.examples(), store.prompts()), (2, 2));
    assert_eq!(store.read(1, 0, 9, 9).unwrap(), (vec![5], vec![9]));
    assert_eq!(store.read(1, 1, 9, 9).unwrap(), (vec![6, 6], vec![9]));
    assert_eq!(store.lengths(0, 1).unwrap(), (2, 1));
    let repeated = store.repeated(5);
    assert_eq!(repeated.examples(), 10);
    assert_eq!(repeated.read(9, 1, 9, 9).unwrap().0, [6, 6]);
    let path = folder.path().join("train-1");
    let odd = TokenStore::build(&path, &two("t", key()), rows[..3].to_vec(), &mut |_| ());
    assert!(matches!(odd, Err(StoreError::Prompts { renderings: 3, prompts: 2, .. })));
}

#[test]
fn a_source_that_changes_while_it_is_read_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let (data, cache) = (root.path().join("data"), root.path().join("cache"));
    fs::create_dir_all(data.join("reviews")).unwrap();
    let file = data.join("reviews/train.jsonl");
    let row = format!("{{\"text\": \"{}\"}}\n", "good fun ".repeat(100));
    fs::write(&file, row.repeat(20_000)).unwrap();
    let text = "name = 'reviews'\nfamily = 'classification'\nmetrics = ['accuracy']\n\
         [template]\ninputs = '{{ text }}'\ntargets = 'yes'\n";
    let task = Task::parse(text, "reviews.toml".as_ref()).unwrap();
    let mut changed = false;
    let mut change = |_| {
        if !std::mem::replace(&mut changed, true) {
            fs::File::options().append(true).open(&file).unwrap().write_all(b"\n").unwrap();
        }
    };
    let bytes = Vocabulary::bytes();
    let built = TokenStore::open_or_build(&task, &data, "train", &bytes, &cache, &mut change);
    let error = built.unwrap_err().to_string();
    assert!(error.contains("train.jsonl"), "{error}");
    assert!(changed && names(&cache.join("tasks/reviews")).is_empty());
}

/// Needs the right to mount.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing() {
    let disk = tempfile::tempdir().unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=4m", "none"])
        .arg(disk.path())
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        return ext5_core::testing::skipped("a small disk cannot be mounted here");
    }
    let path = disk.path().join("train-0");
    let documents = (0..40_000).map(|_| Ok::<_, Infallible>(["5"; 300].join(" ")));
    let corpus = Build {
        name: "books",
        key: key(),
        vocabulary: VOCABULARY,
        prompts: 1,
        encode: &encode,
        left_out: &LeftOut::default,
    };
    let task = TokenStore::build(&path, &build("reviews", key()), rows(), &mut |_| ());
    let corpus = CorpusStore::build(&path, &corpus, documents, &mut |_| ());
    let left = names(disk.path());
    let _ = Command::new("umount").arg(disk.path()).status();
    for error in [task.map(drop).unwrap_err(), corpus.map(drop).unwrap_err()] {
        assert!(matches!(error, StoreError::Write { .. }), "{error}");
        assert!(error.to_string().contains("train-0"), "{error}");
    }
    assert!(left.is_empty(), "{left:?}");
}
