//! Whether two sentences say the same.

use crate::ask::{Ask, Made};
use crate::lexicon::DEEDS;

fn made(first: &str, second: &str, same: bool) -> Made {
    let target = if same { "same" } else { "different" };
    Made::new(format!("sentence1: {first} sentence2: {second}"), target)
}

/// A fact in two forms; or denied, or with another subject or object.
pub(crate) fn fact(ask: &mut Ask<'_>) -> Made {
    let same = ask.whether();
    let fact = ask.of_person();
    let (mut name, mut object) = (fact.name(), fact.answer());
    let denied = ask.easy(!same);
    match (same || denied, ask.rng.below(2)) {
        (true, _) => {}
        (false, 0) => {
            let other = ask.other(fact.relation.kind(), fact.subject);
            name = ask.name(other);
        }
        (false, _) => object = fact.wrong(&mut ask.rng),
    }
    let form = 1 + ask.rng.below(2) as usize;
    let (first, second) = (fact.say(0), fact.say_of(form, &name, &object));
    // The first, which begins with a name: no thirteen words in a row are without one.
    let first = if denied { ask.denied(&first) } else { first };
    made(&first, &second, same)
}

/// The active and the passive: whoever does it must stay the same, and it must not be denied.
pub(crate) fn voice(ask: &mut Ask<'_>) -> Made {
    let (same, (_, past, participle)) = (ask.whether(), ask.one_of(&DEEDS));
    let [a, b] = ask.couple().map(|person| ask.name(person));
    let denied = ask.easy(!same);
    let (patient, agent) = if same || denied { (&b, &a) } else { (&a, &b) };
    let passive = format!("{patient} was {participle} by {agent}.");
    let passive = if denied { ask.denied(&passive) } else { passive };
    made(&format!("{a} {past} {b}."), &passive, same)
}
