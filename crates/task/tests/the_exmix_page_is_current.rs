//! The tables of `docs/guide/exmix.md` are what the task files say.

use ext5_core::testing::is_current;
use ext5_task::{Provenance, Registry, Task};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const BEGIN: &str = "<!-- from the task files: EXT5_WRITE_SCHEMA=1 cargo test -p ext5-task --test the_exmix_page_is_current -->\n";
const END: &str = "<!-- to here -->\n";

/// The paper's cap on the examples of a task that count for its rate.
const CAP: u64 = 300_000;

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for (index, digit) in digits[first..].char_indices() {
        if index % 3 == 0 && !text.is_empty() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn rows(task: &Task) -> u64 {
    task.published("train").unwrap_or_default()
}

fn sum<'a>(tasks: impl IntoIterator<Item = &'a &'a Task>, of: impl Fn(u64) -> u64) -> String {
    grouped(tasks.into_iter().map(|task| of(rows(task))).sum())
}

/// Where the data set is: on the Hub, or by hand from its publisher.
fn data_set(task: &Task) -> String {
    match task.hub() {
        Some(hub) => {
            let config = hub.config.as_ref().map(|config| format!(" `{config}`"));
            format!(
                "[{id}](https://huggingface.co/datasets/{id}){}",
                config.unwrap_or_default(),
                id = hub.id
            )
        }
        None => format!("[by hand]({})", task.url),
    }
}

fn all_tasks(tasks: &[&Task]) -> String {
    let mut text =
        "| task | data set | family | rows | metrics | licence of the data | provenance |\n\
                    |---|---|---|---:|---|---|---|\n"
            .to_owned();
    for task in tasks {
        let metrics: Vec<_> = task.metrics.iter().map(|metric| metric.name()).collect();
        let unverified = if task.unverified.is_some() { " ?" } else { "" };
        let provenance = task.provenance.map_or("", Provenance::name);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {provenance}{unverified} |",
            task.name,
            data_set(task),
            task.family,
            grouped(rows(task)),
            metrics.join(", "),
            task.licence,
        );
    }
    let _ = writeln!(text, "| {} tasks | | | {} | | | |", tasks.len(), sum(tasks, |rows| rows));
    text
}

/// Tasks, rows and rows under the cap, by what `of` says of a task.
fn totals<'a>(tasks: &[&'a Task], what: &str, of: impl Fn(&'a Task) -> Vec<&'a str>) -> String {
    let mut groups: BTreeMap<&str, Vec<&Task>> = BTreeMap::new();
    for task in tasks {
        for name in of(task) {
            groups.entry(name).or_default().push(task);
        }
    }
    let mut text =
        format!("| {what} | tasks | rows | rows under the cap |\n|---|---:|---:|---:|\n");
    let mut row = |name: &str, tasks: &[&Task]| {
        let (count, all) = (tasks.len(), sum(tasks, |rows| rows));
        let _ = writeln!(text, "| {name} | {count} | {all} | {} |", sum(tasks, |n| n.min(CAP)));
    };
    for (name, tasks) in &groups {
        row(name, tasks);
    }
    if what != "suite" {
        row("all", tasks);
    }
    text
}

fn list(tasks: &[&Task], why: impl Fn(&Task) -> Option<String>) -> String {
    let line = |task: &&Task| why(task).map(|why| format!("- `{}`: {why}\n", task.name));
    tasks.iter().filter_map(line).collect()
}

fn generated() -> String {
    let registry = Registry::built_in().unwrap_or_else(|error| panic!("{error}"));
    let mut tasks = registry.select(&["suite:exmix"]).unwrap();
    tasks.sort_by_key(|task| (&task.family, &task.name));
    let unseen = registry.select(&["suite:unseen"]).unwrap();
    let chosen =
        |task: &Task| (task.provenance == Some(Provenance::Chosen)).then(|| task.reason.clone());
    let provenance = totals(&tasks, "provenance", |task| {
        task.provenance.iter().map(|provenance| provenance.name()).collect()
    });
    let suites = totals(&tasks, "suite", |task| {
        let suites = task.suites.iter().map(String::as_str);
        suites.filter(|suite| *suite != "exmix").collect()
    });
    format!(
        "{}\n## Totals\n\n{}\n{provenance}\n{suites}\n## Chosen\n\n{}\n## Not verified\n\n{}\n\
         ## The suite `unseen`\n\n{}",
        all_tasks(&tasks),
        totals(&tasks, "family", |task| vec![&task.family]),
        list(&tasks, chosen),
        list(&tasks, |task| task.unverified.clone()),
        list(&unseen, |task| Some(format!("{} {}", task.description, data_set(task)))),
    )
}

#[test]
fn the_tables_are_what_the_task_files_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/exmix.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("where the tables begin");
    let (_, after) = rest.split_once(END).expect("where the tables end");
    let current = format!("{before}{BEGIN}\n{}\n{END}{after}", generated());
    assert!(
        is_current(&path, &current),
        "{} is not current: EXT5_WRITE_SCHEMA=1 cargo test -p ext5-task \
         --test the_exmix_page_is_current",
        path.display()
    );
}
