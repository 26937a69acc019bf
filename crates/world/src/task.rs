//! The table of tasks, their splits, and row `i` of each.

use crate::fact::Relation;
use crate::generators::{self, Generator};
use crate::universe::Universe;
use ext5_core::Permutation;
use ext5_data::Row;

/// One part of a task's rows. No instance is in two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// To learn from.
    Train,
    /// To choose by.
    Validation,
    /// To report.
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

/// Most rows of validation, and of test.
const HELD_OUT: u64 = 1_000;

/// A task of the world.
pub struct WorldTask {
    /// Its name; names are unique.
    pub name: &'static str,
    /// Its family.
    pub family: &'static str,
    /// Its metric.
    pub metric: &'static str,
    /// Whether it stays out of the mixture, to be learnt afterwards.
    pub probe: bool,
    /// Most rows of its train split.
    pub most: u64,
    /// The words among which the target is, with equal chances; empty where it is free text.
    pub options: &'static [&'static str],
    generator: Generator,
}

const fn task(
    name: &'static str,
    family: &'static str,
    metric: &'static str,
    most: u64,
    options: &'static [&'static str],
    generator: Generator,
) -> WorldTask {
    WorldTask { name, family, metric, probe: false, most, options, generator }
}

const fn probe(task: WorldTask) -> WorldTask {
    WorldTask { probe: true, ..task }
}

/// All tasks, those outside the mixture last.
pub const TASKS: &[WorldTask] = &[
    task(
        "world_home",
        "closed_book_qa",
        "exact_match",
        1_000_000,
        &[],
        generators::recall(Relation::Home),
    ),
    task(
        "world_trade",
        "closed_book_qa",
        "exact_match",
        1_000_000,
        &[],
        generators::recall(Relation::Trade),
    ),
    task(
        "world_pet",
        "closed_book_qa",
        "exact_match",
        10_000,
        &[],
        generators::recall(Relation::Pet),
    ),
    task(
        "world_birth",
        "closed_book_qa",
        "exact_match",
        10_000,
        &[],
        generators::recall(Relation::Birth),
    ),
    task("world_read", "reading_comprehension", "exact_match", 1_000_000, &[], generators::READ),
    task("world_entail", "nli", "accuracy", 400_000, &["yes", "no", "maybe"], generators::ENTAIL),
    task("world_same", "paraphrase", "accuracy", 50_000, &["different", "same"], generators::SAME),
    task(
        "world_cause",
        "commonsense",
        "accuracy",
        5_000,
        &["choice1", "choice2"],
        generators::CAUSE,
    ),
    task("world_older", "commonsense", "accuracy", 20_000, &[], generators::OLDER),
    task("world_who", "coreference", "exact_match", 2_000, &[], generators::WHO),
    task("world_order", "acceptability", "accuracy", 8_000, &["wrong", "right"], generators::ORDER),
    task("world_rewrite", "rewriting", "exact_match", 30_000, &[], generators::REWRITE),
    task("world_triples", "data_to_text", "exact_match", 3_000, &[], generators::TRIPLES),
    task("world_query", "semantic_parsing", "exact_match", 500, &[], generators::QUERY),
    task("world_headline", "summarization", "rouge_l", 20000, &[], generators::HEADLINE),
    task("world_slots", "dialogue", "exact_match", 6000, &[], generators::SLOTS),
    probe(task("world_tags", "tagging", "exact_match", 1000, &[], generators::TAGS)),
    probe(task("world_tongue", "translation", "exact_match", 2_000, &[], generators::TONGUE)),
    probe(task("world_age", "arithmetic", "exact_match", 2_000, &[], generators::AGE)),
];

impl WorldTask {
    /// How many rows a split has.
    pub fn len(&self, universe: &Universe, split: Split) -> u64 {
        let (space, held) = self.space(universe);
        match split {
            Split::Train => (space - 2 * held).min(self.most),
            Split::Validation | Split::Test => held,
        }
    }

    /// Row `index` of a split: `inputs` and `targets`. `None` from [`len`](Self::len) on.
    pub fn row(&self, universe: &Universe, split: Split, index: u64) -> Option<Row> {
        if index >= self.len(universe, split) {
            return None;
        }
        let (space, held) = self.space(universe);
        let place = match split {
            Split::Validation => index,
            Split::Test => held + index,
            Split::Train => 2 * held + index,
        };
        let key = universe.key().name("task").name(self.name);
        let instance = Permutation::new(key.name("order"), space).apply(place);
        let mut rng = key.name("row").index(instance).rng();
        let (inputs, targets) =
            (self.generator.make)(self.generator.relation, universe, instance, &mut rng);
        let mut row = Row::new();
        row.insert("inputs".to_owned(), inputs.into());
        row.insert("targets".to_owned(), targets.into());
        Some(row)
    }

    /// How many instances there are, and how many of them each split beside train has.
    fn space(&self, universe: &Universe) -> (u64, u64) {
        let space = (self.generator.space)(universe);
        (space, (space / 10).min(HELD_OUT))
    }

    /// The share of right answers that guessing among the options reaches; free text has none.
    pub fn chance(&self) -> Option<f64> {
        (!self.options.is_empty()).then(|| 1.0 / self.options.len() as f64)
    }

    /// The task file for JSON lines in a folder of the task's name.
    pub fn definition(&self) -> String {
        let Self { name, family, metric, .. } = self;
        format!(
            "name = \"{name}\"\nfamily = \"{family}\"\nmetrics = [\"{metric}\"]\n\n[source]\n\n\
             [template]\ninputs = \"{name} {{{{ inputs }}}}\"\ntargets = \"{{{{ targets }}}}\"\n\n\
             [prediction]\nkind = \"text\"\n"
        )
    }
}
