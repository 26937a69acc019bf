//! A task's digest changes with what decides its examples and scores, and with nothing else.

use ext5_core::Digest;
use ext5_task::Task;
use std::path::Path;

const TASK: &str = r#"
name = "piqa"
family = "commonsense"
suites = ["rainbow"]
description = "Goals."
licence = "AFL-3.0"
metrics = ["accuracy", "option_accuracy"]

[source]
files = { train = "piqa/a.jsonl", validation = "piqa/b.jsonl" }
filter = "label != 7"
max_examples = 100

[template]
inputs = "piqa goal: {{ goal }}"
group = "goal"

[choice]
options = "[sol1, sol2]"
answer = "label"
answer_is = "index"
"#;

fn digest(text: &str) -> Digest {
    Task::parse(text, Path::new("a.toml")).unwrap_or_else(|error| panic!("{error}")).digest()
}

fn changed(from: &str, to: &str) -> bool {
    assert!(TASK.contains(from), "{from}");
    digest(&TASK.replacen(from, to, 1)) != digest(TASK)
}

#[test]
fn layout_and_descriptions_do_not_count() {
    assert!(!changed("\n[source]", "# a comment\n\n\n[source]"));
    assert!(!changed(
        "files = { train = \"piqa/a.jsonl\", validation = \"piqa/b.jsonl\" }",
        "files.validation = [ \"piqa/b.jsonl\" ]\nfiles.train = 'piqa/a.jsonl'"
    ));
    assert!(!changed("max_examples = 100\n", "max_examples = 100\nformat = \"jsonl\"\n"));
    assert!(!changed("Goals.", "Everyday goals."));
    assert!(!changed("AFL-3.0", "AFL"));
    assert!(!changed("suites = [\"rainbow\"]", "suites = []"));
    assert!(!changed(
        "metrics =",
        "url = \"https://example.org\"\ncitation = \"Ann 2020\"\nmetrics ="
    ));
    assert!(!changed(
        "metrics =",
        "provenance = \"chosen\"\nreason = \"Like it.\"\nsources = [\"a\"]\nunverified = \"b\"\nmetrics ="
    ));
    assert!(!changed("max_examples", "hub.id = \"piqa\"\nexamples.train = 7\nmax_examples"));
    assert!(!changed("metrics =", "evaluation_only = false\nmetrics ="));
    assert!(!changed("answer_is = \"index\"", "answer_is = \"index\"\nanswer_as = \"text\""));
    assert!(!changed("family = \"commonsense\"", "family = \"physics\""));
}

#[test]
fn labels_count() {
    let head = TASK.split("[choice]").next().unwrap();
    let task = |column: &str, word: &str| {
        let labels =
            format!("[labels]\ncolumn = '{column}'\nwords = {{ 0 = 'no', 1 = '{word}' }}\n");
        digest(&format!("{head}{labels}"))
    };
    assert_eq!(task("label", "yes"), task("label", "yes"));
    assert_ne!(task("label", "yes"), task("label", "true"));
    assert_ne!(task("label", "yes"), task("gold", "yes"));
}

/// All values of a shape count, and its layout does not.
#[test]
fn shapes_count() {
    let shape =
        |keys: &str| digest(&TASK.replace("[choice]", &format!("[shape]\n{keys}\n[choice]")));
    let plain = shape("kind = 'tagging'\ntags = 'a'");
    assert_eq!(plain, shape("# tags\ntags = \"a\"\nkind = 'tagging'"));
    assert_ne!(plain, shape("kind = 'tagging'\ntags = 'b'"));
    assert_ne!(plain, shape("kind = 'tagging'\ntags = 'a'\nwords.x = 'y'"));
}

#[test]
fn split_names_count() {
    let (before, rest) = TASK.split_once("files = ").unwrap();
    let without = format!("{before}{}", rest.split_once('\n').unwrap().1);
    let named = without.replace("filter", "splits.validation = \"dev\"\nfilter");
    assert_ne!(digest(&without), digest(&named));
    let listed = named.replace("\"dev\"", "[\"dev\"]");
    assert_eq!(digest(&named), digest(&listed));
    assert_ne!(digest(&named), digest(&named.replace("\"dev\"", "[\"dev\", \"test\"]")));
}

/// Written down once: whatever changes digests sends every user's stores to be built again, and a
/// part that falls out of them (the version of rendering, for one) lets stale stores be used.
#[test]
fn digests_are_frozen() {
    assert_eq!(digest(TASK).short(), "177d601fcb2c59fe");
}

#[test]
fn every_meaning_counts() {
    for (from, to) in [
        ("name = \"piqa\"", "name = \"piqa2\""),
        ("[\"accuracy\", \"option_accuracy\"]", "[\"accuracy\"]"),
        ("piqa/a.jsonl", "piqa/c.jsonl"),
        ("train =", "dev ="),
        ("label != 7", "label != 8"),
        ("max_examples = 100", "max_examples = 101"),
        ("max_examples = 100", "max_malformed = 0.5"),
        ("max_examples = 100", "max_examples = 100\nunlabelled = [\"test\"]"),
        ("piqa goal: ", "piqa: "),
        ("group = \"goal\"", "targets = \"{{ answer }}\""),
        ("[sol1, sol2]", "[sol2, sol1]"),
        ("answer = \"label\"", "answer = \"1 - label\""),
        ("\"index\"", "\"number\""),
        ("\"index\"", "\"index\"\nanswer_as = \"letter\""),
        ("[choice]", "[[prompts]]\ninputs = \"{{ goal }}\"\n[choice]"),
        ("[choice]", "[prediction]\nkind = \"label\"\n[choice]"),
        ("[choice]", "[shape]\nkind = \"tagging\"\n[choice]"),
        ("max_examples", "each = [{ name = \"g\", list = \"goals\" }]\nmax_examples"),
        ("max_examples", "format = \"csv\"\nmax_examples"),
    ] {
        assert!(changed(from, to), "{from} -> {to}");
    }
}
