//! Words of the universe that do not depend on its seed.

/// What somebody does for a living.
#[derive(Clone, Copy, Debug)]
pub struct Trade {
    /// The usual word.
    pub name: &'static str,
    /// Another word for the same.
    pub synonym: &'static str,
    /// What the trade works with.
    pub tool: &'static str,
    /// What it makes.
    pub product: &'static str,
}

const fn trade(
    name: &'static str,
    synonym: &'static str,
    tool: &'static str,
    product: &'static str,
) -> Trade {
    Trade { name, synonym, tool, product }
}

/// All trades.
pub const TRADES: [Trade; 12] = [
    trade("baker", "breadmaker", "oven", "bread"),
    trade("smith", "metalworker", "hammer", "nails"),
    trade("tailor", "clothier", "needle", "coats"),
    trade("potter", "claymaker", "wheel", "bowls"),
    trade("weaver", "clothmaker", "loom", "blankets"),
    trade("cobbler", "shoemaker", "awl", "boots"),
    trade("joiner", "woodworker", "saw", "chairs"),
    trade("brewer", "beermaker", "kettle", "beer"),
    trade("mason", "stoneworker", "chisel", "walls"),
    trade("printer", "bookmaker", "press", "books"),
    trade("chandler", "candlemaker", "mould", "candles"),
    trade("glazier", "glassworker", "furnace", "windows"),
];

/// Animals that people keep.
pub const ANIMALS: [&str; 8] =
    ["cat", "dog", "goat", "hen", "parrot", "pony", "rabbit", "tortoise"];

/// What people like to eat.
pub const FOODS: [&str; 8] =
    ["beans", "cheese", "fish", "mushrooms", "pancakes", "plums", "soup", "turnips"];

/// Colours.
pub const COLOURS: [&str; 8] =
    ["black", "blue", "brown", "green", "grey", "red", "white", "yellow"];

/// What people play.
pub const INSTRUMENTS: [&str; 6] = ["drum", "fiddle", "flute", "harp", "horn", "lute"];

/// Regions.
pub const REGIONS: [&str; 5] = ["Eastmark", "Midmark", "Northmark", "Southmark", "Westmark"];

/// Rivers.
pub const RIVERS: [&str; 6] = ["Brenn", "Dorve", "Kelm", "Lisk", "Tarn", "Wye"];

/// What places have to show.
pub const LANDMARKS: [&str; 6] = ["bridge", "castle", "gate", "mill", "tower", "well"];

/// Things from the smallest to the largest.
pub const SIZES: [&str; 10] =
    ["pin", "coin", "cup", "boot", "lamb", "chair", "pony", "cart", "house", "tower"];

/// What people do to each other: now, in the past, and as it is suffered.
pub const DEEDS: [(&str, &str, &str); 8] = [
    ("thanks", "thanked", "thanked"),
    ("praises", "praised", "praised"),
    ("greets", "greeted", "greeted"),
    ("helps", "helped", "helped"),
    ("follows", "followed", "followed"),
    ("sees", "saw", "seen"),
    ("finds", "found", "found"),
    ("leaves", "left", "left"),
];

/// What people do with goods: now and in the past.
pub const ACTIONS: [(&str, &str); 8] = [
    ("buys", "bought"),
    ("sells", "sold"),
    ("makes", "made"),
    ("wants", "wanted"),
    ("brings", "brought"),
    ("takes", "took"),
    ("shows", "showed"),
    ("counts", "counted"),
];

/// What somebody does on an ordinary day.
pub const CHORES: [&str; 10] = [
    "swept the floor",
    "fed the hens",
    "lit the fire",
    "wrote a letter",
    "mended the roof",
    "picked some plums",
    "went to the market",
    "washed the dishes",
    "read a book",
    "watered the garden",
];

/// How work is done, step by step.
pub const SCRIPTS: [(&str, [&str; 4]); 6] = [
    ("baking", ["mix the dough", "knead the dough", "light the oven", "put the bread in"]),
    ("sowing", ["plough the field", "sow the seed", "wait for the sun", "bring in the corn"]),
    ("building", ["dig a hole", "lay the stones", "raise the walls", "cover the roof"]),
    ("sewing", ["take the measure", "cut the cloth", "sew the seams", "sew on the buttons"]),
    ("travelling", ["pack the bags", "saddle the pony", "ride all day", "look for an inn"]),
    ("cooking", ["peel the turnips", "boil the water", "stir the soup", "lay the table"]),
];

