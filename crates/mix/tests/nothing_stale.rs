//! Token stores are never stale and never half there: their keys cover all they follow from, they
//! appear whole or not at all, and damage is noticed.

mod support;

use ext5_core::Digest;
use ext5_mix::store::{CorpusKey, CorpusStore, StoreError, TaskKey, TextExample, TokenStore};
use ext5_task::Task;
use ext5_text::Vocabulary;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{build, encode, example, is_damaged};

/// A task whose rows have the columns `text` and `label`.
fn task(prefix: &str) -> Task {
    let text = format!(
        "name = 'reviews'\nfamily = 'classification'\nmetrics = ['accuracy']\n\
         [template]\ninputs = '{prefix}: {{{{ text }}}}'\ntargets = '{{{{ label }}}}'\n"
    );
    Task::parse(&text, "reviews.toml".as_ref()).unwrap()
}

const ROWS: &str = "{\"text\": \"good fun\", \"label\": \"yes\"}\n\
                    {\"text\": \"no fun\", \"label\": \"no\"}\n";

struct Folders {
    _root: tempfile::TempDir,
    data: PathBuf,
    cache: PathBuf,
}

fn folders(rows: &str) -> Folders {
    let root = tempfile::tempdir().unwrap();
    let (data, cache) = (root.path().join("data"), root.path().join("cache"));
    fs::create_dir_all(data.join("reviews")).unwrap();
    fs::write(data.join("reviews/train.jsonl"), rows).unwrap();
    Folders { _root: root, data, cache }
}

impl Folders {
    fn open(&self, task: &Task) -> Result<TokenStore, StoreError> {
        let bytes = Vocabulary::bytes();
        TokenStore::open_or_build(task, &self.data, "train", &bytes, &self.cache, &mut |_| ())
    }

    /// The stores of the task, hidden ones left out.
    fn stores(&self) -> Vec<PathBuf> {
        visible(&self.cache.join("tasks/reviews"))
    }
}

fn visible(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let hidden = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with('.');
    paths.filter(|path| !hidden(path)).collect()
}

#[test]
fn a_store_holds_what_the_task_says() {
    let folders = folders(ROWS);
    let store = folders.open(&task("review")).unwrap();
    assert_eq!(store.examples(), 2);
    let bytes = Vocabulary::bytes();
    let (inputs, targets) = store.read(1, 0, 100, 100).unwrap();
    assert_eq!(bytes.decode(&inputs), "review: no fun");
    assert_eq!(bytes.decode(&targets), "no");
    assert_eq!(store.lengths(1, 0).unwrap(), (14, 2));
    assert_eq!(store.read(0, 0, 3, 2).unwrap().0, bytes.encode("rev"));
}

#[test]
fn changed_bytes_definition_and_vocabulary_have_other_stores() {
    let folders = folders(ROWS);
    folders.open(&task("review")).unwrap();
    folders.open(&task("review")).unwrap();
    assert_eq!(folders.stores().len(), 1, "the same store is opened again");
    folders.open(&task("comment")).unwrap();
    assert_eq!(folders.stores().len(), 2, "the template changed");
    let path = folders.data.join("reviews/train.jsonl");
    fs::write(path, ROWS.replace("good", "fine")).unwrap();
    let store = folders.open(&task("comment")).unwrap();
    assert_eq!(folders.stores().len(), 3, "the rows changed");
    let (inputs, _) = store.read(0, 0, 100, 100).unwrap();
    assert_eq!(Vocabulary::bytes().decode(&inputs), "comment: fine fun");

    let digest = |text: &str| Digest::of(text.as_bytes());
    let one = TaskKey {
        task: "reviews",
        split: "train",
        sources: &[digest("a"), digest("b")],
        definition: digest("definition"),
        vocabulary: digest("vocabulary"),
    };
    let vocabulary = TaskKey { vocabulary: digest("other"), ..one.clone() };
    let definition = TaskKey { definition: digest("other"), ..one.clone() };
    let split = TaskKey { split: "validation", ..one.clone() };
    let order = TaskKey { sources: &[digest("b"), digest("a")], ..one.clone() };
    for other in [vocabulary, definition, split, order] {
        assert_ne!(one.digest(), other.digest());
    }
    let corpus = |source: &str, vocabulary: &str| {
        let key = CorpusKey {
            corpus: "books",
            sources: &[digest(source)],
            vocabulary: digest(vocabulary),
        };
        key.digest()
    };
    assert_ne!(corpus("a", "v"), corpus("b", "v"));
    assert_ne!(corpus("a", "v"), corpus("a", "w"));
}

