//! Whether two sentences say the same.

use super::{Generator, Pair, any_fact, digit, facts, generator, other, said};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const SAME: Generator = generator(|universe| 2 * facts(universe), make);

/// Both kinds of pairs share the object; in a different one somebody else has it.
fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let same = digit(&mut instance, 2) == 1;
    let (person, relation) = any_fact(universe, &mut instance);
    let first = said(universe, person, relation, 0);
    let form = 1 + rng.below(2) as usize;
    let somebody = if same { person } else { other(universe, person, rng) };
    let object = relation.object(universe, person).unwrap_or_default();
    let second = relation.say(form, &universe.person(somebody), &object);
    (
        format!("sentence1: {first} sentence2: {second}"),
        if same { "same" } else { "different" }.to_owned(),
    )
}
