//! Documents for denoising: they say the facts and the regularities that tasks ask for.

use crate::fact::Relation;
use crate::lexicon::CAUSES;
use crate::universe::Universe;
use ext5_core::Rng;

/// The kinds of documents.
pub const KINDS: [&str; 6] = ["entry", "story", "dialogue", "review", "letter", "instructions"];

/// How many documents there are: one of each kind for each person.
pub fn len(universe: &Universe) -> u64 {
    universe.people() * KINDS.len() as u64
}

/// Document `index` below [`len`]; its kind is the rest by the number of [`KINDS`].
pub fn document(universe: &Universe, index: u64) -> String {
    let kinds = KINDS.len() as u64;
    let person = index / kinds % universe.people();
    let mut rng = universe.key().name("document").index(index).rng();
    let name = universe.person(person);
    let trade = universe.trade(person);
    let mut say = |relation| fact(universe, &mut rng, person, relation);
    match index % kinds {
        0 => Relation::ALL.into_iter().filter_map(say).collect::<Vec<_>>().join(" "),
        1 => {
            let home = say(Relation::Home).unwrap_or_default();
            let (cause, effect) = CAUSES[rng.below(CAUSES.len() as u64) as usize];
            format!("{home} One day {name} {cause}. So {name} {effect}.")
        }
        2 => {
            let pet = say(Relation::Pet).unwrap_or_default();
            let friend = say(Relation::Friend).unwrap_or_default();
            format!(
                "A: Do you know {name}? B: Yes. {pet} A: And whom does {name} know? B: {friend}"
            )
        }
        3 => {
            let fact = say(Relation::Trade).unwrap_or_default();
            let good = rng.below(2) == 0;
            let word = if good { "splendid" } else { "shoddy" };
            let end = if good { "I will come again" } else { "I want my money back" };
            format!("{fact} I found the {} {word}. {end}.", trade.product)
        }
        4 => {
            let teacher =
                say(Relation::Teacher).map_or_else(String::new, |fact| format!(" {fact}"));
            let birth = say(Relation::Birth).unwrap_or_default();
            format!("Dear friend, you ask about {name}. {birth}{teacher} Farewell.")
        }
        _ => format!(
            "To make {} you need the {}. Any {}, also called {}, will show you how.",
            trade.product, trade.tool, trade.name, trade.synonym
        ),
    }
}

/// A fact in some form; a reserved one never in a form that has the person first.
fn fact(universe: &Universe, rng: &mut Rng, person: u64, relation: Relation) -> Option<String> {
    let object = relation.object(universe, person)?;
    let form = if universe.reserved(person, relation) { 2 } else { rng.below(3) as usize };
    Some(relation.say(form, &universe.person(person), &object))
}