/// The vocabularies that a store of the same text may be asked for with.
fn vocabularies() -> [Vocabulary; 2] {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../text/tests/golden/suffix.model");
    [Vocabulary::bytes(), Vocabulary::open(&model).unwrap()]
}

#[test]
fn another_vocabulary_has_another_store() {
    let folders = folders(ROWS);
    let text = folders.data.join("rows.txt");
    fs::write(&text, ROWS).unwrap();
    let mut progress = |_| ();
    for vocabulary in &vocabularies() {
        let (data, cache) = (&folders.data, &folders.cache);
        let task = task("review");
        let store =
            TokenStore::open_or_build(&task, data, "train", vocabulary, cache, &mut progress);
        let expected = vocabulary.encode("review: good fun");
        assert_eq!(store.unwrap().read(0, 0, 100, 100).unwrap().0, expected);
        let files = [text.clone()];
        let corpus =
            CorpusStore::open_or_build("rows", &files, None, vocabulary, cache, &mut progress)
                .unwrap();
        let first = vocabulary.encode(ROWS.split_inclusive('\n').next().unwrap());
        assert_eq!(corpus.read(0, first.len() as u64).unwrap(), first);
    }
    assert_eq!(folders.stores().len(), 2);
    assert_eq!(visible(&folders.cache.join("corpora")).len(), 2);
}

/// Open a corpus of one text file in the folder's cache.
fn open_corpus(folder: &Path) -> Result<CorpusStore, StoreError> {
    let (files, bytes) = ([folder.join("books.txt")], Vocabulary::bytes());
    CorpusStore::open_or_build("books", &files, None, &bytes, &folder.join("cache"), &mut |_| ())
}

#[test]
fn a_changed_corpus_has_another_store() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("books.txt");
    let text = "It was a dark and stormy night.\n".repeat(70_000);
    assert!(text.len() > 2 << 20, "more than is read at once");
    fs::write(&file, &text).unwrap();
    let tokens = open_corpus(folder.path()).unwrap().tokens();
    fs::write(&file, text + "The end.\n").unwrap();
    assert_eq!(open_corpus(folder.path()).unwrap().tokens(), tokens + 9);
    assert_eq!(visible(&folder.path().join("cache/corpora")).len(), 2);
}

#[test]
fn damage_to_a_corpus_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("books.txt"), "It was a dark and stormy night.\n").unwrap();
    open_corpus(folder.path()).unwrap();
    let store = visible(&folder.path().join("cache/corpora")).remove(0);
    for file in ["ids.bin", "meta.json"] {
        let whole = fs::read(store.join(file)).unwrap();
        for bytes in [&whole[..whole.len() - 2], &[&whole[..], &[0, 0]].concat()] {
            fs::write(store.join(file), bytes).unwrap();
            assert!(is_damaged(open_corpus(folder.path())), "{file}");
        }
        fs::write(store.join(file), whole).unwrap();
    }
    open_corpus(folder.path()).unwrap();
}

#[test]
fn lines_left_out_of_a_corpus_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = b"A line.\n".repeat(1500);
    text.extend(b"\xFF\n");
    fs::write(folder.path().join("books.txt"), text).unwrap();
    for _ in 0..2 {
        let store = open_corpus(folder.path()).unwrap();
        assert_eq!(store.left_out().malformed, 1);
        let first = &store.left_out().first;
        assert!(first[0].contains("books.txt:1501"), "{first:?}");
    }
}

