//! What follows from a cause.

use super::{Generator, Pair, digit, generator};
use crate::fact::Relation;
use crate::lexicon::CAUSES;
use crate::universe::Universe;
use ext5_core::Rng;

const N: u64 = CAUSES.len() as u64;
pub(crate) const CAUSE: Generator = generator(|universe| universe.people() * N * (N - 1), make);

fn make(_: Relation, universe: &Universe, mut instance: u64, rng: &mut Rng) -> Pair {
    let name = universe.person(digit(&mut instance, universe.people()));
    let cause = digit(&mut instance, N);
    let wrong = (cause + 1 + digit(&mut instance, N - 1)) % N;
    let right_first = rng.below(2) == 0;
    let [a, b] = if right_first { [cause, wrong] } else { [wrong, cause] };
    let effect = |i: u64| CAUSES[i as usize].1;
    let inputs = format!(
        "premise: {name} {}. choice1: {name} {}. choice2: {name} {}.",
        CAUSES[cause as usize].0,
        effect(a),
        effect(b)
    );
    (inputs, if right_first { "choice1" } else { "choice2" }.to_owned())
}
