//! The names of a sentence, and of what kind each is.

use super::{Generator, Pair, couple, couples, generator};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const TAGS: Generator = generator(couples, make);

fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let mut pair = couple(universe, &mut instance);
    rng.shuffle(&mut pair);
    let [a, b] = pair.map(|person| universe.person(person));
    let place = universe.place(rng.below(universe.places()));
    if rng.below(2) == 0 {
        (format!("{a} met {b} in {place}."), format!("person: {a} ; person: {b} ; place: {place}"))
    } else {
        (format!("In {place} {a} saw {b}."), format!("place: {place} ; person: {a} ; person: {b}"))
    }
}
