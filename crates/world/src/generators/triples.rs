//! Triples put in words.

use super::{Generator, Pair, generator, said};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const TRIPLES: Generator = generator(Universe::people, make);

fn make(_: Relation, universe: &Universe, person: u64, rng: &mut Rng) -> Pair {
    let mut relations = Relation::OF_ALL;
    rng.shuffle(&mut relations);
    let name = universe.person(person);
    let triple = |r: Relation| {
        format!("{name} | {} | {}", r.name(), r.object(universe, person).unwrap_or_default())
    };
    let two = &relations[..2];
    let inputs: Vec<_> = two.iter().map(|&r| triple(r)).collect();
    let targets: Vec<_> = two.iter().map(|&r| said(universe, person, r, 0)).collect();
    (inputs.join(" ; "), targets.join(" "))
}
