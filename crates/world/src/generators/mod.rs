//! How an instance becomes a row: one generator a file.
//!
//! A generator numbers its instances, `0..space`. The number alone says what is asked, and different
//! numbers give different inputs; draws only vary what may vary. So splits of the numbers are splits
//! of the questions.

mod age;
mod cause;
mod entail;
mod headline;
mod older;
mod order;
mod query;
mod read;
mod recall;
mod rewrite;
mod same;
mod slots;
mod tags;
mod tongue;
mod triples;
mod who;

use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) use age::AGE;
pub(crate) use cause::CAUSE;
pub(crate) use entail::ENTAIL;
pub(crate) use headline::HEADLINE;
pub(crate) use older::OLDER;
pub(crate) use order::ORDER;
pub(crate) use query::QUERY;
pub(crate) use read::READ;
pub(crate) use recall::recall;
pub(crate) use rewrite::REWRITE;
pub(crate) use same::SAME;
pub(crate) use slots::SLOTS;
pub(crate) use tags::TAGS;
pub(crate) use tongue::TONGUE;
pub(crate) use triples::TRIPLES;
pub(crate) use who::WHO;

/// Inputs and targets.
type Pair = (String, String);

/// How many instances there are, and how one is made.
#[derive(Clone, Copy)]
pub(crate) struct Generator {
    /// Handed to `make`; generators that ask for all relations leave it aside.
    pub relation: Relation,
    pub space: fn(&Universe) -> u64,
    pub make: fn(Relation, &Universe, u64, &mut Rng) -> Pair,
}

const fn generator(
    space: fn(&Universe) -> u64,
    make: fn(Relation, &Universe, u64, &mut Rng) -> Pair,
) -> Generator {
    Generator { relation: Relation::Home, space, make }
}

/// Takes the lowest digit of `number` to the base `base`.
fn digit(number: &mut u64, base: u64) -> u64 {
    let digit = *number % base;
    *number /= base;
    digit
}

/// A person, and a fact that every person has: name, relation, object.
fn any_fact(universe: &Universe, number: &mut u64) -> (u64, Relation) {
    let relation = Relation::OF_ALL[digit(number, Relation::OF_ALL.len() as u64) as usize];
    (digit(number, universe.people()), relation)
}

/// How many facts [`any_fact`] knows.
fn facts(universe: &Universe) -> u64 {
    universe.people() * Relation::OF_ALL.len() as u64
}

/// The fact of a person in a form.
fn said(universe: &Universe, person: u64, relation: Relation, form: usize) -> String {
    let object = relation.object(universe, person).unwrap_or_default();
    relation.say(form, &universe.person(person), &object)
}

/// Another person than `person`.
fn other(universe: &Universe, person: u64, rng: &mut Rng) -> u64 {
    (person + 1 + rng.below(universe.people() - 1)) % universe.people()
}

/// Each pair of different people once, whichever comes first.
fn couples(universe: &Universe) -> u64 {
    universe.people() * ((universe.people() - 1) / 2)
}

fn couple(universe: &Universe, number: &mut u64) -> [u64; 2] {
    let first = digit(number, universe.people());
    let step = 1 + digit(number, (universe.people() - 1) / 2);
    [first, (first + step) % universe.people()]
}
