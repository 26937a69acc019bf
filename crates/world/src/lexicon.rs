//! Words of the universe that do not depend on its seed.

/// What somebody does for a living.
#[derive(Debug)]
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
    trade("smith", "ironworker", "hammer", "nails"),
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
