//! A story in a line: who, where, and how it ended.

use super::{Generator, Pair, digit, generator, said};
use crate::fact::Relation;
use crate::lexicon::CAUSES;
use crate::universe::Universe;
use ext5_core::Rng;

const N: u64 = CAUSES.len() as u64;
pub(crate) const HEADLINE: Generator = generator(|universe| universe.people() * N, make);

fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let person = digit(&mut instance, universe.people());
    let (cause, effect) = CAUSES[digit(&mut instance, N) as usize];
    let name = universe.person(person);
    let mut asides = [Relation::Trade, Relation::Pet, Relation::Birth];
    rng.shuffle(&mut asides);
    let home = said(universe, person, Relation::Home, rng.below(3) as usize);
    let aside = said(universe, person, asides[0], rng.below(3) as usize);
    let story = format!("{home} {aside} One day {name} {cause}. So {name} {effect}.");
    (story, format!("{}: {name} {effect}", universe.place(universe.home(person))))
}
