//! From words to queries and commands.

use crate::ask::{Ask, Made};
use crate::fact::{Kind, Relation};
use crate::lexicon::{ANIMALS, TRADES};

/// A question as a query.
pub(crate) fn query(ask: &mut Ask<'_>) -> Made {
    let fact = ask.of_person();
    Made::new(fact.question(), format!("{} ( {} )", fact.relation.name(), fact.name()))
}

/// A question about somebody of somebody.
pub(crate) fn nested(ask: &mut Ask<'_>) -> Made {
    let outer = ask.one_of(&Relation::OF_PEOPLE);
    let inner = ask.one_of(&[Relation::Teacher, Relation::Friend]);
    let (twice, person) = (ask.whether(), ask.person());
    let (inner, name) = (inner.name(), ask.name(person));
    let (words, query) = match twice {
        true => (
            format!("the {inner} of the {inner} of {name}"),
            format!("{inner} ( {inner} ( {name} ) )"),
        ),
        false => (format!("the {inner} of {name}"), format!("{inner} ( {name} )")),
    };
    Made::new(outer.question(&words), format!("{} ( {query} )", outer.name()))
}

/// A command as the steps that it takes.
pub(crate) fn command(ask: &mut Ask<'_>) -> Made {
    const VERBS: [&str; 4] = ["walk", "turn", "jump", "look"];
    const TIMES: [&str; 3] = ["", " twice", " three times"];
    let (name, after) = (ask.person(), ask.whether());
    let mut part = || {
        let (verb, times) = (ask.one_of(&VERBS), ask.digit(3) as usize);
        let steps = vec![verb.to_uppercase(); times + 1].join(" ");
        (format!("{verb}{}", TIMES[times]), steps)
    };
    let (first, second) = (part(), part());
    let name = ask.name(name);
    match after {
        false => Made::new(
            format!("{name}, {} and {}", first.0, second.0),
            format!("{} {}", first.1, second.1),
        ),
        true => Made::new(
            format!("{name}, {} after you {}", first.0, second.0),
            format!("{} {}", second.1, first.1),
        ),
    }
}

/// A question with two conditions.
pub(crate) fn conjunction(ask: &mut Ask<'_>) -> Made {
    let (place, animal, trade) = (ask.place(), ask.one_of(&ANIMALS), ask.one_of(&TRADES));
    let (form, place) = (ask.digit(3), ask.universe.name(Kind::Place, place));
    let trade = trade.name;
    match form {
        0 => Made::new(
            format!("Who lives in {place} and keeps a {animal} but is no {trade}?"),
            format!("and ( home = {place} , pet = {animal} , not ( trade = {trade} ) )"),
        ),
        1 => Made::new(
            format!("Which {trade} of {place} has a {animal}?"),
            format!("and ( home = {place} , pet = {animal} , trade = {trade} )"),
        ),
        _ => Made::new(
            format!("Who in {place} is a {trade} or keeps a {animal}?"),
            format!("and ( home = {place} , or ( trade = {trade} , pet = {animal} ) )"),
        ),
    }
}

/// A question for a number, or for the first or last.
pub(crate) fn aggregate(ask: &mut Ask<'_>) -> Made {
    let (place, trade, form) = (ask.place(), ask.one_of(&TRADES).name, ask.digit(4));
    let place = ask.universe.name(Kind::Place, place);
    let set = format!("and ( home = {place} , trade = {trade} )");
    match form {
        0 => Made::new(format!("How many are a {trade} in {place}?"), format!("count ( {set} )")),
        1 => Made::new(
            format!("Who is the oldest {trade} in {place}?"),
            format!("min ( birth , {set} )"),
        ),
        2 => Made::new(
            format!("Who is the youngest {trade} in {place}?"),
            format!("max ( birth , {set} )"),
        ),
        _ => Made::new(
            format!("Is there a {trade} in {place}?"),
            format!("more ( count ( {set} ) , 0 )"),
        ),
    }
}
