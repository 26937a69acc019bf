//! Whom a pronoun means, which the verb decides.

use super::{Generator, Pair, couple, couples, digit, generator};
use crate::fact::Relation;
use crate::lexicon::REASONS;
use crate::universe::Universe;
use ext5_core::Rng;

const N: u64 = REASONS.len() as u64;
pub(crate) const WHO: Generator = generator(|universe| N * couples(universe), make);

fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let (verb, reason, of_first) = REASONS[digit(&mut instance, N) as usize];
    let mut pair = couple(universe, &mut instance);
    rng.shuffle(&mut pair);
    let [a, b] = pair.map(|person| universe.person(person));
    (
        format!("{a} {verb} {b}, who is meant by *they*: because *they* {reason}."),
        if of_first { a } else { b },
    )
}
