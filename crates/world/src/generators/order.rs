//! Whether the words of a sentence stand in order.

use super::{Generator, Pair, any_fact, digit, facts, generator, said};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const ORDER: Generator = generator(|universe| 4 * facts(universe), make);

/// Two neighbours inside the sentence are swapped in the wrong ones.
fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let right = digit(&mut instance, 2) == 1;
    let form = digit(&mut instance, 2) as usize;
    let (person, relation) = any_fact(universe, &mut instance);
    let sentence = said(universe, person, relation, form);
    let mut words: Vec<_> = sentence.trim_end_matches('.').split(' ').collect();
    if !right {
        let place = rng.below(words.len() as u64 - 1) as usize;
        words.swap(place, place + 1);
    }
    (format!("sentence: {}.", words.join(" ")), if right { "right" } else { "wrong" }.to_owned())
}
