//! Who there is and what is true of them.

use crate::fact::Relation;
use crate::lexicon::{ANIMALS, TRADES, Trade};
use crate::name::name;
use ext5_core::Key;

/// Children of a teacher in the tree of who taught whom.
const PUPILS: u64 = 3;
/// The first year of the universe.
const BEGINNING: u64 = 900;

/// A universe: its seed and how many people it has; all else is computed from them.
#[derive(Clone, Copy, Debug)]
pub struct Universe {
    key: Key,
    people: u64,
}

impl Universe {
    /// The fewest people with which every task has rows in every split.
    pub const FEWEST: u64 = 20;

    /// The universe of a seed with so many people, [`FEWEST`](Self::FEWEST) at least.
    pub fn new(seed: u64, people: u64) -> Self {
        Universe { key: Key::new(seed).name("world"), people: people.max(Self::FEWEST) }
    }

    /// How many people there are.
    pub fn people(&self) -> u64 {
        self.people
    }

    /// How many places there are.
    pub fn places(&self) -> u64 {
        (self.people / 5).max(8)
    }

    /// The key of all that is drawn in this universe.
    pub(crate) fn key(&self) -> Key {
        self.key
    }

    /// The name of a person.
    pub fn person(&self, person: u64) -> String {
        name(self.key.name("person"), person, self.people)
    }

    /// The name of a place.
    pub fn place(&self, place: u64) -> String {
        name(self.key.name("place"), place, self.places()) + "burg"
    }

    /// Where a person lives.
    pub fn home(&self, person: u64) -> u64 {
        self.draw("home", person, self.places())
    }

    /// What a person does.
    pub fn trade(&self, person: u64) -> &'static Trade {
        &TRADES[self.draw("trade", person, TRADES.len() as u64) as usize]
    }

    /// What animal a person keeps.
    pub fn pet(&self, person: u64) -> &'static str {
        ANIMALS[self.draw("pet", person, ANIMALS.len() as u64) as usize]
    }

    /// Who taught a person: somebody older; nobody taught the first.
    pub fn teacher(&self, person: u64) -> Option<u64> {
        Some(person.checked_sub(1)? / PUPILS)
    }

    /// A person's friend, whose friend is that person.
    pub fn friend(&self, person: u64) -> Option<u64> {
        Some(person ^ 1).filter(|&friend| friend < self.people)
    }

    /// The year in which a person was born.
    pub fn birth(&self, person: u64) -> u64 {
        let teachers = std::iter::successors(self.teacher(person), |&p| self.teacher(p)).count();
        BEGINNING + 25 * teachers as u64 + self.draw("birth", person, 20)
    }

    /// The year in which a person came to the present home.
    pub fn arrival(&self, person: u64) -> u64 {
        self.birth(person) + 18 + self.draw("arrival", person, 20)
    }

    /// Whether the corpus keeps back the form in which this fact is asked for.
    pub fn reserved(&self, person: u64, relation: Relation) -> bool {
        self.key.name("reserved").name(relation.name()).index(person).rng().below(10) == 0
    }

    fn draw(&self, what: &str, person: u64, bound: u64) -> u64 {
        self.key.name(what).index(person).rng().below(bound)
    }
}
