//! What validation and test ask is nowhere in what is trained on.

mod support;

use ext5_world::{Fact, Kind, Relation, Split, TASKS, Universe, corpus};
use std::collections::{HashMap, HashSet};
use support::{Pair, pairs};

/// Every name that a text has of a universe.
fn lands<'a>(text: &'a str, land_of: &'a HashMap<String, Split>) -> HashSet<&'static str> {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.filter_map(|word| land_of.get(word)).map(|split| split.name()).collect()
}

/// No train row of any task names anybody whom a validation or test row of any task is about, and
/// every one of these rows is about somebody: so none of them, and no fact in them, can be in train.
#[test]
fn every_split_speaks_of_its_own_land_alone() {
    let universe = Universe::new(1, 160);
    let mut land_of = HashMap::new();
    for kind in [Kind::Person, Kind::Place, Kind::Guild] {
        for id in 0..universe.count(kind) {
            land_of.insert(universe.name(kind, id), universe.land_of(kind, id));
        }
    }
    for task in TASKS {
        for split in Split::ALL {
            for Pair { inputs, targets, options } in pairs(task, &universe, split) {
                let text = format!("{inputs} {targets} {}", options.join(" "));
                let found = lands(&text, &land_of);
                // In the other language words are turned round, and names are not.
                assert_eq!(found, HashSet::from([split.name()]), "{} {split:?}: {text}", task.name);
            }
        }
    }
}

/// The corpus tells of all lands, but reserved facts only with their subject last.
#[test]
fn reserved_facts_are_not_in_the_corpus_as_they_are_asked() {
    let universe = Universe::new(4, 100);
    let train = (0..corpus::len(&universe)).map(|index| corpus::document(&universe, index));
    let held_out = (0..corpus::held_out_len(&universe)).map(|i| corpus::held_out(&universe, i));
    let corpus = train.chain(held_out).collect::<Vec<_>>().join("\n");
    let mut reserved = 0;
    for relation in Relation::ALL {
        for subject in 0..universe.count(relation.kind()) {
            let fact = Fact { universe: &universe, subject, relation };
            if fact.object().is_none() {
                continue;
            }
            if universe.reserved(subject, relation) {
                assert!(
                    !corpus.contains(&fact.say(0)) && !corpus.contains(&fact.say(1)),
                    "{}",
                    fact.say(0)
                );
                assert!(corpus.contains(&fact.say(2)), "{}", fact.say(2));
                reserved += 1;
            } else {
                assert!((0..3).any(|form| corpus.contains(&fact.say(form))), "{}", fact.say(0));
            }
        }
    }
    assert!(reserved > 50, "{reserved}");
}