/// Words of two senses, with two contexts for each sense.
pub const SENSES: [(&str, [[&str; 2]; 2]); 6] = [
    (
        "saw",
        [
            ["cut the plank with a saw", "lent a saw to the joiner"],
            ["saw the tower", "saw a cat at night"],
        ],
    ),
    (
        "horn",
        [
            ["blew the horn", "learnt to play the horn"],
            ["held the goat by a horn", "found the horn of a cow"],
        ],
    ),
    ("well", [["fell into the well", "drew water from the well"], ["slept well", "sings well"]]),
    (
        "fair",
        [
            ["bought a hat at the fair", "rode to the fair"],
            ["paid a fair price", "was a fair judge"],
        ],
    ),
    (
        "light",
        [
            ["put out the light", "read by the light of a candle"],
            ["carried a light bag", "wore a light coat"],
        ],
    ),
    (
        "bank",
        [
            ["sat on the bank of the river", "tied the boat to the bank"],
            ["took gold to the bank", "owed money to the bank"],
        ],
    ),
];

/// What reviews praise or blame, and two words for good and two for bad.
pub const ASPECTS: [(&str, [&str; 2], [&str; 2]); 4] = [
    ("goods", ["fine", "splendid"], ["poor", "shoddy"]),
    ("price", ["fair", "low"], ["high", "shameless"]),
    ("service", ["quick", "friendly"], ["slow", "rude"]),
    ("shop", ["clean", "bright"], ["dirty", "dark"]),
];

/// What customers say, by what they want.
pub const INTENTS: [(&str, [&str; 3]); 5] = [
    ("order", ["I would like some O", "Please make O for me", "Could I have O by tomorrow"]),
    ("complain", ["The O fell to pieces", "These are not the O I wanted", "Your O are a disgrace"]),
    ("thank", ["Bless you for the O", "My family loves the O", "I am glad of the O"]),
    ("ask", ["How much are the O", "Where do you keep the O", "When will there be O again"]),
    ("cancel", ["I no longer need the O", "Forget about the O", "Do not send the O after all"]),
];

/// In front of a sentence of which nobody is sure.
pub const UNSURE: [&str; 3] = ["Perhaps", "Some say that", "I should not wonder if"];

/// In front of a sentence that is denied.
pub const DENIED: [&str; 3] = ["It is a lie that", "Nobody can say that", "It is not so that"];

/// How sure somebody is, in front of a sentence.
pub const CERTAINTY: [(&str, [&str; 3]); 3] = [
    ("sure", ["No doubt", "Everybody knows that", "I saw myself that"]),
    ("unsure", UNSURE),
    ("denied", DENIED),
];

/// What happens to somebody, and what follows from it.
pub const CAUSES: [(&str, &str); 10] = [
    ("forgot to eat", "grew hungry"),
    ("worked all night", "fell asleep at noon"),
    ("walked in the rain", "got wet"),
    ("broke a tool", "bought a new one"),
    ("won a prize", "held a feast"),
    ("lost the key", "climbed through the window"),
    ("ran to the market", "was out of breath"),
    ("heard a joke", "laughed aloud"),
    ("told a lie", "said sorry"),
    ("left the gate open", "had to look for the animal"),
];

/// Verbs between two people, and why; true where the first of the two is the reason.
pub const REASONS: [(&str, &str, bool); 8] = [
    ("thanked", "had been of help", false),
    ("praised", "had done good work", false),
    ("scolded", "had come too late", false),
    ("envied", "had won a prize", false),
    ("called", "wanted advice", true),
    ("visited", "wanted company", true),
    ("paid", "owed money", true),
    ("disappointed", "had broken a promise", true),
];

/// What is the matter with a thing that does not go into another, and with that other.
pub const HINDRANCES: [[&str; 3]; 2] = [
    ["was stuck to the floor", "could not be lifted", "would not bend"],
    ["was full", "was locked", "had no opening"],
];
