//! Questions that a passage answers.

use crate::ask::{Ask, Made, yes_no};
use crate::fact::{Fact, Kind, Relation};
use crate::lexicon::{CHORES, COLOURS};

/// What a fact says of its subject, or denies, and of two others, in any order.
fn among_others(ask: &mut Ask<'_>, fact: Fact<'_>, denied: bool) -> String {
    let kind = fact.relation.kind();
    let mut subjects = [fact.subject, ask.other(kind, fact.subject), ask.other(kind, fact.subject)];
    ask.rng.shuffle(&mut subjects);
    ask.passage(&subjects, fact.relation, denied.then_some(fact.subject))
}

/// Who has what.
pub(crate) fn people(ask: &mut Ask<'_>) -> Made {
    let fact = ask.of_person();
    let passage = among_others(ask, fact, false);
    Made::new(format!("question: {} passage: {passage}", fact.question()), fact.answer())
}

/// Which place has what, in a longer passage of several relations.
pub(crate) fn places(ask: &mut Ask<'_>) -> Made {
    let fact = ask.of_place();
    let other = ask.other(Kind::Place, fact.subject);
    let mut relations = Relation::OF_PLACES;
    ask.rng.shuffle(&mut relations);
    let mut told = Vec::new();
    for relation in relations {
        for place in [fact.subject, other] {
            told.push(ask.fact(place, relation).say(ask.form()));
        }
    }
    let inputs = format!("question: {} passage: {}", fact.question(), told.join(" "));
    Made::new(inputs, fact.answer())
}

/// Whether the passage says a claim, or something else, or denies it.
pub(crate) fn says(ask: &mut Ask<'_>) -> Made {
    let yes = ask.whether();
    let fact = ask.of_person();
    let denied = ask.easy(!yes);
    let object = if yes || denied { fact.answer() } else { fact.wrong(&mut ask.rng) };
    let claim = fact.say_of(0, &fact.name(), &object);
    let passage = among_others(ask, fact, denied);
    Made::new(format!("claim: {claim} passage: {passage}"), yes_no(yes))
}

/// A question that the passage answers or does not: it speaks of others, perhaps of something else.
pub(crate) fn unanswerable(ask: &mut Ask<'_>) -> Made {
    let answered = ask.whether();
    let fact = ask.of_person();
    let [_, a, b, c] = ask.company(fact.subject);
    let mut people = if answered { [fact.subject, a, b] } else { [c, a, b] };
    ask.rng.shuffle(&mut people);
    let told = if ask.easy(!answered) { ask.another_of(fact) } else { fact };
    let passage = ask.passage(&people, told.relation, None);
    let answer = if answered { fact.answer() } else { "unknown".to_owned() };
    Made::new(format!("question: {} passage: {passage}", fact.question()), answer)
}

/// How many things of a colour there are: counted, or to be counted.
pub(crate) fn count(ask: &mut Ask<'_>) -> Made {
    let mut things = ["bowl", "coat", "chair", "book", "candle", "boot", "cup", "box"];
    ask.rng.shuffle(&mut things);
    let (person, place) = (ask.person(), ask.digit(COLOURS.len() as u64) as usize);
    let (colour, wanted, shelf) = (COLOURS[place], ask.digit(5), 1 + ask.digit(20));
    let question = format!("question: How many things are {colour}? passage: On shelf {shelf} of");
    let name = ask.name(person);
    if ask.perhaps() {
        let other = ask.any_but(&COLOURS, place);
        let mut told = [format!("{wanted} {colour}"), format!("{} {other}", 4 - wanted)];
        ask.rng.shuffle(&mut told);
        let inputs = format!("{question} {name} are {} things.", told.join(" and "));
        return Made::new(inputs, wanted.to_string());
    }
    let mut has = [0, 1, 2, 3].map(|place| place < wanted);
    ask.rng.shuffle(&mut has);
    let mut told = Vec::new();
    for (thing, has) in things.into_iter().zip(has) {
        let colour = if has { colour } else { ask.any_but(&COLOURS, place) };
        told.push(format!("a {colour} {thing}"));
    }
    let (above, below) = told.split_at(2);
    let inputs = format!(
        "{question} {name} are {}. Under it {name} keeps {}.",
        above.join(" and "),
        below.join(" and ")
    );
    Made::new(inputs, wanted.to_string())
}

