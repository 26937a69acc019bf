//! How old somebody was on coming to the present home.

use super::{Generator, Pair, generator};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const AGE: Generator = generator(Universe::people, make);

fn make(_: Relation, universe: &Universe, person: u64, _: &mut Rng) -> Pair {
    let (name, birth, arrival) =
        (universe.person(person), universe.birth(person), universe.arrival(person));
    let inputs = format!(
        "{name} was born in {birth} and came to {} in {arrival}. How old was {name} then?",
        universe.place(universe.home(person))
    );
    (inputs, (arrival - birth).to_string())
}
