//! A question as a query.

use super::{Generator, Pair, any_fact, facts, generator};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const QUERY: Generator = generator(facts, make);

fn make(_: Relation, universe: &Universe, mut instance: u64, _: &mut Rng) -> Pair {
    let (person, relation) = any_fact(universe, &mut instance);
    let name = universe.person(person);
    (relation.question(&name), format!("{}({name})", relation.name()))
}
