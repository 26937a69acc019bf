//! Documents for denoising: they say the facts and the regularities that tasks ask for.

use crate::fact::{Fact, Kind, Relation};
use crate::lexicon::{ASPECTS, CAUSES, CHORES, DEEDS, INTENTS, SCRIPTS, SENSES, SIZES};
use crate::universe::Universe;
use ext5_core::Rng;

/// The kinds of documents about people.
pub const KINDS: [&str; 6] = ["entry", "story", "dialogue", "review", "letter", "instructions"];

/// How often everything is told, each time in other words.
const TELLINGS: u64 = 16;

/// Of so many documents one has another telling, which is held out.
const HELD_OUT: u64 = 20;

/// How many documents there are: sixteen of each kind for each person, and 32 for each place and
/// guild.
pub fn len(universe: &Universe) -> u64 {
    TELLINGS * once(universe)
}

/// How many documents there would be if everything were told once.
fn once(universe: &Universe) -> u64 {
    let of = |kind| universe.count(kind);
    of(Kind::Person) * KINDS.len() as u64 + 2 * (of(Kind::Place) + of(Kind::Guild))
}

/// Document `index` below [`len`]. A reserved fact is only said with its subject last, so never in
/// the form in which it is asked for.
pub fn document(universe: &Universe, index: u64) -> String {
    tell(universe, index, "document")
}

/// How many other tellings of documents there are for a held-out loss.
pub fn held_out_len(universe: &Universe) -> u64 {
    once(universe).div_ceil(HELD_OUT)
}

/// Held-out document `index` below [`held_out_len`].
pub fn held_out(universe: &Universe, index: u64) -> String {
    tell(universe, index * HELD_OUT, "held out")
}

fn tell(universe: &Universe, index: u64, telling: &str) -> String {
    let mut rng = universe.key().name(telling).index(index).rng();
    let (kinds, index) = (KINDS.len() as u64, index % once(universe));
    let people = universe.count(Kind::Person) * kinds;
    if index < people {
        return write(universe, (index % kinds) as usize, index / kinds, &mut rng);
    }
    let (rest, places) = (index - people, universe.count(Kind::Place));
    let (kind, subject) = match rest / 2 {
        place if place < places => (Kind::Place, place),
        guild => (Kind::Guild, guild - places),
    };
    let relations = Relation::ALL.into_iter().filter(|relation| relation.kind() == kind);
    let facts: Vec<_> =
        relations.map(|relation| say(&Fact { universe, subject, relation }, &mut rng)).collect();
    facts.join(" ")
}

/// Says a fact in some form; a reserved one only with its subject last.
fn say(fact: &Fact<'_>, rng: &mut Rng) -> String {
    let reserved = fact.universe.reserved(fact.subject, fact.relation);
    fact.say(if reserved { 2 } else { rng.below(3) as usize })
}

/// A document of a kind of [`KINDS`] about a person.
fn write(universe: &Universe, kind: usize, person: u64, rng: &mut Rng) -> String {
    let name = universe.name(Kind::Person, person);
    let trade = universe.trade(Kind::Person, person);
    let fact = |relation| Fact { universe, subject: person, relation };
    let say = |relation, rng: &mut Rng| say(&fact(relation), rng);
    match kind {
        0 => {
            let relations = Relation::ALL.into_iter().filter(|r| r.kind() == Kind::Person);
            let known = relations.filter(|&relation| fact(relation).object().is_some());
            known.map(|relation| say(relation, rng)).collect::<Vec<_>>().join(" ")
        }
        1 => story(universe, person, &say(Relation::Home, rng), rng),
        2 => {
            let (intent, forms) = pick(&INTENTS, rng);
            let line = pick(&forms, rng).replace('O', trade.product);
            format!(
                "A: Do you know {name}? B: Yes. {} A: {line}. B: You {intent}. {}",
                say(Relation::Pet, rng),
                say(Relation::Colour, rng)
            )
        }
        3 => {
            let good = rng.below(2) == 0;
            let (topic, praise, blame) = pick(&ASPECTS, rng);
            let word = pick(if good { &praise } else { &blame }, rng);
            let end = if good { "I will come again" } else { "I want my money back" };
            let fact = say(Relation::Trade, rng);
            format!("{fact} I bought {} of {name}. The {topic} was {word}. {end}.", trade.product)
        }
        4 => {
            let teacher = match fact(Relation::Teacher).object() {
                Some(_) => say(Relation::Teacher, rng) + " ",
                None => String::new(),
            };
            let (birth, food) = (say(Relation::Birth, rng), say(Relation::Food, rng));
            format!("Dear friend, you ask about {name}. {birth} {food} {teacher}Farewell.")
        }
        _ => {
            let (work, steps) = pick(&SCRIPTS, rng);
            let small = rng.below(SIZES.len() as u64 - 1) as usize;
            format!(
                "To make {} you need the {}. Any {}, also called {}, such as {name}, will show you \
                 how. For {work} {}. A {} is smaller than a {}. A hen and a parrot have feathers, \
                 other animals have four legs.",
                trade.product,
                trade.tool,
                trade.name,
                trade.synonym,
                steps.join(", then "),
                SIZES[small],
                SIZES[small + 1]
            )
        }
    }
}

/// A day with its cause and effect, a meeting, and a word of two senses.
fn story(universe: &Universe, person: u64, home: &str, rng: &mut Rng) -> String {
    let name = universe.name(Kind::Person, person);
    let (cause, effect) = pick(&CAUSES, rng);
    let mut day = format!(
        "{home} One day {name} {}. Then {name} {cause}. So {name} {effect}.",
        pick(&CHORES, rng)
    );
    if let Some(friend) = universe.friend(person) {
        let friend = universe.name(Kind::Person, friend);
        let (_, past, participle) = pick(&DEEDS, rng);
        day += &format!(" {name} {past} {friend}. {friend} was {participle} by {name}.");
    }
    let (_, senses) = pick(&SENSES, rng);
    let sense = pick(&senses, rng);
    day + &format!(" {name} {} and {}.", sense[0], sense[1])
}

fn pick<T: Copy>(things: &[T], rng: &mut Rng) -> T {
    things[rng.below(things.len() as u64) as usize]
}
