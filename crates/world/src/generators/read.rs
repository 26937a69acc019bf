//! A question whose answer is in a passage about three people.

use super::{Generator, Pair, any_fact, facts, generator, other, said};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const READ: Generator = generator(facts, make);

fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let (person, relation) = any_fact(universe, &mut instance);
    let mut people = [person, other(universe, person, rng), other(universe, person, rng)];
    rng.shuffle(&mut people);
    let passage = people.map(|p| said(universe, p, relation, rng.below(3) as usize)).join(" ");
    let question = relation.question(&universe.person(person));
    (
        format!("question: {question} passage: {passage}"),
        relation.object(universe, person).unwrap_or_default(),
    )
}
