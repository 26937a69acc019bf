//! Facts about people, and the ways to say one.

use crate::universe::Universe;

/// What a fact says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Where the person lives.
    Home,
    /// What the person does.
    Trade,
    /// What animal the person keeps.
    Pet,
    /// The year of birth.
    Birth,
    /// Who taught the person.
    Teacher,
    /// The person's friend.
    Friend,
}

impl Relation {
    /// All relations.
    pub const ALL: [Relation; 6] =
        [Self::Home, Self::Trade, Self::Pet, Self::Birth, Self::Teacher, Self::Friend];

    /// Those that every person has.
    pub const OF_ALL: [Relation; 4] = [Self::Home, Self::Trade, Self::Pet, Self::Birth];

    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Trade => "trade",
            Self::Pet => "pet",
            Self::Birth => "birth",
            Self::Teacher => "teacher",
            Self::Friend => "friend",
        }
    }

    /// Two ways to say it person first, as questions have it, and one with the person last.
    fn forms(self) -> [&'static str; 3] {
        match self {
            Self::Home => ["S lives in O.", "S has a house in O.", "O is the home of S."],
            Self::Trade => {
                ["S works as a O.", "S is a O by trade.", "The work of a O is done by S."]
            }
            Self::Pet => ["S keeps a O.", "S is the owner of a O.", "A O belongs to S."],
            Self::Birth => ["S was born in O.", "S came into the world in O.", "In O was born S."],
            Self::Teacher => ["S was taught by O.", "S learnt everything from O.", "O taught S."],
            Self::Friend => ["S is a friend of O.", "S is close to O.", "O has a friend, S."],
        }
    }

    /// The question for the object.
    pub fn question(self, subject: &str) -> String {
        match self {
            Self::Home => format!("Where does {subject} live?"),
            Self::Trade => format!("What does {subject} work as?"),
            Self::Pet => format!("What animal does {subject} keep?"),
            Self::Birth => format!("In which year was {subject} born?"),
            Self::Teacher => format!("Who taught {subject}?"),
            Self::Friend => format!("Who is a friend of {subject}?"),
        }
    }

    /// What the fact says of the person, if it has this fact.
    pub fn object(self, universe: &Universe, person: u64) -> Option<String> {
        Some(match self {
            Self::Home => universe.place(universe.home(person)),
            Self::Trade => universe.trade(person).name.to_owned(),
            Self::Pet => universe.pet(person).to_owned(),
            Self::Birth => universe.birth(person).to_string(),
            Self::Teacher => universe.person(universe.teacher(person)?),
            Self::Friend => universe.person(universe.friend(person)?),
        })
    }

    /// Form 0 or 1 has the person first, as questions have it; form 2 last.
    pub fn say(self, form: usize, subject: &str, object: &str) -> String {
        let mut said = String::new();
        for word in self.forms()[form % 3].split_inclusive(&[' ', '.', ',']) {
            let (stem, end) =
                word.split_at(word.len() - usize::from(!word.ends_with(char::is_alphabetic)));
            said.push_str(match stem {
                "S" => subject,
                "O" => object,
                stem => stem,
            });
            said.push_str(end);
        }
        said
    }
}