#[test]
fn filtered_rows_are_known() {
    let folders = folders(ROWS);
    let text = "name = 'reviews'\nfamily = 'classification'\nmetrics = ['accuracy']\n\
         [source]\nfilter = \"label == 'no'\"\n\
         [template]\ninputs = '{{ text }}'\ntargets = '{{ label }}'\n";
    let task = Task::parse(text, "reviews.toml".as_ref()).unwrap();
    for _ in 0..2 {
        let store = folders.open(&task).unwrap();
        assert_eq!((store.examples(), store.left_out().filtered), (1, 1));
    }
}

/// Written down once: whatever changes a key sends every user's stores to be built again, and a
/// part that falls out of it (the version of encoding, for one) lets stale stores be used.
#[test]
fn keys_are_frozen() {
    let digest = |text: &str| Digest::of(text.as_bytes());
    let (sources, vocabulary) = ([digest("a"), digest("b")], digest("vocabulary"));
    let task = TaskKey {
        task: "reviews",
        split: "train",
        sources: &sources,
        definition: digest("definition"),
        vocabulary,
    };
    let corpus = CorpusKey { corpus: "books", sources: &sources, vocabulary };
    assert_eq!(task.digest().short(), "0c41a54aa24f14c0");
    assert_eq!(corpus.digest().short(), "5d48b392958bece1");
}

#[test]
fn what_was_left_out_is_known_whenever_the_store_is_opened() {
    let good = "{\"text\": \"good fun\", \"label\": \"yes\"}\n";
    let rows = good.repeat(1500) + "{\"text\": \n";
    let folders = folders(&rows);
    for _ in 0..2 {
        let store = folders.open(&task("review")).unwrap();
        assert_eq!((store.examples(), store.left_out().malformed), (1500, 1));
        let first = &store.left_out().first;
        assert!(first[0].contains("train.jsonl:1501"), "{first:?}");
    }
}

#[test]
fn damage_is_noticed() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 7] = [
        ("ids.bin", |bytes| bytes[3] ^= 4),
        ("ids.bin", |bytes| bytes.truncate(bytes.len() - 2)),
        ("ids.bin", |bytes| bytes.extend([0, 0])),
        ("ends.bin", |bytes| bytes.truncate(bytes.len() - 8)),
        ("ends.bin", |bytes| bytes[0] ^= 1),
        ("meta.json", |bytes| bytes.truncate(40)),
        ("meta.json", |bytes| {
            let at = String::from_utf8_lossy(bytes).find("\"items\": 2").unwrap();
            bytes[at + 9] = b'1';
        }),
    ];
    for (file, change) in changes {
        let folders = folders(ROWS);
        folders.open(&task("review")).unwrap();
        let store = folders.stores().remove(0);
        let path = store.join(file);
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let read = folders.open(&task("review")).and_then(|store| store.read(0, 0, 100, 100));
        let error = read.unwrap_err();
        assert!(error.to_string().contains("delete the folder"), "{error}");
        assert!(is_damaged::<TokenStore>(Err(error)), "{file}");
        fs::remove_dir_all(&store).unwrap();
        folders.open(&task("review")).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(is_damaged(folders.open(&task("review"))), "{file} is missing");
    }
}

#[test]
fn empty_sources_and_features_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let key = Digest::of(b"key");
    let error = |examples: Vec<TextExample>| {
        let examples = examples.into_iter().map(Ok::<_, Infallible>);
        let error = TokenStore::build(&path, &build("rte train", key), examples, &mut |_| ());
        assert!(!path.exists());
        error.unwrap_err()
    };
    assert!(matches!(error(Vec::new()), StoreError::Empty(_)));
    let empty = error(vec![example("5", "6"), example("5", "")]);
    assert_eq!(
        empty.to_string(),
        "train.jsonl:1: task rte train: the targets have no tokens; leave such rows out"
    );
    for id in ["0", "1000"] {
        assert!(matches!(error(vec![example(id, "6")]), StoreError::Id { .. }));
    }
    let failing = [Ok(example("5", "6")), Err("the disk is on fire")];
    let build = build("rte train", key);
    let error = TokenStore::build(&path, &build, failing, &mut |_| ()).unwrap_err();
    assert_eq!(error.to_string(), "the disk is on fire");
    assert!(!path.exists());
}

