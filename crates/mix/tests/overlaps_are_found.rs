//! Evaluation text that is trained on is found, and a mixture leaves it out where it is told to.

use ext5_core::testing::skipped;
use ext5_mix::overlap::{Options, Overlaps, check};
use ext5_mix::prepare::PrepareError;
use ext5_mix::{EntryKind, MixtureRecipe, Prepared};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const LONG: &str =
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Two tasks and a corpus; the validation split of `a` has a long text, a short and a tiny one.
fn world() -> (TempDir, MixtureRecipe) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for task in ["a", "b"] {
        let text = format!(
            "name = \"{task}\"\nfamily = \"x\"\nmetrics = [\"accuracy\"]\n[template]\n\
             inputs = \"{task} text: {{{{ text }}}}\"\ntargets = \"{{{{ word }}}}\"\n"
        );
        write(root, &format!("tasks/{task}.toml"), &text);
    }
    let row = |text: &str| format!("{{\"text\": \"{text}\", \"word\": \"w\"}}\n");
    let rows = |texts: &[&str]| texts.iter().map(|text| row(text)).collect::<String>();
    write(root, "a/train.jsonl", &rows(&["nothing of the others here", "nor here, not at all"]));
    write(
        root,
        "a/validation.jsonl",
        &rows(&[LONG, "A short text, whole.", "tiny", "fresh words stand only here"]),
    );
    let inside = format!("zero, {}!", LONG.to_uppercase().replace(' ', ", "));
    write(
        root,
        "b/train.jsonl",
        &rows(&[
            "x y z",
            &inside,
            "a SHORT text: whole",
            "a short text whole and more",
            &LONG[..55],
        ]),
    );
    write(
        root,
        "corpus.txt",
        &format!("first document\n\nbefore\na short text whole\n\n{LONG}\n\nlast\n"),
    );
    let text = "name = \"r\"\nvocabulary = \"bytes\"\n[mixture]\ntasks = [\"a\", \"b\"]\nr = 1.0\n\
                [[mixture.corpus]]\nname = \"books\"\ntrain = [\"corpus.txt\"]\n[batch]\nrows = 2\ninputs = 64\ntargets = 32\n";
    write(root, "r.toml", text);
    let recipe = recipe(root, &[]);
    (folder, recipe)
}

fn recipe(root: &Path, overrides: &[&str]) -> MixtureRecipe {
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    let mut recipe = MixtureRecipe::read(&root.join("r.toml"), &overrides).unwrap();
    recipe.data.root = root.to_owned();
    recipe.data.tasks = vec![root.join("tasks")];
    recipe.data.cache = root.join("cache");
    recipe
}

fn pairs(overlaps: &Overlaps) -> Vec<(&str, &str, u64, u64)> {
    let pair = |p: &'_ ext5_mix::overlap::Pair| (p.overlapping, p.rows);
    let named = overlaps.pairs.iter().map(|p| (p.name.as_str(), p.trained.as_str(), pair(p)));
    named.map(|(name, trained, (overlapping, rows))| (name, trained, overlapping, rows)).collect()
}

#[test]
fn long_texts_by_runs_and_short_ones_as_wholes() {
    let (_folder, recipe) = world();
    let overlaps = check(&recipe, &Options::default(), &mut |_, _| {}).unwrap();
    assert_eq!(pairs(&overlaps), [("a validation", "b", 2, 2), ("a validation", "books", 2, 2)]);
    assert_eq!((overlaps.examples, overlaps.too_short, overlaps.parts), (3, 1, 1));
    assert_eq!(overlaps.malformed, 0);
    // With hardly any memory the training side is read again and again, with the same result.
    let little = Options { memory: 1, ..Options::default() };
    let again = check(&recipe, &little, &mut |_, _| {}).unwrap();
    assert_eq!(again.parts, 3);
    assert_eq!(again.pairs, overlaps.pairs);
    assert_eq!(again.exclusions, overlaps.exclusions);
    // Shorter runs find the row that has only the first words.
    let short = Options { words: 8, ..Options::default() };
    let short = check(&recipe, &short, &mut |_, _| {}).unwrap();
    assert_eq!(pairs(&short)[0], ("a validation", "b", 2, 3));
}

/// The tests of benchmarks have no labels; rows that cannot be rendered are no short ones.
#[test]
fn splits_without_labels_are_compared_and_malformed_rows_counted() {
    let (folder, recipe) = world();
    let root = folder.path();
    let task = "name = \"c\"\nfamily = \"x\"\nmetrics = [\"accuracy\"]\n\
                [source]\nunlabelled = [\"test\"]\nfilter = \"text != 'left out'\"\n\
                [template]\ninputs = \"{{ text }}\"\n\
                [labels]\ncolumn = \"label\"\nwords = { 0 = \"no\", 1 = \"yes\" }\n";
    write(root, "tasks/c.toml", task);
    let row = |text: &str| format!("{{\"text\": \"{text}\", \"label\": -1}}\n");
    let rows = [row(LONG), row("tiny"), "{\"label\": -1}\nno row\n".to_owned(), row("left out")];
    write(root, "c/test.jsonl", &rows.concat());
    let options = Options { evaluate: vec!["c".to_owned()], ..Options::default() };
    let overlaps = check(&recipe, &options, &mut |_, _| {}).unwrap();
    assert_eq!(pairs(&overlaps)[2..], [("c test", "b", 1, 1), ("c test", "books", 1, 1)]);
    assert_eq!((overlaps.examples, overlaps.too_short, overlaps.malformed), (4, 2, 2));
    let lines: Vec<u64> = overlaps.first_malformed.iter().map(|row| row.line).collect();
    assert_eq!(lines, [3, 4]);
    assert!(overlaps.first_malformed[0].reason.contains("text"), "{:?}", overlaps.first_malformed);
}

