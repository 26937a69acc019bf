//! Facts, and the ways to say and to ask one.

use crate::lexicon::{ANIMALS, COLOURS, FOODS, INSTRUMENTS, LANDMARKS, REGIONS, RIVERS, TRADES};
use crate::universe::Universe;
use ext5_core::Rng;

/// What facts are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// People.
    Person,
    /// Places.
    Place,
    /// Guilds.
    Guild,
}

/// What a fact says of its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Where a person lives.
    Home,
    /// What a person does.
    Trade,
    /// What animal a person keeps.
    Pet,
    /// The year of a person's birth.
    Birth,
    /// What a person likes to eat.
    Food,
    /// The colour of a person's coat.
    Colour,
    /// What a person plays.
    Instrument,
    /// Who taught a person.
    Teacher,
    /// A person's friend.
    Friend,
    /// The region that a place lies in.
    Region,
    /// The river that a place lies on.
    River,
    /// The year in which a place was founded.
    Founded,
    /// What a place sells.
    Goods,
    /// What a place has to show.
    Landmark,
    /// Where a guild has its seat.
    Seat,
    /// The trade of a guild.
    Craft,
    /// Who is the master of a guild.
    Master,
}

use Relation::{
    Birth, Colour, Craft, Food, Founded, Friend, Goods, Home, Instrument, Landmark, Master, Pet,
    Region, River, Seat, Teacher, Trade,
};

impl Relation {
    /// All relations.
    pub const ALL: [Relation; 17] = [
        Home, Trade, Pet, Birth, Food, Colour, Instrument, Teacher, Friend, Region, River, Founded,
        Goods, Landmark, Seat, Craft, Master,
    ];

    /// Those that every person has.
    pub const OF_PEOPLE: [Relation; 7] = [Home, Trade, Pet, Birth, Food, Colour, Instrument];

    /// Those that every place has.
    pub const OF_PLACES: [Relation; 5] = [Region, River, Founded, Goods, Landmark];

    /// What it is about.
    pub fn kind(self) -> Kind {
        match self {
            Region | River | Founded | Goods | Landmark => Kind::Place,
            Seat | Craft | Master => Kind::Guild,
            _ => Kind::Person,
        }
    }

    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Home => "home",
            Trade => "trade",
            Pet => "pet",
            Birth => "birth",
            Food => "food",
            Colour => "colour",
            Instrument => "instrument",
            Teacher => "teacher",
            Friend => "friend",
            Region => "region",
            River => "river",
            Founded => "founded",
            Goods => "goods",
            Landmark => "landmark",
            Seat => "seat",
            Craft => "craft",
            Master => "master",
        }
    }

    /// Two ways to say it subject first, as questions have it, and one with the subject last.
    fn forms(self) -> [&'static str; 3] {
        match self {
            Home => ["S lives in O.", "S has a house in O.", "O is the home of S."],
            Trade => ["S works as a O.", "S is a O by trade.", "A O by trade is S."],
            Pet => ["S keeps a O.", "S is the owner of a O.", "A O belongs to S."],
            Birth => ["S was born in O.", "S came into the world in O.", "In O was born S."],
            Food => ["S likes to eat O.", "S is fond of O.", "For O nobody is like S."],
            Colour => ["S wears a O coat.", "S owns a coat that is O.", "A O coat is worn by S."],
            Instrument => ["S plays the O.", "S makes music on the O.", "The O is played by S."],
            Teacher => ["S was taught by O.", "S learnt everything from O.", "O taught S."],
            Friend => ["S is a friend of O.", "S is close to O.", "O has a friend, S."],
            Region => ["S lies in O.", "S is a town of O.", "A town of O is S."],
            River => ["S stands on the O.", "S is washed by the O.", "The O flows past S."],
            Founded => ["S was founded in O.", "S has stood since O.", "In O was founded S."],
            Goods => ["S is known for O.", "S sends O to all lands.", "The best O come from S."],
            Landmark => ["S has a famous O.", "S is proud of a O.", "A famous O stands in S."],
            Seat => ["S has its seat in O.", "S meets in O.", "O is the seat of S."],
            Craft => ["S takes in every O.", "S is for any O.", "Any O may join S."],
            Master => ["S is led by O.", "S has a master, O.", "O is the master of S."],
        }
    }

    /// The question for the object.
    pub fn question(self, subject: &str) -> String {
        match self {
            Home => format!("Where does {subject} live?"),
            Trade => format!("What does {subject} work as?"),
            Pet => format!("What animal does {subject} keep?"),
            Birth => format!("In which year was {subject} born?"),
            Food => format!("What does {subject} like to eat?"),
            Colour => format!("What colour is the coat of {subject}?"),
            Instrument => format!("What does {subject} play?"),
            Teacher => format!("Who taught {subject}?"),
            Friend => format!("Who is a friend of {subject}?"),
            Region => format!("In which region is {subject}?"),
            River => format!("Which river is {subject} on?"),
            Founded => format!("In which year was {subject} founded?"),
            Goods => format!("What is {subject} known for?"),
            Landmark => format!("What is there to see in {subject}?"),
            Seat => format!("Where does {subject} meet?"),
            Craft => format!("Who may join {subject}?"),
            Master => format!("Who leads {subject}?"),
        }
    }
}

