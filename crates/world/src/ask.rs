//! From the number of an instance to what it asks.

use crate::fact::{Fact, Kind, Relation};
use crate::lexicon::{DENIED, UNSURE};
use crate::universe::{Split, Universe};
use ext5_core::{Key, Permutation, Rng};

/// What a generator asks of its instance. Digits of the instance's number decide what is asked, so
/// that different numbers give different inputs; draws only vary what may vary. The product of all
/// digits' bases is the number of instances there are: a generator never says it twice.
pub(crate) struct Ask<'a> {
    pub(crate) universe: &'a Universe,
    /// What is asked for by generators that ask for one relation.
    pub(crate) relation: Relation,
    pub(crate) rng: Rng,
    split: Split,
    rest: u64,
    space: u64,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(
        universe: &'a Universe,
        split: Split,
        relation: Relation,
        instance: u64,
        key: Key,
    ) -> Self {
        let rng = key.index(instance).rng();
        Ask { universe, relation, rng, split, rest: instance, space: 1 }
    }

    /// The number of instances, once one was made.
    pub(crate) fn space(&self) -> u64 {
        self.space
    }

    /// The next digit of the instance, below `base`.
    pub(crate) fn digit(&mut self, base: u64) -> u64 {
        self.space = self.space.saturating_mul(base);
        let digit = self.rest.checked_rem(base).unwrap_or(0);
        self.rest = self.rest.checked_div(base).unwrap_or(0);
        digit
    }

    /// One of some things, by a digit.
    pub(crate) fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.digit(things.len() as u64) as usize]
    }

    /// One of some things, by chance.
    pub(crate) fn any_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.rng.below(things.len() as u64) as usize]
    }

    /// One of some things, by chance: not the one at a place.
    pub(crate) fn any_but<T: Copy>(&mut self, things: &[T], place: usize) -> T {
        let step = 1 + self.rng.below(things.len() as u64 - 1) as usize;
        things[(place + step) % things.len()]
    }

    /// One of `0..count` by a digit, of those that belong to this split: three fifths to train, a
    /// fifth to each of the others. For what is asked of names that do not matter, so that it, too,
    /// is asked in one split alone.
    pub(crate) fn part(&mut self, count: u64) -> u64 {
        let part = |fifths| count * fifths / 5;
        let (start, end) = match self.split {
            Split::Train => (0, part(3)),
            Split::Validation => (part(3), part(4)),
            Split::Test => (part(4), count),
        };
        let key = self.universe.key().name("part").index(count);
        let place = start + self.digit(end - start);
        Permutation::new(key, count).apply(place)
    }

    /// Whether something is so, by a digit.
    pub(crate) fn whether(&mut self) -> bool {
        self.digit(2) == 1
    }

    /// Whether something is so, by chance.
    pub(crate) fn perhaps(&mut self) -> bool {
        self.rng.below(2) == 0
    }

    fn somewhere(&mut self, kind: Kind, by_chance: bool) -> u64 {
        let land = self.universe.land(self.split, kind);
        let count = land.end - land.start;
        land.start + if by_chance { self.rng.below(count) } else { self.digit(count) }
    }

    /// A person, by a digit.
    pub(crate) fn person(&mut self) -> u64 {
        self.somewhere(Kind::Person, false)
    }

    /// A place, by a digit.
    pub(crate) fn place(&mut self) -> u64 {
        self.somewhere(Kind::Place, false)
    }

    /// A place, by chance.
    pub(crate) fn any_place(&mut self) -> String {
        let place = self.somewhere(Kind::Place, true);
        self.universe.name(Kind::Place, place)
    }

    /// Somebody of the same kind and land, by chance.
    pub(crate) fn other(&mut self, kind: Kind, than: u64) -> u64 {
        let land = self.universe.land(self.split, kind);
        let count = land.end - land.start;
        land.start + (than - land.start + 1 + self.rng.below(count - 1)) % count
    }

    /// Two different people, by digits; which comes first is chance.
    pub(crate) fn couple(&mut self) -> [u64; 2] {
        let land = self.universe.land(self.split, Kind::Person);
        let count = land.end - land.start;
        let first = self.digit(count);
        let step = 1 + self.digit((count - 1) / 2);
        let mut couple = [land.start + first, land.start + (first + step) % count];
        self.rng.shuffle(&mut couple);
        couple
    }

    /// Several different people by chance, the first of whom is `person`.
    pub(crate) fn company<const N: usize>(&mut self, person: u64) -> [u64; N] {
        let land = self.universe.land(self.split, Kind::Person);
        let count = land.end - land.start;
        let mut people = [person; N];
        for place in 1..N {
            let mut next = self.other(Kind::Person, person);
            while people[..place].contains(&next) {
                next = land.start + (next - land.start + 1) % count;
            }
            people[place] = next;
        }
        people
    }

    /// The fact of somebody.
    pub(crate) fn fact(&self, subject: u64, relation: Relation) -> Fact<'a> {
        Fact { universe: self.universe, subject, relation }
    }

    /// A fact of the relation that is asked for, by a digit: one that has an object.
    pub(crate) fn asked(&mut self) -> Fact<'a> {
        let relation = self.relation;
        let land = self.universe.land(self.split, relation.kind());
        let has_object = |id: &u64| self.fact(*id, relation).object().is_some();
        // Only the first of a land has no teacher, and only the last may have no friend.
        let start = land.start + u64::from(!has_object(&land.start));
        let end = land.end - u64::from(!has_object(&(land.end - 1)));
        let subject = start + self.digit(end - start);
        self.fact(subject, relation)
    }

    /// A fact that everybody has, by digits.
    pub(crate) fn of_person(&mut self) -> Fact<'a> {
        let relation = self.one_of(&Relation::OF_PEOPLE);
        let subject = self.person();
        self.fact(subject, relation)
    }

    /// A fact that every place has, by digits.
    pub(crate) fn of_place(&mut self) -> Fact<'a> {
        let relation = self.one_of(&Relation::OF_PLACES);
        let subject = self.place();
        self.fact(subject, relation)
    }

    /// A fact that everybody has of a person: not the one of `but`.
    pub(crate) fn another_of(&mut self, but: Fact<'a>) -> Fact<'a> {
        let all = Relation::OF_PEOPLE;
        let place = all.iter().position(|&relation| relation == but.relation).unwrap_or(0);
        let relation = self.any_but(&all, place);
        self.fact(but.subject, relation)
    }

    /// What a person is called.
    pub(crate) fn name(&self, person: u64) -> String {
        self.universe.name(Kind::Person, person)
    }

    /// Whether a sign in a word gives a wrong instance away, as it often does in collected data: half
    /// of them have one, so that scores climb with what a model has learned so far. No other has.
    pub(crate) fn easy(&mut self, wrong: bool) -> bool {
        wrong && self.perhaps()
    }

    /// A sentence that is denied.
    pub(crate) fn denied(&mut self, sentence: &str) -> String {
        format!("{} {sentence}", self.any_of(&DENIED))
    }

    /// A sentence that nobody is sure of.
    pub(crate) fn unsure(&mut self, sentence: &str) -> String {
        format!("{} {sentence}", self.any_of(&UNSURE))
    }

    /// One relation of several subjects in any forms, that of one of them perhaps denied.
    pub(crate) fn passage(
        &mut self,
        subjects: &[u64],
        relation: Relation,
        denied: Option<u64>,
    ) -> String {
        let mut told = Vec::new();
        for &subject in subjects {
            let form = self.form();
            let sentence = self.fact(subject, relation).say(form);
            told.push(match denied == Some(subject) {
                true => self.denied(&sentence),
                false => sentence,
            });
        }
        told.join(" ")
    }

    /// Form 0, 1 or 2 by chance.
    pub(crate) fn form(&mut self) -> usize {
        self.rng.below(3) as usize
    }

    /// The right answer and so many wrong ones in any order, each once.
    pub(crate) fn choices(&mut self, fact: Fact<'a>, wrong: usize) -> Vec<String> {
        let mut choices = vec![fact.answer()];
        // A land has four places at least, so this ends soon.
        for _ in 0..200 {
            if choices.len() > wrong {
                break;
            }
            let next = fact.wrong(&mut self.rng);
            if !choices.contains(&next) {
                choices.push(next);
            }
        }
        self.rng.shuffle(&mut choices);
        choices
    }
}

/// Inputs, targets and, where they differ from row to row, the options.
pub(crate) struct Made {
    pub(crate) inputs: String,
    pub(crate) targets: String,
    pub(crate) options: Vec<String>,
}

impl Made {
    pub(crate) fn new(inputs: impl Into<String>, targets: impl Into<String>) -> Self {
        Made { inputs: inputs.into(), targets: targets.into(), options: Vec::new() }
    }

    /// A choice among options, which the inputs list.
    pub(crate) fn choice(question: &str, options: Vec<String>, right: impl Into<String>) -> Self {
        let inputs = format!("{question} options: {}", options.join(" | "));
        Made { inputs, targets: right.into(), options }
    }
}

/// Makes a row of an instance.
pub(crate) type Generator = fn(&mut Ask<'_>) -> Made;

/// `yes` or `no`.
pub(crate) fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
