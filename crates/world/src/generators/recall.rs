//! A question about a person, to be answered from memory.

use super::{Generator, Pair};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const fn recall(relation: Relation) -> Generator {
    Generator { relation, space: Universe::people, make }
}

fn make(relation: Relation, universe: &Universe, person: u64, _: &mut Rng) -> Pair {
    let object = relation.object(universe, person).unwrap_or_default();
    (relation.question(&universe.person(person)), object)
}
