//! Who there is and what is true of them.

use crate::fact::{Kind, Relation};
use crate::lexicon::{TRADES, Trade};
use crate::name::name;
use ext5_core::Key;
use std::ops::Range;

/// Pupils of a teacher in the tree of who taught whom.
const PUPILS: u64 = 3;
/// The first year of the universe.
const BEGINNING: u64 = 900;

/// One part of a task's rows, and the land that they are about.
///
/// The universe is three lands that know nothing of each other: whoever lives in one was taught,
/// befriended and housed in it. A row of a split names people, places and guilds of its own land
/// alone, so nothing that validation and test ask can stand in a train row of any task. The corpus
/// tells of all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// To learn from: three fifths of the universe.
    Train,
    /// To choose by: a fifth.
    Validation,
    /// To report: a fifth.
    Test,
}

impl Split {
    /// All splits.
    pub const ALL: [Split; 3] = [Split::Train, Split::Validation, Split::Test];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Validation => "validation",
            Split::Test => "test",
        }
    }
}

/// A universe: its seed and how many people it has; all else is computed from them.
#[derive(Clone, Copy, Debug)]
pub struct Universe {
    key: Key,
    people: u64,
}

impl Universe {
    /// The fewest people with which every task has rows in every split.
    pub const FEWEST: u64 = 80;

    /// The universe of a seed with so many people, [`FEWEST`](Self::FEWEST) at least.
    pub fn new(seed: u64, people: u64) -> Self {
        Universe { key: Key::new(seed).name("world"), people: people.max(Self::FEWEST) }
    }

    /// How many people, places or guilds there are.
    pub fn count(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Person => self.people,
            Kind::Place => self.people / 4,
            Kind::Guild => self.people / 8,
        }
    }

    /// Those that live or lie in the land of a split.
    pub fn land(&self, split: Split, kind: Kind) -> Range<u64> {
        let count = self.count(kind);
        let part = |fifths| (u128::from(count) * fifths / 5) as u64;
        match split {
            Split::Train => 0..part(3),
            Split::Validation => part(3)..part(4),
            Split::Test => part(4)..count,
        }
    }

    /// The land of a person, place or guild.
    pub fn land_of(&self, kind: Kind, id: u64) -> Split {
        let inside = |split: &Split| self.land(*split, kind).contains(&id);
        Split::ALL.into_iter().find(inside).unwrap_or(Split::Test)
    }

    /// The key of all that is drawn in this universe.
    pub(crate) fn key(&self) -> Key {
        self.key
    }

    /// What a person, place or guild is called; all names of a universe differ.
    pub fn name(&self, kind: Kind, id: u64) -> String {
        let count = self.count(kind);
        match kind {
            Kind::Person => name(self.key.name("person"), id, count),
            Kind::Place => name(self.key.name("place"), id, count) + "burg",
            Kind::Guild => name(self.key.name("guild"), id, count) + "hall",
        }
    }

    /// Somebody or something of the same land.
    fn neighbour(&self, what: &str, of: (Kind, u64), kind: Kind) -> u64 {
        let land = self.land(self.land_of(of.0, of.1), kind);
        land.start + self.draw(what, of.1, land.end - land.start)
    }

    /// Where a person lives.
    pub fn home(&self, person: u64) -> u64 {
        self.neighbour("home", (Kind::Person, person), Kind::Place)
    }

    /// Where a guild has its seat.
    pub fn seat(&self, guild: u64) -> u64 {
        self.neighbour("seat", (Kind::Guild, guild), Kind::Place)
    }

    /// Who is the master of a guild.
    pub fn master(&self, guild: u64) -> u64 {
        self.neighbour("master", (Kind::Guild, guild), Kind::Person)
    }

    /// What a person does, or a place or guild is known for.
    pub fn trade(&self, kind: Kind, id: u64) -> &'static Trade {
        let what = match kind {
            Kind::Person => "trade",
            Kind::Place => "goods",
            Kind::Guild => "craft",
        };
        &TRADES[self.draw(what, id, TRADES.len() as u64) as usize]
    }

    /// Who taught a person: somebody older; nobody taught the first of a land.
    pub fn teacher(&self, person: u64) -> Option<u64> {
        let start = self.land(self.land_of(Kind::Person, person), Kind::Person).start;
        Some(start + (person - start).checked_sub(1)? / PUPILS)
    }

    /// A person's friend, whose friend is that person.
    pub fn friend(&self, person: u64) -> Option<u64> {
        let land = self.land(self.land_of(Kind::Person, person), Kind::Person);
        let friend = land.start + ((person - land.start) ^ 1);
        land.contains(&friend).then_some(friend)
    }

    /// The year in which a person was born.
    pub fn birth(&self, person: u64) -> u64 {
        let teachers = std::iter::successors(self.teacher(person), |&p| self.teacher(p)).count();
        BEGINNING + 25 * teachers as u64 + self.draw("birth", person, 20)
    }

    /// The year in which a place was founded, before anybody was born.
    pub fn founded(&self, place: u64) -> u64 {
        700 + self.draw("founded", place, 200)
    }

    /// Whether the corpus keeps back the form in which this fact is asked for.
    pub fn reserved(&self, id: u64, relation: Relation) -> bool {
        self.key.name("reserved").name(relation.name()).index(id).rng().below(10) == 0
    }

    /// One of a list that does not depend on the seed.
    pub(crate) fn of(&self, what: &str, id: u64, words: &[&'static str]) -> &'static str {
        words[self.draw(what, id, words.len() as u64) as usize]
    }

    fn draw(&self, what: &str, id: u64, bound: u64) -> u64 {
        self.key.name(what).index(id).rng().below(bound)
    }
}
