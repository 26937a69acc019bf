//! What the parts of a sentence are.

use crate::ask::{Ask, Made};
use crate::fact::Relation;
use crate::lexicon::{ACTIONS, ANIMALS, COLOURS, FOODS, INSTRUMENTS, TRADES};

/// The class of every word.
pub(crate) fn classes(ask: &mut Ask<'_>) -> Made {
    let (person, action, colour) = (ask.person(), ask.one_of(&ACTIONS).1, ask.one_of(&COLOURS));
    let (product, form) = (ask.one_of(&TRADES).product, ask.digit(3));
    let (name, place) = (ask.name(person), ask.any_place());
    let (words, tags) = match form {
        0 => (
            format!("{name} {action} {colour} {product} in {place} ."),
            "name verb adjective noun preposition name mark",
        ),
        1 => (
            format!("In {place} {name} never {action} the {product} , {colour} ones ."),
            "preposition name name adverb verb article noun mark adjective pronoun mark",
        ),
        _ => (
            format!("Near {place} the {product} that {name} {action} were {colour} ."),
            "preposition name article noun pronoun name verb verb adjective mark",
        ),
    };
    Made::new(words, tags)
}

/// The word that does not belong into the sentence: one of those that never do, or one that others have.
pub(crate) fn intruder(ask: &mut Ask<'_>) -> Made {
    const STRANGERS: [&str; 4] = ["under", "quickly", "seven", "whose"];
    const KNOWN: [(Relation, &[&str]); 5] = [
        (Relation::Pet, &ANIMALS),
        (Relation::Food, &FOODS),
        (Relation::Colour, &COLOURS),
        (Relation::Instrument, &INSTRUMENTS),
        (Relation::Trade, &["baker", "smith", "tailor", "potter"]),
    ];
    let (known, stranger, form) = (ask.whether(), ask.digit(4) as usize, ask.digit(2) as usize);
    let fact = ask.of_person();
    let others: Vec<_> = KNOWN.iter().filter(|(relation, _)| *relation != fact.relation).collect();
    let stranger = if known { ask.any_of(others[stranger].1) } else { STRANGERS[stranger] };
    let sentence = fact.say(form);
    let mut words: Vec<_> = sentence.trim_end_matches('.').split(' ').collect();
    words.insert(1 + ask.rng.below(words.len() as u64 - 1) as usize, stranger);
    Made::new(format!("{}.", words.join(" ")), stranger)
}

/// Who did what to whom, and where.
pub(crate) fn roles(ask: &mut Ask<'_>) -> Made {
    let (couple, product) = (ask.couple(), ask.one_of(&TRADES).product);
    let (passive, place) = (ask.whether(), ask.any_place());
    let [a, b] = couple.map(|person| ask.name(person));
    let text = match passive {
        true => format!("In {place} {product} were given to {b} by {a}."),
        false => format!("{a} gave {b} {product} in {place}."),
    };
    Made::new(text, format!("giver: {a} ; given: {product} ; taker: {b} ; where: {place}"))
}
