//! Rows are the same for ever, in one split only, and right.

use ext5_world::{Relation, Split, TASKS, Universe, WorldTask, corpus};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

fn rows(task: &WorldTask, universe: &Universe, split: Split) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (0..)
        .map_while(|i| task.row(universe, split, i))
        .map(|row| (text(&row["inputs"]), text(&row["targets"])))
        .collect()
}

#[test]
fn no_inputs_are_in_two_splits_or_twice() {
    let universe = Universe::new(1, 60);
    for task in TASKS {
        let mut seen = HashSet::new();
        for split in Split::ALL {
            let rows = rows(task, &universe, split);
            assert!(!rows.is_empty(), "{} {split:?}", task.name);
            for (inputs, targets) in rows {
                assert!(!targets.is_empty(), "{}: {inputs}", task.name);
                assert!(seen.insert(inputs.clone()), "{} twice: {inputs}", task.name);
            }
        }
    }
}

#[test]
fn labels_are_balanced() {
    let universe = Universe::new(2, 300);
    for task in TASKS.iter().filter(|task| !task.options.is_empty()) {
        let mut counts = BTreeMap::new();
        let rows = rows(task, &universe, Split::Train);
        for (_, target) in &rows {
            assert!(task.options.contains(&target.as_str()), "{} {target}", task.name);
            *counts.entry(target).or_insert(0usize) += 1;
        }
        let majority = *counts.values().max().unwrap() as f64 / rows.len() as f64;
        assert!(majority < task.chance().unwrap() + 0.06, "{} {counts:?}", task.name);
    }
}

#[test]
fn facts_agree_with_each_other() {
    let universe = Universe::new(3, 2_000);
    let mut names = HashSet::new();
    for person in 0..universe.people() {
        assert!(names.insert(universe.person(person)));
        assert!(universe.friend(person).is_none_or(|f| universe.friend(f) == Some(person)));
        assert!(
            universe.teacher(person).is_none_or(|t| universe.birth(t) < universe.birth(person))
        );
        assert!(universe.birth(person) < universe.arrival(person));
        assert!(universe.home(person) < universe.places());
    }
}

#[test]
fn reserved_facts_are_not_in_the_corpus_as_they_are_asked() {
    let universe = Universe::new(4, 100);
    let corpus: Vec<_> =
        (0..corpus::len(&universe)).map(|i| corpus::document(&universe, i)).collect();
    let corpus = corpus.join("\n");
    let mut reserved = 0;
    for person in 0..universe.people() {
        for relation in Relation::OF_ALL.into_iter().filter(|&r| universe.reserved(person, r)) {
            let object = relation.object(&universe, person).unwrap();
            let say = |form| relation.say(form, &universe.person(person), &object);
            assert!(!corpus.contains(&say(0)) && !corpus.contains(&say(1)), "{}", say(0));
            assert!(corpus.contains(&say(2)), "{}", say(2));
            reserved += 1;
        }
    }
    assert!(reserved > 20);
}

/// Answers found from the texts alone: from what the corpus says of a name, or from the inputs.
#[test]
fn answers_follow_from_the_texts() {
    let universe = Universe::new(5, 80);
    let mut born = HashMap::new();
    for index in 0..corpus::len(&universe) {
        for sentence in corpus::document(&universe, index).split_inclusive(". ") {
            let words: Vec<_> =
                sentence.split([' ', '.']).filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                ["In", year, "was", "born", name]
                | [name, "was", "born", "in", year]
                | [name, "came", "into", "the", "world", "in", year] => {
                    born.insert((*name).to_owned(), year.parse::<i32>().unwrap());
                }
                _ => {}
            }
        }
    }
    assert_eq!(born.len(), 80);
    let all =
        |name: &str| rows(TASKS.iter().find(|t| t.name == name).unwrap(), &universe, Split::Train);
    for (inputs, target) in all("world_birth") {
        let name = inputs.trim_end_matches(" born?").rsplit(' ').next().unwrap();
        assert_eq!(born[name].to_string(), target);
    }
    for (inputs, target) in all("world_older") {
        let words: Vec<_> = inputs.split(' ').collect();
        let expected = match born[words[5]].cmp(&born[words[7]]) {
            std::cmp::Ordering::Less => "choice1",
            std::cmp::Ordering::Greater => "choice2",
            std::cmp::Ordering::Equal => "same year",
        };
        assert_eq!(target, expected, "{inputs}");
    }
    for (inputs, target) in all("world_age") {
        let years: Vec<i32> =
            inputs.split([' ', '.']).filter_map(|word| word.parse().ok()).collect();
        assert_eq!((years[1] - years[0]).to_string(), target, "{inputs}");
    }
    for (inputs, target) in all("world_read") {
        assert!(inputs.contains(&target), "{inputs}: {target}");
    }
}

#[test]
fn task_files_are_read() {
    for task in TASKS {
        ext5_task::Task::parse(&task.definition(), Path::new("world.toml")).unwrap();
    }
}

/// Written down once: whoever changes a text changes every result measured on the world.
#[test]
fn texts_are_frozen() {
    let universe = Universe::new(7, 50);
    let mut text = String::new();
    for task in TASKS {
        for (inputs, targets) in rows(task, &universe, Split::Test) {
            text += &format!("{inputs}\t{targets}\n");
        }
    }
    for index in 0..corpus::len(&universe) {
        text += &corpus::document(&universe, index);
    }
    assert_eq!(ext5_core::key::stable_hash(&text), 11_114_477_236_643_568_241);
}

/// Row ten million comes as row ten does: by its number alone.
#[test]
fn rows_of_huge_universes_are_reached_directly() {
    let universe = Universe::new(8, 30_000_000);
    for task in TASKS {
        let last = task.len(&universe, Split::Train) - 1;
        assert!(task.row(&universe, Split::Train, last).is_some());
        assert!(task.row(&universe, Split::Train, last + 1).is_none());
    }
}
