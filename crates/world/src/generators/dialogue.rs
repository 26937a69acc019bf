//! What is said and meant in turns.

use crate::ask::{Ask, Made};
use crate::lexicon::{FOODS, TRADES};

/// What a customer wants: the last word on each slot counts.
pub(crate) fn slots(ask: &mut Ask<'_>) -> Made {
    let number = TRADES.len() as u64;
    let person = ask.person();
    let first = ask.digit(number);
    let second = (first + 1 + ask.digit(number - 1)) % number;
    let [first, second] = [first, second].map(|trade| TRADES[trade as usize].product);
    let (name, place) = (ask.name(person), ask.any_place());
    let changes = ask.perhaps();
    let end = if changes {
        format!("No, I would rather have {second}.")
    } else {
        format!("We have {second} at home.")
    };
    let dialogue = format!("A: I am {name}. I want {first}. B: Where to? A: To {place}. {end}");
    let goods = if changes { second } else { first };
    Made::new(dialogue, format!("goods = {goods} ; place = {place} ; name = {name}"))
}

/// The answer to the last question, as a sentence, from what was said before.
pub(crate) fn reply(ask: &mut Ask<'_>) -> Made {
    let fact = ask.of_person();
    let other = ask.another_of(fact);
    let (told, aside) = (fact.say(ask.form()), other.say(ask.form()));
    let mut turns = [told, aside];
    ask.rng.shuffle(&mut turns);
    let [a, b] = turns;
    let inputs = format!(
        "A: {a} B: More of {}! A: {b} B: Now, of {}: {} A:",
        fact.name(),
        fact.name(),
        fact.question()
    );
    Made::new(inputs, fact.say(0))
}

/// Who of two speakers takes a thing. Half of the time only one thing is spoken of.
pub(crate) fn speaker(ask: &mut Ask<'_>) -> Made {
    let (couple, place) = (ask.couple(), ask.digit(FOODS.len() as u64) as usize);
    let first = FOODS[place];
    let second = ask.any_but(&FOODS, place);
    let [a, b] = couple.map(|person| ask.name(person));
    let (both, keeps) = (ask.perhaps(), ask.perhaps());
    let of_first = !both || ask.perhaps();
    // The first speaker keeps the first thing, or leaves it to the other.
    let [takes, answer] =
        if keeps { ["I take", "Then I take"] } else { ["You take", "Then you take"] };
    let answer = match both {
        true => format!("{answer} the {second}."),
        false => "As you like.".to_owned(),
    };
    let wanted = if of_first { first } else { second };
    let right = if of_first == keeps { a.clone() } else { b.clone() };
    let line = format!("{a}: {takes} the {first}. {b}: {answer} Who takes the {wanted}?");
    Made::choice(&line, vec![a, b], right)
}