/// What came after what in a day of four chores, or of two.
pub(crate) fn next(ask: &mut Ask<'_>) -> Made {
    let (person, day, place, before) = (ask.person(), ask.digit(30), ask.digit(3), ask.whether());
    let mut chores = CHORES;
    ask.rng.shuffle(&mut chores);
    let name = ask.name(person);
    let [a, b, c, d, ..] = chores;
    let (now, answer, when) = match before {
        true => (place + 1, place, "before"),
        false => (place, place + 1, "after"),
    };
    let mut told = format!("On day {day} {name} {a}. Then {name} {b}.");
    if place > 0 {
        told += &format!(" After that {name} {c}. At last {name} {d}.");
    }
    let now = chores[now as usize];
    let question = format!("question: What did {name} do {when} that: {now}?");
    Made::new(format!("{question} passage: {told}"), chores[answer as usize])
}

/// Who belongs into the gap: one of the names of the passage, or the only one.
pub(crate) fn gap(ask: &mut Ask<'_>) -> Made {
    let fact = ask.of_person();
    let others: [u64; 8] = ask.company(fact.subject);
    let differs = |id: &u64| ask.fact(*id, fact.relation).answer() != fact.answer();
    let mut people = vec![fact.subject];
    people.extend(others.into_iter().filter(differs).take(2));
    ask.rng.shuffle(&mut people);
    let alone = ask.perhaps();
    let told: Vec<_> = people
        .iter()
        .filter(|&&id| id == fact.subject || !alone)
        .map(|&id| {
            let form = ask.rng.below(2) as usize;
            ask.fact(id, fact.relation).say(form)
        })
        .collect();
    let gap = fact.say_of(2, "_", &fact.answer());
    let options = people.into_iter().map(|id| ask.name(id)).collect();
    Made::choice(&format!("gap: {gap} passage: {}", told.join(" ")), options, fact.name())
}

/// All of whom something is said, in the passage's order, of four people or of two.
pub(crate) fn list(ask: &mut Ask<'_>) -> Made {
    let relation = ask.one_of(&[Relation::Pet, Relation::Food, Relation::Instrument]);
    let person = ask.person();
    let fact = ask.fact(person, relation);
    let land = ask.universe.land(ask.universe.land_of(Kind::Person, person), Kind::Person);
    let wanted = fact.answer();
    let [_, mut b, c, mut d] = ask.company(person);
    // Now and then a second one of whom it is true.
    if ask.perhaps() {
        let same = |id: &u64| {
            ![person, b, c, d].contains(id) && ask.fact(*id, relation).answer() == wanted
        };
        let second = (b..land.end).chain(land.start..b).find(same);
        if ask.perhaps() {
            b = second.unwrap_or(b);
        } else {
            d = second.unwrap_or(d);
        }
    }
    let (mut people, told) = ([person, b, c, d], if ask.perhaps() { 2 } else { 4 });
    let people = &mut people[..told];
    ask.rng.shuffle(people);
    let passage = ask.passage(people, relation, None);
    let fits = |id: &&u64| ask.fact(**id, relation).answer() == wanted;
    let names: Vec<_> = people.iter().filter(fits).map(|&id| ask.name(id)).collect();
    let question = match relation {
        Relation::Pet => format!("Who keeps a {wanted}?"),
        Relation::Food => format!("Who likes to eat {wanted}?"),
        _ => format!("Who plays the {wanted}?"),
    };
    let inputs = format!("question: {question} passage: {passage}");
    Made::new(inputs, names.join(", "))
}
