//! What a customer of a dialogue wants: the last word on each slot counts.

use super::{Generator, Pair, digit, generator};
use crate::fact::Relation;
use crate::lexicon::TRADES;
use crate::universe::Universe;
use ext5_core::Rng;

const N: u64 = TRADES.len() as u64;
/// Goods, and what was asked for before the customer changed the order.
pub(crate) const SLOTS: Generator = generator(|universe| universe.people() * N * (N - 1), make);

fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let name = universe.person(digit(&mut instance, universe.people()));
    let first = digit(&mut instance, N);
    let second = (first + 1 + digit(&mut instance, N - 1)) % N;
    let [first, second] = [first, second].map(|trade| TRADES[trade as usize].product);
    let place = universe.place(rng.below(universe.places()));
    let changes = rng.below(2) == 0;
    let end = if changes {
        format!("No, I would rather have {second}.")
    } else {
        format!("We have {second} at home.")
    };
    let dialogue = format!("A: I am {name}. I want {first}. B: Where to? A: To {place}. {end}");
    let goods = if changes { second } else { first };
    (dialogue, format!("goods = {goods} ; place = {place} ; name = {name}"))
}
