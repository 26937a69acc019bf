//! A check reads the first examples or all rows, in parallel, and says the same every time.

use ext5_task::{Extent, State, Task, check_all};
use std::path::Path;
use tempfile::TempDir;

fn task(name: &str, keys: &str) -> Task {
    let text = format!(
        "name = \"{name}\"\nfamily = \"toy\"\nmetrics = [\"accuracy\"]\n[template]\n\
         inputs = \"text: {{{{ text }}}}\"\ntargets = \"{{{{ label }}}}\"\n[source]\n{keys}\n"
    );
    Task::parse(&text, Path::new("toy.toml")).unwrap_or_else(|error| panic!("{error}"))
}

fn write(root: &TempDir, path: &str, text: &str) {
    let path = root.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn rows(from: usize, count: usize) -> String {
    (from..from + count)
        .map(|n| format!("{{\"text\": \"t{n}\", \"label\": {}}}\n", n % 2))
        .collect()
}

#[test]
fn the_first_examples_or_all_rows() {
    let root = tempfile::tempdir().unwrap();
    write(&root, "toy/train.jsonl", &format!("{}not a row\n", rows(0, 100)));
    write(&root, "toy/dev.csv", "text,label\nt0,1\nnew,0\n");
    let task = task(
        "toy",
        "splits = { validation = \"dev\" }\nexamples = { train = 100, validation = 2 }",
    );

    let quick = task.check(root.path(), Extent::default()).unwrap();
    let [train, validation] = &quick.splits[..] else { panic!("{quick:?}") };
    assert_eq!((train.examples, train.complete, train.malformed), (16, false, 0));
    assert_eq!((validation.examples, validation.complete), (2, true));
    assert!(quick.usable && train.warnings.is_empty());

    let full = task.check(root.path(), Extent::All).unwrap();
    let [train, validation] = &full.splits[..] else { panic!("{full:?}") };
    assert_eq!((train.examples, train.complete, train.malformed), (100, true, 1));
    assert_eq!(train.warnings, ["101 rows, and 100 were published"]);
    assert_eq!((validation.published, validation.warnings.len()), (Some(2), 0));
    assert_eq!(full.validation_in_train, 1);
    assert!(!full.usable, "one malformed row of 101 is too many");
}

#[test]
fn a_template_that_fits_no_row_is_left_soon() {
    let root = tempfile::tempdir().unwrap();
    write(&root, "toy/train.jsonl", &"{\"txt\": 1}\n".repeat(1000));
    let report = task("toy", "").check(root.path(), Extent::Examples(4)).unwrap();
    assert!(!report.usable && !report.splits[0].complete);
    assert_eq!(report.splits[0].rows, 4);
}

#[test]
fn what_prediction_cannot_read_is_told() {
    let root = tempfile::tempdir().unwrap();
    write(
        &root,
        "toy/train.jsonl",
        "{\"text\": \"a\", \"label\": \"ten\"}\n{\"text\": \"b\", \"label\": 3}\n",
    );
    let report =
        task("toy", "[prediction]\nkind = \"number\"").check(root.path(), Extent::All).unwrap();
    assert_eq!(
        report.splits[0].warnings,
        ["1 examples have targets that [prediction] cannot read"]
    );
}

#[test]
fn many_tasks_at_once_in_their_order() {
    let root = tempfile::tempdir().unwrap();
    for n in 0..20 {
        write(&root, &format!("t{n}/train.jsonl"), &rows(n, 30 + n));
    }
    let mut tasks: Vec<Task> = (0..20).map(|n| task(&format!("t{n}"), "")).collect();
    tasks.push(task("mine", ""));
    let mut built_in = task("published", "");
    built_in.built_in = true;
    tasks.push(built_in);
    let tasks: Vec<&Task> = tasks.iter().collect();
    let checked = check_all(&tasks, root.path(), Extent::All);
    for (n, checked) in checked[..20].iter().enumerate() {
        assert_eq!((checked.name.as_str(), checked.state), (&*format!("t{n}"), State::Usable));
        assert_eq!(checked.report.as_ref().unwrap().splits[0].rows, 30 + n as u64);
    }
    assert_eq!(checked[20].state, State::Unusable, "a task of one's own without data");
    assert!(checked[20].error.as_ref().unwrap().contains("mine/train.*: no such file"));
    assert_eq!((checked[21].state, &checked[21].error), (State::NoData, &None));
    assert_eq!(checked, check_all(&tasks, root.path(), Extent::All), "the same every time");
}

#[test]
fn a_template_that_loops_for_ever_stops_at_once() {
    let root = tempfile::tempdir().unwrap();
    write(&root, "toy/train.jsonl", &rows(0, 2000));
    let task = Task::parse(
        "name = 'toy'\nfamily = 'toy'\nmetrics = ['accuracy']\n[template]\ninputs = '''
         {% for a in range(99999) %}{% for b in range(99999) %}{{ text }}{% endfor %}{% endfor %}'''\n\
         targets = '{{ label }}'\n",
        Path::new("toy.toml"),
    )
    .unwrap();
    let start = std::time::Instant::now();
    let error = task.examples(root.path(), "train").unwrap().find_map(Result::err).unwrap();
    assert_eq!(
        error.to_string(),
        "task toy, split train: template.inputs: takes too long; it may loop over too much; \
         no row of the first few could be rendered"
    );
    // All 2,000 rows would take minutes.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    assert!(task.check(root.path(), Extent::All).is_err());
}

#[test]
fn evaluation_only_tasks_have_no_train_split() {
    let root = tempfile::tempdir().unwrap();
    write(&root, "toy/train.jsonl", &rows(0, 9));
    write(&root, "toy/validation.jsonl", &rows(0, 9));
    let text = "name = 'toy'\nfamily = 'toy'\nmetrics = ['accuracy']\nevaluation_only = true\n\
                [template]\ninputs = '{{ text }}'\ntargets = '{{ label }}'\n";
    let task = Task::parse(text, Path::new("toy.toml")).unwrap();
    assert!(task.evaluation_only);
    assert_eq!(task.splits(root.path()), ["validation"]);
    let error = task.files(root.path(), "train").unwrap_err().to_string();
    assert!(error.starts_with("task toy is for evaluation only: it has no train split"), "{error}");
    assert!(task.examples(root.path(), "train").is_err());
}
