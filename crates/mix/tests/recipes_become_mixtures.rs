//! A recipe's `[mixture]` becomes entries at the rates that it says, or an error that says where.

use ext5_mix::mixture::EntryKind;
use ext5_mix::objective::Objective;
use ext5_mix::{Mixture, MixtureRecipe, Prepared, Settings};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Tasks by name, number of train examples and, in all, of prompts.
const TASKS: [(&str, usize, usize); 4] = [("a", 10, 1), ("b", 40, 1), ("c", 5, 3), ("d", 20, 2)];

struct Room {
    folder: TempDir,
}

impl Room {
    fn new() -> Self {
        let room = Room { folder: tempfile::tempdir().unwrap() };
        for (name, examples, prompts) in TASKS {
            let template = "inputs = \"{{ text }}\"\ntargets = \"{{ label }}\"\n";
            let templates = match prompts {
                1 => format!("[template]\n{template}"),
                _ => format!("[[prompts]]\n{template}").repeat(prompts),
            };
            room.task(name, &templates);
            let row = |i| format!("{{\"text\": \"{name} text {i}\", \"label\": \"word {i}\"}}\n");
            room.write(
                &format!("data/{name}/train.jsonl"),
                &(0..examples).map(row).collect::<String>(),
            );
        }
        let text = "Some words of a book, and more of them, to be cut to slices. ".repeat(40);
        room.write("data/corpus/a.txt", &text);
        room
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn task(&self, name: &str, rest: &str) {
        let head = format!("name = \"{name}\"\nfamily = \"nli\"\nmetrics = [\"accuracy\"]\n");
        self.write(&format!("tasks/{name}.toml"), &format!("{head}{rest}"));
    }

    fn prepare(&self, mixture: &str) -> Result<Prepared, String> {
        let folder = self.path().display();
        let recipe = format!(
            "name = \"test\"\nvocabulary = \"bytes\"\n\
             [data]\nroot = \"{folder}/data\"\ntasks = [\"{folder}/tasks\"]\ncache = \"{folder}/cache\"\n\
             [batch]\nrows = 2\ninputs = 64\ntargets = 40\nwindow = 32\n\
             [mixture]\n{mixture}"
        );
        self.write("recipe.toml", &recipe);
        let recipe = MixtureRecipe::read(&self.path().join("recipe.toml"), &[]);
        let recipe = recipe.map_err(|error| error.to_string())?;
        Prepared::new(&recipe, &mut |_, _| ()).map_err(|error| error.to_string())
    }

    /// The integer rates of a recipe.
    fn rates(&self, mixture: &str) -> BTreeMap<String, u32> {
        self.prepare(mixture).unwrap().mixture.rates()
    }

    fn error(&self, mixture: &str) -> String {
        self.prepare(mixture).unwrap_err()
    }
}

fn expect(rates: &BTreeMap<String, u32>, expected: &[(&str, u32)]) {
    let rates: Vec<_> = rates.iter().map(|(name, &rate)| (name.as_str(), rate)).collect();
    assert_eq!(rates, expected);
}

#[test]
fn sizes_caps_and_temperatures() {
    let room = Room::new();
    let all = "tasks = [\"*\"]\nr = 0\n";
    expect(&room.rates(all), &[("a", 10), ("b", 40), ("c", 5), ("d", 20)]);
    let capped = room.rates(&format!("{all}scale = 2\ncap = 30\n"));
    expect(&capped, &[("a", 20), ("b", 30), ("c", 10), ("d", 30)]);
    let equal = room.rates(&format!("{all}temperature = inf\n"));
    expect(&equal, &[("a", 1), ("b", 1), ("c", 1), ("d", 1)]);
    let t0 = room.rates(&format!("{all}count = \"t0\"\ncap = 15\n"));
    expect(&t0, &[("a", 10), ("b", 15), ("c", 15), ("d", 15)]);
    let renderings = room.rates(&format!("{all}count = \"renderings\"\ncap = inf\n"));
    expect(&renderings, &[("a", 10), ("b", 40), ("c", 15), ("d", 40)]);
}

#[test]
fn single_tasks_have_their_own() {
    let room = Room::new();
    let own = "tasks = [\"*\"]\nr = 0\n\
               [mixture.task.a]\nrate = 7\n\
               [mixture.task.b]\ncap = 12\n\
               [mixture.task.d]\nrate = 0\n";
    expect(&room.rates(own), &[("a", 7), ("b", 12), ("c", 5), ("d", 0)]);
    let report = room.prepare(own).unwrap().mixture.report(1000).unwrap();
    let caps: Vec<_> = report.entries.iter().map(|entry| entry.cap).collect();
    assert_eq!(caps, [None, Some(12.0), Some(300_000.0), None]);
    assert_eq!(report.entries[3].realised, 0);
    let error = room.error("tasks = [\"a\"]\nr = 0\n[mixture.task.b]\nrate = 7\n");
    assert!(error.contains("`mixture.task.b`: the mixture has no such task"), "{error}");
    let error = room.error("tasks = [\"a\"]\nr = 0\n[mixture.task.a]\nrate = 7\ncap = 3\n");
    assert!(error.contains("leaves nothing to"), "{error}");
}

#[test]
fn groups_are_mixtures_in_the_mixture() {
    let room = Room::new();
    // a and d share 60 by capped size, 10 to 15; b has 40 in the mixture and half of 8 in `deep`.
    let nested = r#"
tasks = ["b"]
r = 0
[[mixture.group]]
name = "pair"
rate = 50
cap = 15
tasks = ["a", "d"]
[[mixture.group]]
name = "outer"
[[mixture.group.group]]
name = "deep"
rate = 8
temperature = inf
tasks = ["b", "c"]
"#;
    expect(&room.rates(nested), &[("a", 20), ("b", 44), ("c", 4), ("d", 30)]);
    let empty = nested.replace("tasks = [\"a\", \"d\"]", "tasks = []");
    assert!(room.error(&empty).contains("group `pair` has neither `tasks` nor groups"));
    let zero = format!(
        "{nested}\n[mixture.group.group.task.b]\nrate = 0\n[mixture.group.group.task.c]\nrate = 0\n"
    );
    let error = room.error(&zero);
    assert!(error.contains("group `deep` has a rate above zero"), "{error}");
}

#[test]
fn tasks_without_train_rows_are_refused() {
    let room = Room::new();
    room.task(
        "probe",
        "evaluation_only = true\n[template]\ninputs = \"{{ a }}\"\ntargets = \"{{ b }}\"\n",
    );
    let error = room.error("tasks = [\"*\"]\nr = 0\n");
    assert!(error.contains("`probe`") && error.contains("no train split"), "{error}");
    room.prepare("tasks = [\"*\", \"!probe\"]\nr = 0\n").unwrap();
    room.task("lost", "[template]\ninputs = \"{{ a }}\"\ntargets = \"{{ b }}\"\n");
    let error = room.error("tasks = [\"lost\"]\nr = 0\n");
    assert!(error.contains("task `lost` is in the mixture and has no train split"), "{error}");
    assert!(error.contains("lost/train.*"), "names the files that were looked for: {error}");
}

#[test]
fn corpora_may_have_several_denoisers() {
    let room = Room::new();
    let corpus =
        "tasks = [\"*\"]\nr = 2\n[[mixture.corpus]]\nname = \"book\"\ntrain = [\"corpus/a.txt\"]\n";
    let rates = room.rates(&format!("{corpus}objective = \"ul2\"\n"));
    let total: f64 = rates.values().map(|&rate| f64::from(rate)).sum();
    let share = |name: &str| f64::from(rates[name]) / total * 1.5;
    for (name, exact) in [("r3", 0.165), ("s", 0.34), ("x64_half", 0.0825)] {
        assert!((share(&format!("book:{name}")) - exact).abs() < 1e-6, "{name}");
    }
    let prepared = room.prepare(&format!("{corpus}objective = \"ul2\"\n")).unwrap();
    let mut seen = BTreeMap::new();
    for example in prepared.mixture.from(0).unwrap().take(400) {
        let example = example.unwrap();
        let entry = &prepared.mixture.entries()[example.draw.entry];
        let EntryKind::Denoising { denoiser, .. } = &entry.kind else { continue };
        let text = prepared.vocabulary.decode(&example.inputs);
        let mode = match denoiser.objective {
            Objective::PrefixLm(_) => "[S]",
            _ if entry.name.starts_with("book:r") => "[R]",
            _ => "[X]",
        };
        assert!(text.starts_with(mode), "{} {text}", entry.name);
        assert!(example.inputs.len() <= 64 && example.targets.len() <= 40);
        assert_eq!((example.inputs.last(), example.targets.last()), (Some(&1), Some(&1)));
        *seen.entry(entry.name.clone()).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
    let two = "[[mixture.corpus.denoiser]]\nname = \"turned\"\nrotate = true\n\
               [[mixture.corpus.denoiser]]\nname = \"coins\"\nobjective = \"iid_noise\"\nweight = 3\n";
    let rates = room.rates(&format!("{corpus}{two}"));
    let ratio = f64::from(rates["book:coins"]) / f64::from(rates["book:turned"]);
    assert!((ratio - 3.0).abs() < 1e-6, "{ratio}");
    let error = room.error(&format!("{corpus}density = 0.5\n"));
    assert!(error.contains("lengthen them"), "rows too short for the targets: {error}");
    let error = room.error(&format!("{corpus}objective = \"prefix_lm\"\nmean_span = 3\n"));
    assert!(error.contains("`prefix_lm` has no `mean_span`"), "{error}");
}

#[test]
fn trimming_keeps_the_end_of_sequence() {
    let room = Room::new();
    let long = |i: usize| "x".repeat(i);
    let row = |i| format!("{{\"text\": \"{}end\", \"label\": \"{}end\"}}\n", long(i), long(i % 60));
    room.write("data/a/train.jsonl", &(30..100).map(row).collect::<String>());
    for (inputs, targets) in [
        ("end", "end"),
        ("start", "middle"),
        ("middle", "start"),
        ("drop", "end"),
        ("drop", "drop"),
    ] {
        let trim = format!("trim = {{ inputs = \"{inputs}\", targets = \"{targets}\" }}\n");
        let prepared = room.prepare(&format!("tasks = [\"a\"]\nr = 0\n{trim}")).unwrap();
        let report = prepared.mixture.report(100).unwrap();
        let epoch = report.entries[0].examples;
        assert_eq!(epoch + report.entries[0].dropped, 70);
        for example in prepared.mixture.from(0).unwrap().take(epoch as usize) {
            let example = example.unwrap();
            assert!(example.inputs.len() <= 64 && example.targets.len() <= 40);
            assert_eq!((example.inputs.last(), example.targets.last()), (Some(&1), Some(&1)));
            let text = prepared.vocabulary.decode(&example.inputs);
            if inputs != "end" {
                assert!(text.ends_with("end"), "{inputs}: {text}");
            }
            if targets != "end" {
                assert!(prepared.vocabulary.decode(&example.targets).ends_with("end"));
            }
        }
        let dropped = report.entries[0].dropped > 0;
        assert_eq!(dropped, inputs == "drop");
    }
    room.write("data/a/train.jsonl", &row(90).repeat(3));
    let error = room.error("tasks = [\"a\"]\nr = 0\ntrim = { inputs = \"drop\" }\n");
    assert!(error.contains("task `a`: every example is longer"), "{error}");
}

#[test]
fn corpora_are_read_in_their_layout() {
    let room = Room::new();
    room.write("data/text/a.txt", "One of a.\n\nAnother of a, longer than the first.\n");
    room.write("data/text/b.txt", "All of b, in one.\n");
    room.write("data/rows/c4.json", "{\"text\": \"One.\"}\n{\"text\": \"Two, and more.\"}\n");
    room.write("data/rows/own.csv", "id,body\n1,The first body of text\n2,The second one\n");
    let documents = |rest: &str| {
        let corpus = format!("tasks = []\nr = inf\n[[mixture.corpus]]\nname = \"text\"\n{rest}");
        let prepared = room.prepare(&corpus).unwrap();
        match &prepared.mixture.entries()[0].kind {
            EntryKind::Denoising { corpus, .. } => corpus.documents(),
            EntryKind::Supervised { .. } => unreachable!("no task is mixed"),
        }
    };
    assert_eq!(documents("train = [\"text/*.txt\"]\n"), 3);
    // The same files read otherwise are another corpus.
    assert_eq!(documents("train = [\"text/*.txt\"]\nlayout = \"file\"\n"), 2);
    assert_eq!(documents("train = [\"rows/c4.json\"]\n"), 2);
    let column = "layout = { rows = { column = \"body\" } }\n";
    assert_eq!(documents(&format!("train = [\"rows/own.csv\"]\n{column}")), 2);
    let error = room.error(
        "tasks = []\nr = inf\n[[mixture.corpus]]\nname = \"text\"\ntrain = [\"text/*.txt\", \"lost/*.txt\"]\n",
    );
    assert!(error.contains("lost/*.txt") && error.contains("corpus text"), "{error}");
}

#[test]
fn a_corpus_may_have_examples_shorter_than_the_rows() {
    let room = Room::new();
    let corpus = |length: &str| {
        let rest = "tasks = []\nr = inf\n[[mixture.corpus]]\nname = \"text\"\n";
        room.prepare(&format!("{rest}train = [\"corpus/a.txt\"]\n{length}"))
    };
    let longest = |length: &str| {
        let mixture = corpus(length).unwrap().mixture;
        let examples = mixture.from(0).unwrap().take(60);
        examples.map(|example| example.unwrap().inputs.len()).max().unwrap()
    };
    // Slices fill what they are given; masks may have a sentinel less than planned.
    assert!((62..=64).contains(&longest("")), "{}", longest(""));
    assert!((22..=24).contains(&longest("length = 24\n")), "{}", longest("length = 24\n"));
    for wrong in ["length = 65\n", "length = 3\n"] {
        let error = corpus(wrong).unwrap_err();
        assert!(error.contains("at most `batch.inputs`, 64"), "{error}");
    }
}

#[test]
fn draws_use_all_prompts_and_epochs_all_examples() {
    let room = Room::new();
    room.task(
        "d",
        "[[prompts]]\ninputs = \"first {{ text }}\"\ntargets = \"{{ label }}\"\n\
         [[prompts]]\ninputs = \"other {{ text }}\"\ntargets = \"{{ label }}\"\n",
    );
    let vocabulary = ext5_text::Vocabulary::bytes();
    let draws = |seed: u64| -> Vec<(String, usize)> {
        let prepared = room.prepare("tasks = [\"d\"]\nr = 0\n").unwrap();
        let settings = Settings { seed, ..prepared.mixture.settings().clone() };
        let mixture = Mixture::new(prepared.mixture.entries().to_vec(), settings).unwrap();
        let examples = mixture.from(0).unwrap().take(400).map(Result::unwrap);
        examples.map(|e| (vocabulary.decode(&e.inputs), mixture.prompt(e.draw))).collect()
    };
    let drawn = draws(1);
    for (inputs, prompt) in &drawn {
        assert!(inputs.starts_with(["first ", "other "][*prompt]), "{inputs}: {prompt}");
    }
    // Half of them, to within four standard deviations.
    let first = drawn.iter().filter(|(_, prompt)| *prompt == 0).count();
    assert!((160..=240).contains(&first), "{first} of 400");
    for epoch in drawn.chunks(20) {
        let mut examples: Vec<&str> = epoch.iter().map(|(inputs, _)| &inputs[6..]).collect();
        examples.sort_unstable();
        examples.dedup();
        assert_eq!(examples.len(), 20, "each example once, in whatever prompt");
    }
    let prompts = |drawn: &[(String, usize)]| drawn.iter().map(|d| d.1).collect::<Vec<_>>();
    assert_ne!(prompts(&drawn), prompts(&draws(2)));
}
