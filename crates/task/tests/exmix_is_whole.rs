//! The suite `exmix` stands for the paper's mixture: 107 tasks and about 18 million rows.

use ext5_task::{Provenance, Registry, Task};
use std::collections::{BTreeMap, BTreeSet};

/// What the paper says it has, in rows: 18 million, to the nearest.
const ROWS: std::ops::Range<u64> = 17_500_000..18_500_000;

fn registry() -> Registry {
    Registry::built_in().unwrap_or_else(|error| panic!("{error}"))
}

fn exmix(registry: &Registry) -> Vec<&Task> {
    registry.select(&["suite:exmix"]).unwrap()
}

#[test]
fn it_has_107_tasks() {
    assert_eq!(exmix(&registry()).len(), 107);
}

#[test]
fn it_has_about_18_million_rows() {
    let registry = registry();
    let tasks = exmix(&registry);
    let unknown: Vec<_> =
        tasks.iter().filter(|task| task.published("train").is_none()).map(|t| &t.name).collect();
    assert!(unknown.is_empty(), "no source.examples.train: {unknown:?}");
    let rows: u64 = tasks.iter().filter_map(|task| task.published("train")).sum();
    assert!(ROWS.contains(&rows), "{rows} rows");
}

/// The paper tests on these.
#[test]
fn nothing_unseen_is_in_it() {
    let registry = registry();
    let unseen = registry.select(&["suite:unseen"]).unwrap();
    let both: Vec<_> =
        unseen.iter().filter(|task| task.suites.iter().any(|suite| suite == "exmix")).collect();
    assert!(both.is_empty(), "{both:?}");
    let source = |task: &Task| task.hub().map(|hub| (hub.id.clone(), hub.config.clone()));
    let trained: BTreeSet<_> = exmix(&registry).into_iter().filter_map(source).collect();
    let same: Vec<_> = unseen
        .iter()
        .filter(|task| source(task).is_some_and(|source| trained.contains(&source)))
        .map(|task| &task.name)
        .collect();
    assert!(same.is_empty(), "the same data set as a task of exmix: {same:?}");
}

#[test]
fn every_task_says_where_it_is_from() {
    let registry = registry();
    for task in exmix(&registry) {
        let name = &task.name;
        assert!(task.provenance.is_some(), "{name}: provenance");
        assert!(!task.reason.is_empty(), "{name}: reason");
        assert!(!task.sources.is_empty() || task.unverified.is_some(), "{name}: sources");
        assert!(!task.licence.is_empty(), "{name}: licence");
        assert!(!task.citation.is_empty(), "{name}: citation");
    }
    let chosen = exmix(&registry);
    let chosen = chosen.iter().filter(|task| task.provenance == Some(Provenance::Chosen)).count();
    assert!(chosen <= 27, "{chosen} tasks were chosen");
}

#[test]
fn few_schemas_are_unverified() {
    let registry = registry();
    let unverified: Vec<_> = exmix(&registry)
        .into_iter()
        .filter(|task| task.unverified.is_some())
        .map(|task| &task.name)
        .collect();
    assert!(unverified.len() <= 15, "{}: {unverified:?}", unverified.len());
}

/// The benchmarks that the paper names, by how many training tasks it takes of each. Of SuperGLUE's
/// eight `wsc` trains and `wsc_label` is scored.
#[test]
fn its_suites_have_their_sizes() {
    let registry = registry();
    let mut sizes = BTreeMap::new();
    for task in exmix(&registry) {
        for suite in &task.suites {
            *sizes.entry(suite.as_str()).or_insert(0) += 1;
        }
    }
    for (suite, size) in [
        ("glue", 7),
        ("superglue", 7),
        ("kilt", 9),
        ("rainbow", 6),
        ("gem", 8),
        ("dialoglue", 6),
        ("tweeteval", 8),
    ] {
        assert_eq!(sizes.get(suite), Some(&size), "{suite}");
    }
}

/// The paper's eight families of three sets each.
#[test]
fn the_families_have_three_representatives() {
    let registry = registry();
    let tasks = registry.select(&["suite:families"]).unwrap();
    for family in ext5_task::FAMILIES {
        let count = tasks.iter().filter(|task| task.family == family).count();
        assert_eq!(count, 3, "{family}");
    }
    assert_eq!(tasks.len(), 24);
}
