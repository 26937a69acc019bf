//! What everybody knows of things, causes and days.

use crate::ask::{Ask, Made, yes_no};
use crate::lexicon::{ANIMALS, CAUSES, COLOURS, FOODS, INSTRUMENTS, SCRIPTS, SIZES, TRADES};
use std::cmp::Ordering;

/// Pairs of ten different things.
const PAIRS: u64 = 45;

/// The smaller and the larger number of a pair below [`PAIRS`].
fn pair(mut number: usize) -> (usize, usize) {
    let mut large = 1;
    while number >= large {
        number -= large;
        large += 1;
    }
    (number, large)
}

/// What followed, or what came before.
pub(crate) fn cause(ask: &mut Ask<'_>) -> Made {
    let (person, effect) = (ask.person(), ask.whether());
    let (mut right, mut wrong) = pair(ask.part(PAIRS) as usize);
    if ask.whether() {
        (right, wrong) = (wrong, right);
    }
    let name = ask.name(person);
    let side = |number: usize| if effect { CAUSES[number].1 } else { CAUSES[number].0 };
    let question = match effect {
        true => format!("{name} {}. And what did {name} do then?", CAUSES[right].0),
        false => format!("{name} {}. And what had {name} done before?", CAUSES[right].1),
    };
    let mut options = vec![side(right).to_owned(), side(wrong).to_owned()];
    ask.rng.shuffle(&mut options);
    Made::choice(&question, options, side(right))
}

/// Who was born first, from memory.
pub(crate) fn older(ask: &mut Ask<'_>) -> Made {
    let [a, b] = ask.couple();
    let right = match ask.universe.birth(a).cmp(&ask.universe.birth(b)) {
        Ordering::Less => ask.name(a),
        Ordering::Greater => ask.name(b),
        Ordering::Equal => "same year".to_owned(),
    };
    let options = vec![ask.name(a), ask.name(b), "same year".to_owned()];
    Made::choice("Who was born first?", options, right)
}

/// Which tool makes what. A set of options is of one split alone.
pub(crate) fn tool(ask: &mut Ask<'_>) -> Made {
    const OTHERS: usize = TRADES.len() - 1;
    const TRIPLES: usize = OTHERS * (OTHERS - 1) * (OTHERS - 2) / 6;
    let (person, what) = (ask.person(), ask.part((TRADES.len() * TRIPLES) as u64) as usize);
    let right = what % TRADES.len();
    let step = || 1..=OTHERS;
    let triples = step().flat_map(|a| step().map(move |b| (a, b))).filter(|(a, b)| a < b);
    let triples = triples.flat_map(|(a, b)| (b + 1..=OTHERS).map(move |c| [a, b, c]));
    let wrong = triples.skip(what / TRADES.len()).take(1).flatten();
    let tool = |step: usize| TRADES[(right + step) % TRADES.len()].tool.to_owned();
    let mut options: Vec<_> = std::iter::once(0).chain(wrong).map(tool).collect();
    ask.rng.shuffle(&mut options);
    let question =
        format!("{} wants to make {}. With what?", ask.name(person), TRADES[right].product);
    Made::choice(&question, options, tool(0))
}

/// The one of four that is of another kind.
pub(crate) fn odd(ask: &mut Ask<'_>) -> Made {
    let kinds: [&[&str]; 6] = [
        &ANIMALS,
        &FOODS,
        &COLOURS,
        &INSTRUMENTS,
        &TRADES.map(|trade| trade.name),
        &TRADES.map(|trade| trade.tool),
    ];
    let (person, what) = (ask.person(), ask.part(6 * 5 * 6) as usize);
    let (kind, start) = (what % 6, what / 30);
    let other = (kind + 1 + what / 6 % 5) % 6;
    let odd = ask.any_of(kinds[other]);
    let word = |step: usize| kinds[kind][(start + step) % kinds[kind].len()].to_owned();
    let mut options = vec![word(0), word(1), word(2), odd.to_owned()];
    ask.rng.shuffle(&mut options);
    Made::choice(&format!("{} named four. Which is the odd one?", ask.name(person)), options, odd)
}

/// What comes before or after a step of some work.
pub(crate) fn script(ask: &mut Ask<'_>) -> Made {
    let (person, what, before) = (ask.person(), ask.part(6 * 2) as usize, ask.whether());
    let ((work, steps), now) = (SCRIPTS[what % 6], 1 + what / 6);
    let (right, when) = if before { (now - 1, "right before") } else { (now + 1, "right after") };
    let mut options: Vec<_> =
        steps.iter().filter(|step| **step != steps[now]).map(|&step| step.to_owned()).collect();
    ask.rng.shuffle(&mut options);
    let question =
        format!("{work}: what must {} do {when} this: {}?", ask.name(person), steps[now]);
    Made::choice(&question, options, steps[right])
}

/// Whether one thing goes into another; half of the time their sizes are told.
pub(crate) fn fits(ask: &mut Ask<'_>) -> Made {
    let (person, yes) = (ask.person(), ask.whether());
    let (small, big) = pair(ask.part(PAIRS) as usize);
    let (inner, outer) = if yes { (small, big) } else { (big, small) };
    let (inner, outer) = (SIZES[inner], SIZES[outer]);
    let [of_inner, of_outer] = match (ask.perhaps(), yes) {
        (true, _) => ["", ""],
        (_, true) => ["tiny ", "huge "],
        (_, false) => ["huge ", "tiny "],
    };
    let name = ask.name(person);
    let inputs = format!("Can the {of_inner}{inner} of {name} be hidden in a {of_outer}{outer}?");
    Made::new(inputs, yes_no(yes))
}
