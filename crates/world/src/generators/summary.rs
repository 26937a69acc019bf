//! Much in few words.

use crate::ask::{Ask, Made};
use crate::fact::Relation;
use crate::lexicon::{CAUSES, CHORES, FOODS};

/// A story in a line: who, where, and how it ended.
pub(crate) fn headline(ask: &mut Ask<'_>) -> Made {
    let (person, (cause, effect)) = (ask.person(), ask.one_of(&CAUSES));
    let (name, home) = (ask.name(person), ask.fact(person, Relation::Home));
    let aside = ask.another_of(home).say(ask.form());
    let told = home.say(ask.form());
    let story =
        format!("{told} {aside} This morning {name} {cause}, and in the end {name} {effect}.");
    Made::new(story, format!("{}: {name} {effect}", home.answer()))
}

/// The one sentence of a long day that mattered.
pub(crate) fn digest(ask: &mut Ask<'_>) -> Made {
    let (person, (cause, effect), day) = (ask.person(), ask.one_of(&CAUSES), ask.digit(20));
    let (name, mut chores) = (ask.name(person), CHORES);
    ask.rng.shuffle(&mut chores);
    let mut told: Vec<_> =
        chores[..4].iter().map(|chore| format!("{name} {chore} as always.")).collect();
    let place = ask.rng.below(told.len() as u64 + 1) as usize;
    told.insert(place, format!("But {name} {cause} and {effect}!"));
    Made::new(format!("Day {day}. {}", told.join(" ")), format!("{name} {cause} and {effect}."))
}

/// Two or three sentences drawn together into one.
pub(crate) fn gather(ask: &mut Ask<'_>) -> Made {
    let couple = ask.couple();
    let [first, second] = [ask.one_of(&FOODS), ask.one_of(&FOODS)];
    let [a, b] = couple.map(|person| ask.name(person));
    let inputs = format!(
        "{a} went to the market and bought {first}. {b} went there, too, and bought {second}."
    );
    let targets = match first == second {
        true => format!("{a} and {b} bought {first}."),
        false => format!("{a} bought {first} and {b} {second}."),
    };
    Made::new(inputs, targets)
}