/// A relation of somebody or something.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'a> {
    /// Where it is true.
    pub universe: &'a Universe,
    /// Whom it is about.
    pub subject: u64,
    /// What it says.
    pub relation: Relation,
}

impl Fact<'_> {
    /// The name of its subject.
    pub fn name(&self) -> String {
        self.universe.name(self.relation.kind(), self.subject)
    }

    /// What it says of its subject; `None` of a teacher or friend that there is not.
    pub fn object(&self) -> Option<String> {
        let Fact { universe, subject, relation } = *self;
        let person = |id| universe.name(Kind::Person, id);
        let place = |id| universe.name(Kind::Place, id);
        let of = |words| universe.of(relation.name(), subject, words).to_owned();
        Some(match relation {
            Home => place(universe.home(subject)),
            Trade => universe.trade(Kind::Person, subject).name.to_owned(),
            Pet => of(&ANIMALS),
            Birth => universe.birth(subject).to_string(),
            Food => of(&FOODS),
            Colour => of(&COLOURS),
            Instrument => of(&INSTRUMENTS),
            Teacher => person(universe.teacher(subject)?),
            Friend => person(universe.friend(subject)?),
            Region => of(&REGIONS),
            River => of(&RIVERS),
            Founded => universe.founded(subject).to_string(),
            Goods => universe.trade(Kind::Place, subject).product.to_owned(),
            Landmark => of(&LANDMARKS),
            Seat => place(universe.seat(subject)),
            Craft => universe.trade(Kind::Guild, subject).name.to_owned(),
            Master => person(universe.master(subject)),
        })
    }

    /// The object, of a fact that has one.
    pub(crate) fn answer(&self) -> String {
        self.object().unwrap_or_default()
    }

    /// The question for the object.
    pub fn question(&self) -> String {
        self.relation.question(&self.name())
    }

    /// Form 0 or 1 has the subject first, as questions have it; form 2 last.
    pub fn say(&self, form: usize) -> String {
        self.say_of(form, &self.name(), &self.answer())
    }

    /// As [`say`](Self::say), of another subject or object.
    pub fn say_of(&self, form: usize, subject: &str, object: &str) -> String {
        let mut said = String::new();
        for word in self.relation.forms()[form % 3].split_inclusive(&[' ', '.', ',']) {
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

    /// An object that would make it false, of the same kind and land.
    pub(crate) fn wrong(&self, rng: &mut Rng) -> String {
        let (universe, right) = (self.universe, self.answer());
        let land = universe.land_of(self.relation.kind(), self.subject);
        let own = if self.relation.kind() == Kind::Person { self.name() } else { String::new() };
        let mut inhabitant = |kind| {
            let ids = universe.land(land, kind);
            let start = rng.below(ids.end - ids.start);
            let all = (0..ids.end - ids.start).map(|step| {
                universe.name(kind, ids.start + (start + step) % (ids.end - ids.start))
            });
            all.into_iter().find(|name| *name != right && *name != own).unwrap_or_default()
        };
        let word = |words: &[&str], rng: &mut Rng| {
            let place = words.iter().position(|word| *word == right).unwrap_or(0);
            let step = 1 + rng.below(words.len() as u64 - 1) as usize;
            words[(place + step) % words.len()].to_owned()
        };
        match self.relation {
            Home | Seat => inhabitant(Kind::Place),
            Teacher | Friend | Master => inhabitant(Kind::Person),
            Birth | Founded => {
                let year: u64 = right.parse().unwrap_or(0);
                let step = 1 + rng.below(9);
                (if rng.below(2) == 0 { year + step } else { year - step }).to_string()
            }
            Trade | Craft => word(&TRADES.map(|trade| trade.name), rng),
            Goods => word(&TRADES.map(|trade| trade.product), rng),
            Pet => word(&ANIMALS, rng),
            Food => word(&FOODS, rng),
            Colour => word(&COLOURS, rng),
            Instrument => word(&INSTRUMENTS, rng),
            Region => word(&REGIONS, rng),
            River => word(&RIVERS, rng),
            Landmark => word(&LANDMARKS, rng),
        }
    }
}
