//! Kinds of tasks that have no like in the mixture.

use crate::ask::{Ask, Made};
use crate::fact::Relation;

/// Into a made-up language: the words read backwards, and the second, the verb, stands last; names
/// stay as they are.
fn foreign(sentence: &str) -> String {
    let word = |word: &str| -> String {
        let own = word.chars().all(|c| c.is_ascii_lowercase());
        if own { word.chars().rev().collect() } else { word.to_owned() }
    };
    let mut words: Vec<_> = sentence.trim_end_matches('.').split(' ').map(word).collect();
    let verb = words.remove(1);
    words.push(verb);
    words.join(" ") + "."
}

/// Into the other language.
pub(crate) fn to_tongue(ask: &mut Ask<'_>) -> Made {
    let form = ask.digit(2) as usize;
    let sentence = ask.of_person().say(form);
    Made::new(format!("translate: {sentence}"), foreign(&sentence))
}

/// Out of the other language.
pub(crate) fn from_tongue(ask: &mut Ask<'_>) -> Made {
    let form = ask.digit(2) as usize;
    let sentence = ask.of_person().say(form);
    Made::new(format!("translate: {}", foreign(&sentence)), sentence)
}

/// The names of a sentence, and of what kind each is.
pub(crate) fn entities(ask: &mut Ask<'_>) -> Made {
    let (couple, form) = (ask.couple(), ask.digit(2));
    let [a, b] = couple.map(|person| ask.name(person));
    let place = ask.any_place();
    match form {
        0 => Made::new(
            format!("{a} met {b} in {place}."),
            format!("person: {a} ; person: {b} ; place: {place}"),
        ),
        _ => Made::new(
            format!("In {place} {a} saw {b}."),
            format!("place: {place} ; person: {a} ; person: {b}"),
        ),
    }
}

/// How old somebody was when coming to a place.
pub(crate) fn age(ask: &mut Ask<'_>) -> Made {
    let (person, years) = (ask.person(), 10 + ask.digit(30));
    let birth = ask.fact(person, Relation::Birth);
    let (name, came) = (birth.name(), ask.universe.birth(person) + years);
    let inputs = format!("{} {name} came to town in {came}. How old was {name}?", birth.say(0));
    Made::new(inputs, years.to_string())
}

/// The years between two births, told in a passage.
pub(crate) fn gap(ask: &mut Ask<'_>) -> Made {
    let [a, b] = ask.couple();
    let told = ask.passage(&[a, b], Relation::Birth, None);
    let years = ask.universe.birth(a).abs_diff(ask.universe.birth(b));
    Made::new(format!("{told} How many years lie between them?"), years.to_string())
}

/// Three people in the order of their pages in a book.
pub(crate) fn sort(ask: &mut Ask<'_>) -> Made {
    let (person, page) = (ask.person(), ask.digit(30));
    let mut people: [u64; 3] = ask.company(person);
    ask.rng.shuffle(&mut people);
    let mut guests = Vec::new();
    for (place, person) in people.into_iter().enumerate() {
        // No two have the same.
        guests.push(((page + ask.rng.below(30)) * 3 + place as u64 + 1, ask.name(person)));
    }
    let told: Vec<_> = guests.iter().map(|(page, name)| format!("{name} {page}")).collect();
    guests.sort();
    let names: Vec<_> = guests.into_iter().map(|(_, name)| name).collect();
    Made::new(format!("sort by page: {}", told.join(" , ")), names.join(" "))
}

/// The first letters of names and of their places.
pub(crate) fn initials(ask: &mut Ask<'_>) -> Made {
    let (couple, place) = (ask.couple(), ask.any_place());
    let [a, b] = couple.map(|person| ask.name(person));
    let letters: Vec<_> = [&a, &b, &place].iter().filter_map(|name| name.chars().next()).collect();
    let letters: Vec<_> = letters.into_iter().map(String::from).collect();
    Made::new(
        format!("initials: {a} of {place} and {b}"),
        format!("{} {} {}", letters[0], letters[2], letters[1]),
    )
}
