//! A task: its splits, row `i` of each, and its task file.

use crate::ask::{Ask, Generator, Made};
use crate::fact::Relation;
use crate::universe::{Split, Universe};
use ext5_core::{Key, Permutation};
use ext5_data::Row;
use ext5_data::generated::Table;

/// Most rows of validation, and of test.
const HELD_OUT: u64 = 1_000;

/// What targets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Free text.
    Text,
    /// Typed texts with this mark between type and text.
    Spans(&'static str),
    /// One of some words, all equally often.
    Label(&'static [&'static str]),
    /// One of the options that a row lists.
    Choice,
}

/// A task of the world.
pub struct WorldTask {
    /// Its name; names are unique.
    pub name: &'static str,
    /// What it asks, in a sentence.
    pub description: &'static str,
    /// Its family.
    pub family: &'static str,
    /// Its metrics, the main one first.
    pub metrics: &'static [&'static str],
    /// Whether it stays out of the mixture, to be learnt afterwards.
    pub probe: bool,
    /// Most rows of its train split.
    pub most: u64,
    /// What its targets are.
    pub answer: Answer,
    pub(crate) relation: Relation,
    pub(crate) generator: Generator,
}

impl WorldTask {
    /// The rows of a split.
    pub fn rows(&'static self, universe: &Universe, split: Split) -> Rows {
        let key = universe.key().name("task").name(self.name).name(split.name());
        let (_, space) = self.make(universe, split, 0, key);
        let most = if split == Split::Train { self.most } else { HELD_OUT };
        let order = Permutation::new(key.name("order"), space);
        Rows {
            task: self,
            universe: *universe,
            split,
            key: key.name("row"),
            order,
            len: space.min(most),
        }
    }

    /// What an instance asks, and how many instances there are.
    fn make(&self, universe: &Universe, split: Split, instance: u64, key: Key) -> (Made, u64) {
        let mut ask = Ask::new(universe, split, self.relation, instance, key);
        let made = (self.generator)(&mut ask);
        (made, ask.space())
    }

    /// What tells generators apart: tasks that differ in the relation alone share theirs.
    pub fn generator(&self) -> usize {
        self.generator as usize
    }

    /// The share of right answers that guessing reaches where rows have options; free text has none.
    pub fn chance(&self, row: &Row) -> Option<f64> {
        let options = match self.answer {
            Answer::Label(words) => words.len(),
            Answer::Choice => row.get("options")?.as_array()?.len(),
            Answer::Text | Answer::Spans(_) => return None,
        };
        Some(1.0 / options as f64)
    }

    /// The task file.
    pub fn definition(&self) -> String {
        let Self { name, description, family, .. } = self;
        let suite = if self.probe { "world_probes" } else { "world" };
        let metrics: Vec<_> = self.metrics.iter().map(|metric| format!("\"{metric}\"")).collect();
        let targets = match self.answer {
            Answer::Text | Answer::Spans(_) => "targets = \"{{ targets }}\"\n",
            Answer::Label(_) | Answer::Choice => "",
        };
        let answers = match self.answer {
            Answer::Text => String::new(),
            Answer::Spans(marker) => {
                format!(
                    "\n[prediction]\nkind = \"spans\"\nseparator = \";\"\nmarker = \"{marker}\"\n"
                )
            }
            Answer::Label(words) => {
                let words: Vec<_> =
                    words.iter().map(|word| format!("\"{word}\" = \"{word}\"")).collect();
                format!("\n[labels]\ncolumn = \"targets\"\nwords = {{ {} }}\n", words.join(", "))
            }
            Answer::Choice => "\n[choice]\noptions = \"options\"\nanswer = \"targets\"\n\
                               answer_is = \"text\"\n"
                .to_owned(),
        };
        format!(
            "name = \"{name}\"\nfamily = \"{family}\"\nsuites = [\"{suite}\"]\n\
             description = \"{description}\"\nmetrics = [{}]\n\n\
             [source]\ngenerator = \"world\"\n\n\
             [template]\ninputs = \"{name} {{{{ inputs }}}}\"\n{targets}{answers}",
            metrics.join(", ")
        )
    }
}

/// The rows of a split of a task. They are in the order of a keyed permutation of the instances.
pub struct Rows {
    task: &'static WorldTask,
    universe: Universe,
    split: Split,
    key: Key,
    order: Permutation,
    len: u64,
}

impl Rows {
    /// The first of them alone.
    #[must_use]
    pub fn at_most(mut self, rows: u64) -> Self {
        self.len = self.len.min(rows);
        self
    }
}

impl Table for Rows {
    fn rows(&self) -> u64 {
        self.len
    }

    /// `inputs`, `targets` and, of a choice, `options`.
    fn row(&self, index: u64) -> Row {
        let instance = self.order.apply(index);
        let (made, _) = self.task.make(&self.universe, self.split, instance, self.key);
        let mut row = Row::new();
        row.insert("inputs".to_owned(), made.inputs.into());
        row.insert("targets".to_owned(), made.targets.into());
        if self.task.answer == Answer::Choice {
            row.insert("options".to_owned(), made.options.into());
        }
        row
    }
}
