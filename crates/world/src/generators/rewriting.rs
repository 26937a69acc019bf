//! The same in another form.

use crate::ask::{Ask, Made};
use crate::lexicon::{ACTIONS, DEEDS, TRADES};

/// With the subject last.
pub(crate) fn turn(ask: &mut Ask<'_>) -> Made {
    let form = ask.digit(2) as usize;
    let fact = ask.of_person();
    Made::new(format!("turn round: {}", fact.say(form)), fact.say(2))
}

/// With the words in order.
pub(crate) fn unscramble(ask: &mut Ask<'_>) -> Made {
    let sentence = ask.of_person().say(0);
    let mut words: Vec<_> = sentence.trim_end_matches('.').split(' ').collect();
    ask.rng.shuffle(&mut words);
    Made::new(format!("put in order: {}", words.join(" ")), sentence.clone())
}

/// In the passive.
pub(crate) fn passive(ask: &mut Ask<'_>) -> Made {
    let (_, past, participle) = ask.one_of(&DEEDS);
    let [a, b] = ask.couple().map(|person| ask.name(person));
    Made::new(format!("passive: {a} {past} {b}."), format!("{b} was {participle} by {a}."))
}

/// In the past.
pub(crate) fn past(ask: &mut Ask<'_>) -> Made {
    let (person, (now, then), trade) = (ask.person(), ask.one_of(&ACTIONS), ask.one_of(&TRADES));
    let (name, product) = (ask.name(person), trade.product);
    Made::new(
        format!("yesterday: {name} {now} {product} today."),
        format!("{name} {then} {product} yesterday."),
    )
}
