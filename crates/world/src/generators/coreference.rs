//! Whom or what a pronoun means.

use crate::ask::{Ask, Made};
use crate::lexicon::{HINDRANCES, REASONS, SIZES};

/// A person: the verb decides.
pub(crate) fn who(ask: &mut Ask<'_>) -> Made {
    let (verb, reason, of_first) = ask.one_of(&REASONS);
    let [a, b] = ask.couple().map(|person| ask.name(person));
    let text = format!("{a} {verb} {b} because *they* {reason}.");
    let right = if of_first { a.clone() } else { b.clone() };
    Made::choice(&text, vec![a, b], right)
}

/// A thing: sizes decide, or what was the matter with it.
pub(crate) fn thing(ask: &mut Ask<'_>) -> Made {
    let (person, of_outer, number) = (ask.person(), ask.digit(2) as usize, SIZES.len() as u64);
    let pair = ask.part(number * (number - 1));
    let first = pair % number;
    let second = (first + 1 + pair / number) % number;
    let [inner, outer] = [first, second].map(|thing| SIZES[thing as usize]);
    let why = match ask.perhaps() {
        true => ["was too big", "was too small"][of_outer],
        false => ask.any_of(&HINDRANCES[of_outer]),
    };
    let text = format!(
        "{} could not put the {inner} into the {outer} because *it* {why}.",
        ask.name(person)
    );
    let right = [inner, outer][of_outer];
    Made::choice(&text, vec![inner.to_owned(), outer.to_owned()], right)
}
