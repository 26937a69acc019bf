//! Translation into a made-up language: the verb last, and every word turned round.

use super::{Generator, Pair, any_fact, digit, facts, generator, said};
use crate::fact::Relation;
use crate::universe::Universe;
use ext5_core::Rng;

pub(crate) const TONGUE: Generator = generator(|universe| 2 * facts(universe), make);

/// The words of the other language are ours read backwards, and the second word, the verb, stands
/// last; names stay as they are.
fn make(_: Relation, universe: &Universe, mut instance: u64, _: &mut Rng) -> Pair {
    let form = digit(&mut instance, 2) as usize;
    let (person, relation) = any_fact(universe, &mut instance);
    let sentence = said(universe, person, relation, form);
    let mut words: Vec<_> = sentence.trim_end_matches('.').split(' ').map(foreign).collect();
    let verb = words.remove(1);
    words.push(verb);
    (format!("translate: {sentence}"), words.join(" ") + ".")
}

fn foreign(word: &str) -> String {
    let own = word.chars().all(|c| c.is_ascii_lowercase());
    if own { word.chars().rev().collect() } else { word.to_owned() }
}
