//! Whether a sentence is well made.

use crate::ask::{Ask, Made};
use crate::lexicon::ANIMALS;

fn made(sentence: &str, right: bool) -> Made {
    Made::new(format!("sentence: {sentence}"), if right { "right" } else { "wrong" })
}

/// The order of words: in wrong ones two neighbours are swapped, or all stand backwards.
pub(crate) fn order(ask: &mut Ask<'_>) -> Made {
    let (right, form) = (ask.whether(), ask.digit(2) as usize);
    let sentence = ask.of_person().say(form);
    let mut words: Vec<_> = sentence.trim_end_matches('.').split(' ').collect();
    if ask.easy(!right) {
        words.reverse();
    } else if !right {
        let place = ask.rng.below(words.len() as u64 - 1) as usize;
        words.swap(place, place + 1);
    }
    made(&format!("{}.", words.join(" ")), right)
}

/// Numbers and verbs that agree with their nouns.
pub(crate) fn agreement(ask: &mut Ask<'_>) -> Made {
    let (right, person, animal) = (ask.whether(), ask.person(), ask.one_of(&ANIMALS));
    let (number, of_verb) = (1 + ask.digit(9), ask.perhaps());
    let animals = match animal {
        "pony" => "ponies".to_owned(),
        animal => format!("{animal}s"),
    };
    let (one, many) = (animal.to_owned(), animals);
    let noun = if (number == 1) == (right || of_verb) { one } else { many };
    let verb = if (number == 1) == (right || !of_verb) { "sleeps" } else { "sleep" };
    made(&format!("{number} {noun} of {} {verb}.", ask.name(person)), right)
}
