//! Whether one sentence follows from another.

use super::{Generator, Pair, any_fact, digit, facts, generator, said};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const ENTAIL: Generator = generator(|universe| 3 * facts(universe), make);

fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let label = digit(&mut instance, 3);
    let (person, relation) = any_fact(universe, &mut instance);
    let form = rng.below(2) as usize;
    // In another form than the hypothesis: equal texts would give the answer away.
    let premise = said(universe, person, relation, (form + 1 + rng.below(2) as usize) % 3);
    // The rest of the relations, in a circle.
    let place = Relation::OF_ALL.iter().position(|&r| r == relation).unwrap_or(0);
    let next = Relation::OF_ALL[(place + 1 + rng.below(3) as usize) % 4];
    let name = universe.person(person);
    let (hypothesis, target) = match label {
        0 => (said(universe, person, relation, form), "yes"),
        1 => {
            let truth = relation.object(universe, person);
            let mut wrong = || relation.object(universe, rng.below(universe.people()));
            let object = (0..1000).map(|_| wrong()).find(|object| *object != truth).flatten();
            (relation.say(form, &name, &object.unwrap_or_else(|| "nothing".to_owned())), "no")
        }
        _ => (said(universe, person, next, form), "maybe"),
    };
    (format!("premise: {premise} hypothesis: {hypothesis}"), target.to_owned())
}
