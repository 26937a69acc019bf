//! Which of two people was born first, from memory.

use super::{Generator, Pair, couple, couples, generator};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const OLDER: Generator = generator(couples, make);

fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let mut pair = couple(universe, &mut instance);
    rng.shuffle(&mut pair);
    let [a, b] = pair.map(|person| universe.birth(person));
    let target = match a.cmp(&b) {
        std::cmp::Ordering::Less => "choice1",
        std::cmp::Ordering::Greater => "choice2",
        std::cmp::Ordering::Equal => "same year",
    };
    let [first, second] = pair.map(|person| universe.person(person));
    (format!("Who was born first? choice1: {first} choice2: {second}"), target.to_owned())
}
