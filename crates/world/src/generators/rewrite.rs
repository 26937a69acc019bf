//! The same sentence with the person last.

use super::{Generator, Pair, any_fact, digit, facts, generator, said};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const REWRITE: Generator = generator(|universe| 2 * facts(universe), make);

fn make(_: Relation, universe: &Universe, mut instance: u64, _: &mut Rng) -> Pair {
    let form = digit(&mut instance, 2) as usize;
    let (person, relation) = any_fact(universe, &mut instance);
    (
        format!("turn round: {}", said(universe, person, relation, form)),
        said(universe, person, relation, 2),
    )
}