fn sizes(prepared: &Prepared) -> Vec<(String, u64, u64)> {
    let size = |entry: &ext5_mix::Entry| match &entry.kind {
        EntryKind::Supervised { store, .. } => {
            (entry.name.clone(), store.examples(), store.left_out().filtered)
        }
        EntryKind::Denoising { corpus, .. } => {
            (entry.name.clone(), corpus.documents(), corpus.left_out().filtered)
        }
    };
    prepared.mixture.entries().iter().map(size).collect()
}

#[test]
fn a_mixture_leaves_out_what_is_listed() {
    let (folder, whole) = world();
    let root = folder.path();
    let before = Prepared::new(&whole, &mut |_, _| {}).unwrap();
    assert_eq!(sizes(&before), [("a".into(), 2, 0), ("b".into(), 5, 0), ("books".into(), 4, 0)]);
    let overlaps = check(&whole, &Options::default(), &mut |_, _| {}).unwrap();
    overlaps.exclusions.write(&root.join("overlap.json")).unwrap();
    let without = recipe(root, &["mixture.exclude=\"overlap.json\""]);
    assert_ne!(without.digest().unwrap(), whole.digest().unwrap());
    let after = Prepared::new(&without, &mut |_, _| {}).unwrap();
    assert_eq!(sizes(&after), [("a".into(), 2, 0), ("b".into(), 3, 2), ("books".into(), 2, 2)]);
    // The whole stores are still the whole mixture's, and what nothing is left out of is shared.
    let keys = |prepared: &Prepared| -> Vec<PathBuf> {
        let entry = |entry: &ext5_mix::Entry| match &entry.kind {
            EntryKind::Supervised { store, .. } => store.key().to_string().into(),
            EntryKind::Denoising { corpus, .. } => corpus.key().to_string().into(),
        };
        prepared.mixture.entries().iter().map(entry).collect()
    };
    let again = Prepared::new(&whole, &mut |_, _| panic!("built anew")).unwrap();
    assert_eq!(keys(&again), keys(&before));
    assert_eq!(keys(&after)[0], keys(&before)[0]);
    assert_ne!(keys(&after)[1], keys(&before)[1]);
    // Another list is another store, and a list for another file is an error.
    let mut other = overlaps.exclusions.clone();
    other.files.get_mut("b/train.jsonl").unwrap().lines = [1].into();
    other.write(&root.join("overlap.json")).unwrap();
    let fewer = Prepared::new(&without, &mut |_, _| {}).unwrap();
    assert_eq!(sizes(&fewer)[1], ("b".into(), 4, 1));
    write(root, "b/train.jsonl", "{\"text\": \"new\", \"word\": \"w\"}\n");
    let error = Prepared::new(&without, &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, PrepareError::Exclusions(_)), "{error}");
    assert!(error.to_string().contains("b/train.jsonl: is not the file"), "{error}");
    let missing = recipe(root, &["mixture.exclude=\"none.json\""]);
    assert!(Prepared::new(&missing, &mut |_, _| {}).is_err());
}

#[test]
fn known_overlaps_of_real_data_are_found() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = std::env::var_os("EXT5_REALDATA")
        .map_or(repository.join("../shared/realdata"), PathBuf::from);
    if !root.is_dir() {
        skipped("there is no real data");
        return;
    }
    let recipe = repository.join("recipes/local/exmix-real.toml");
    let tasks = "mixture.tasks=[\"rte\", \"pascal_rte123\", \"sst2\", \"movie_reviews_sentences\", \
                 \"atis_slots\", \"atis_lambda\", \"sql_atis\", \"geo_funql\", \"sql_geography\"]";
    let overrides = [tasks.to_owned(), "mixture.r=0".to_owned(), "mixture.corpus=[]".to_owned()];
    let mut recipe = MixtureRecipe::read(&recipe, &overrides).unwrap();
    recipe.data.root = root;
    recipe.data.tasks = vec![repository.join("tests/realdata_tasks")];
    let overlaps = check(&recipe, &Options::default(), &mut |_, _| {}).unwrap();
    let share = |evaluated: &str, trained: &str| {
        let pair = overlaps.pairs.iter().find(|p| p.name == evaluated && p.trained == trained);
        pair.map_or(0.0, |p| p.overlapping as f64 / p.examples as f64)
    };
    for pair in &overlaps.pairs {
        println!("{pair:?}");
    }
    for (evaluated, trained, least) in [
        ("rte validation", "pascal_rte123", 0.3),
        ("sst2 validation", "movie_reviews_sentences", 0.05),
        ("atis_lambda validation", "atis_slots", 0.1),
        ("sql_geography validation", "geo_funql", 0.1),
    ] {
        let share = share(evaluated, trained);
        assert!(share > least, "{evaluated} with {trained}: {share:.3}");
    }
    assert_eq!(share("sst2 validation", "geo_funql"), 0.0);
}