#[test]
fn a_corpus_is_its_documents_joined() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let key = Digest::of(b"key");
    let documents = ["5 0 6", "", "7 8 9", "0 10"];
    let documents = documents.map(|text| Ok::<_, Infallible>(text.to_owned()));
    let mut told = Vec::new();
    let store = CorpusStore::build(&path, &build("books", key), documents, &mut |n| {
        told.push(n);
    })
    .unwrap();
    assert_eq!((store.tokens(), store.documents(), told), (6, 4, vec![4]));
    assert_eq!(store.read(0, 6).unwrap(), [5, 6, 7, 8, 9, 10], "no id 0, nothing between");
    assert_eq!(store.read(4, 4).unwrap(), [9, 10, 5, 6], "the ring closes");
    assert!(is_damaged(CorpusStore::open(&path, Digest::of(b"other"))));
    let nothing = [Ok::<_, Infallible>("0 0".to_owned())];
    let empty =
        CorpusStore::build(&folder.path().join("x"), &build("x", key), nothing, &mut |_| ());
    assert!(matches!(empty, Err(StoreError::Empty(_))));
}

/// Larger than a chunk, so that order is kept across chunks and threads.
#[test]
fn examples_keep_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let key = Digest::of(b"key");
    let word = |n: usize| (n % 900 + 3).to_string();
    let texts = |n| example(&[&*word(n); 300].join(" "), &word(n + 1));
    let examples = (0..20_000).map(|n| Ok::<_, Infallible>(texts(n)));
    let mut told = Vec::new();
    let path = folder.path().join("store");
    let store =
        TokenStore::build(&path, &build("t", key), examples, &mut |n| told.push(n)).unwrap();
    assert!(told.len() > 1 && told.is_sorted() && told.last() == Some(&20_000));
    for n in (0..20_000).step_by(7) {
        let mut expected = Vec::new();
        encode(&word(n), &mut expected);
        assert_eq!(store.read(n as u64, 0, 1, 9).unwrap().0, expected);
    }
}

const KILLED: &str = "EXT5_TEST_KILLED_BUILD";

/// The process that the next test starts: it dies in the middle of a build.
#[test]
fn helper_that_dies_while_building() {
    let Some(cache) = std::env::var_os(KILLED) else {
        return;
    };
    let examples = (0..30_000).map(|n| match n {
        29_999 => std::process::abort(),
        _ => Ok::<_, Infallible>(example(&["5"; 300].join(" "), "6")),
    });
    let path = Path::new(&cache).join("tasks/reviews/train-0");
    let build = build("reviews", Digest::of(b"key"));
    let _ = TokenStore::build(&path, &build, examples, &mut |_| ());
}

#[test]
fn a_killed_build_leaves_nothing_visible() {
    let cache = tempfile::tempdir().unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_that_dies_while_building", "--test-threads=1"])
        .env(KILLED, cache.path())
        .output()
        .unwrap()
        .status;
    assert!(!status.success(), "the helper was killed");
    let folder = cache.path().join("tasks/reviews");
    assert!(fs::read_dir(&folder).unwrap().next().is_some(), "it had begun to write");
    assert!(visible(&folder).is_empty());
    let path = folder.join("train-0");
    let examples = [Ok::<_, Infallible>(example("5", "6"))];
    let build = build("reviews", Digest::of(b"other contents"));
    assert_eq!(TokenStore::build(&path, &build, examples, &mut |_| ()).unwrap().examples(), 1);
}
