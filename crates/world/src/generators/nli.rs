//! Whether a hypothesis follows from a premise.

use crate::ask::{Ask, Made, yes_no};
use crate::fact::{Fact, Relation};
use crate::lexicon::{ANIMALS, TRADES};

fn made(premise: &str, hypothesis: &str, target: &str) -> Made {
    Made::new(format!("premise: {premise} hypothesis: {hypothesis}"), target)
}

/// One fact: said in another way; made false or denied; of another relation or told unsurely.
pub(crate) fn fact(ask: &mut Ask<'_>) -> Made {
    let label = ask.digit(3);
    let fact = ask.of_person();
    let form = ask.rng.below(2) as usize;
    // In another form than the hypothesis: equal texts would give the answer away.
    let (premise, hypothesis) =
        (fact.say((form + 1 + ask.rng.below(2) as usize) % 3), fact.say(form));
    match (label, ask.easy(label != 0)) {
        (0, _) => made(&premise, &hypothesis, "yes"),
        (1, true) => made(&ask.denied(&premise), &hypothesis, "no"),
        (1, false) => {
            let wrong = fact.say_of(form, &fact.name(), &fact.wrong(&mut ask.rng));
            made(&premise, &wrong, "no")
        }
        (_, true) => made(&ask.unsure(&premise), &hypothesis, "maybe"),
        (_, false) => made(&premise, &ask.another_of(fact).say(form), "maybe"),
    }
}

/// One of three sentences of the premise; or its subject and object from two of them, or denied.
pub(crate) fn many(ask: &mut Ask<'_>) -> Made {
    let yes = ask.whether();
    let fact = ask.of_person();
    let [a, b, c] = ask.company(fact.subject);
    let mut people = [a, b, c];
    ask.rng.shuffle(&mut people);
    let denied = ask.easy(!yes);
    let premise = ask.passage(&people, fact.relation, denied.then_some(fact.subject));
    let other = ask.fact(b, fact.relation).answer();
    let object = match (yes || denied, other == fact.answer()) {
        (true, _) => fact.answer(),
        (false, false) => other,
        (false, true) => fact.wrong(&mut ask.rng),
    };
    made(&premise, &fact.say_of(0, &fact.name(), &object), yes_no(yes))
}

/// Who is older, from the years of birth, if these are sure.
pub(crate) fn older(ask: &mut Ask<'_>) -> Made {
    let yes = ask.whether();
    let [mut a, mut b] = ask.couple();
    let unsure = ask.easy(!yes);
    let told = [a, b].map(|id| ask.fact(id, Relation::Birth).say(ask.form()));
    let premise = told.map(|said| if unsure { ask.unsure(&said) } else { said }).join(" ");
    let [first, second] = [a, b].map(|id| ask.universe.birth(id));
    if (first < second) != (yes || unsure) {
        (a, b) = (b, a);
    }
    let follows = !unsure && ask.universe.birth(a) < ask.universe.birth(b);
    made(&premise, &format!("{} is older than {}.", ask.name(a), ask.name(b)), yes_no(follows))
}

/// Words that mean the same, and kinds of animals; what is denied does not let them follow.
pub(crate) fn words(ask: &mut Ask<'_>) -> Made {
    let (yes, of_trade, form) = (ask.whether(), ask.whether(), ask.digit(3) as usize);
    let person = ask.person();
    let (name, denied) = (ask.name(person), ask.easy(!yes));
    let premise = |ask: &mut Ask<'_>, fact: Fact<'_>| match denied {
        true => ask.denied(&fact.say(form)),
        false => fact.say(form),
    };
    if of_trade {
        let fact = ask.fact(person, Relation::Trade);
        let word = if yes || denied { fact.answer() } else { fact.wrong(&mut ask.rng) };
        let synonym = TRADES.iter().find(|trade| trade.name == word).map_or("", |t| t.synonym);
        let premise = premise(ask, fact);
        return made(&premise, &format!("{name} is a {synonym}."), yes_no(yes));
    }
    let fact = ask.fact(person, Relation::Pet);
    let is_bird = |animal: &str| matches!(animal, "hen" | "parrot");
    let bird = is_bird(&fact.answer());
    debug_assert!(ANIMALS.iter().any(|animal| is_bird(animal)));
    let claim = if bird == (yes || denied) { "has feathers" } else { "has four legs" };
    let premise = premise(ask, fact);
    made(&premise, &format!("The animal of {name} {claim}."), yes_no(yes))
}

/// More of one thing than of another, from numbers, if these are sure.
pub(crate) fn more(ask: &mut Ask<'_>) -> Made {
    let (yes, person, plural) = (ask.whether(), ask.person(), ["hens", "goats"]);
    let (few, step) = (1 + ask.digit(9), 1 + ask.digit(5));
    let mut numbers = [few, few + step];
    ask.rng.shuffle(&mut numbers);
    let [a, b] = numbers;
    let unsure = ask.easy(!yes);
    let (more, less) = if (a > b) == (yes || unsure) { (0, 1) } else { (1, 0) };
    let name = ask.name(person);
    let premise = format!("{name} has {a} {} and {b} {}.", plural[0], plural[1]);
    let premise = if unsure { ask.unsure(&premise) } else { premise };
    made(&premise, &format!("{name} has more {} than {}.", plural[more], plural[less]), yes_no(yes))
}
