//! Data in words.

use crate::ask::{Ask, Made};
use crate::fact::{Kind, Relation};

/// Two triples as two sentences.
pub(crate) fn triples(ask: &mut Ask<'_>) -> Made {
    let first = ask.of_person();
    let facts = [first, ask.another_of(first)];
    let triple = |fact: &crate::fact::Fact<'_>| {
        format!("{} | {} | {}", fact.name(), fact.relation.name(), fact.answer())
    };
    let inputs: Vec<_> = facts.iter().map(triple).collect();
    Made::new(inputs.join(" ; "), facts.map(|fact| fact.say(0)).join(" "))
}

/// A record as one sentence.
pub(crate) fn profile(ask: &mut Ask<'_>) -> Made {
    let (person, form) = (ask.person(), ask.digit(2));
    let value = |relation| ask.fact(person, relation).answer();
    let (home, trade, birth) =
        (value(Relation::Home), value(Relation::Trade), value(Relation::Birth));
    let name = ask.name(person);
    let mut cells =
        [format!("home = {home}"), format!("trade = {trade}"), format!("birth = {birth}")];
    ask.rng.shuffle(&mut cells);
    let inputs = format!("name = {name} ; {}", cells.join(" ; "));
    match form {
        0 => Made::new(
            format!("{inputs} ; style = plain"),
            format!("{name} was born in {birth}, lives in {home} and works as a {trade}."),
        ),
        _ => Made::new(
            format!("{inputs} ; style = proud"),
            format!("Meet {name} of {home}, a {trade} born in {birth}!"),
        ),
    }
}

/// Two rows of a table as a comparison.
pub(crate) fn contrast(ask: &mut Ask<'_>) -> Made {
    let (place, [a, b]) = (ask.place(), ask.couple());
    let [first, second] = [a, b].map(|id| (ask.name(id), ask.universe.birth(id)));
    let place = ask.universe.name(Kind::Place, place);
    let inputs =
        format!("guests of {place}: {} | {} ; {} | {}", first.0, first.1, second.0, second.1);
    let (older, younger) = if first.1 <= second.1 { (first, second) } else { (second, first) };
    let targets = match younger.1 - older.1 {
        0 => format!("In {place} {} and {} are of one age.", older.0, younger.0),
        years => format!("In {place} {} is {years} years older than {}.", older.0, younger.0),
    };
    Made::new(inputs, targets)
}
