//! Tasks: how rows become examples and how predictions are scored.
//!
//! A task is one TOML file: data, never code. [`Registry`] reads folders of them and selects by
//! name, pattern, family or suite; [`Task::examples`] turns the rows of a split into
//! [`Example`]s; [`Task::check`] tries a task on all its data; [`Metric`] names how predictions
//! are scored (the arithmetic is in the `ext5-eval` crate).
//!
//! ```toml
//! name = "rte"                      # letters, digits, `_`, `-`, `.`
//! family = "nli"                    # one of FAMILIES, or a name of your own
//! suites = ["exmix", "superglue"]   # optional: tasks reported together
//! description = "Does the premise entail the hypothesis?"   # optional
//! licence = "research use"          # optional, as are url and citation
//! url = "https://super.gluebenchmark.com"
//! citation = "Wang et al. 2019, SuperGLUE"
//! provenance = "recalled"           # paper, recalled or chosen: why it is one of the paper's 107
//! reason = "…"                      # required where it was chosen
//! sources = ["https://…"]           # where columns and labels were read
//! unverified = "the label order"    # what was found in no source
//! metrics = ["accuracy"]            # see Metric
//! evaluation_only = false           # true: no train split, and a mixture refuses the task
//!
//! [source]                          # optional, as is every key in it
//! format = "jsonl"                  # default: what the files' names say
//! folder = "rte"                    # default: the task's name
//! splits.validation = "dev"         # what a split is called on disk, where that differs
//! files.train = "rte/train-*.jsonl" # default: FOLDER/SPLIT.*, else FOLDER/SPLIT-*.*
//! files.validation = "rte/dev.jsonl" # one path or pattern, or a list, below the data root
//! hub = { id = "super_glue", config = "rte", revision = "main" } # where the publisher has it
//! examples = { train = 2490, validation = 277 } # published numbers of rows: a check compares
//! each = [{ name = "answer", list = "answers" }] # one example for each item of a list
//! filter = "premise | length < 5000" # an expression: only rows for which it is true
//! max_examples = 10_000             # a fixed random sample of each split
//! max_malformed = 0.001             # tolerated share of malformed rows
//! unlabelled = ["test"]             # splits whose rows have no targets
//!
//! [template]                        # Jinja over the row's columns
//! inputs = "rte hypothesis: {{ hypothesis }} premise: {{ premise }}"
//! targets = "{{ label }}"           # default: the label's word, or the right option
//! references = "answers.text"       # optional expression: all right targets
//! group = "question_id"             # optional expression: examples that are scored together
//! source = "sentence"               # optional expression: the text that is rewritten
//!
//! [[prompts]]                       # more ways to put the same example, any number of them
//! name = "does it follow"           # optional
//! inputs = "{{ premise }} Does it follow that {{ hypothesis }}?"
//! words = ["yes", "no"]             # in place of the labels' words, in their order
//!
//! [labels]                          # a column whose values stand for words
//! column = "label"
//! words = { 0 = "entailment", 1 = "not_entailment" }
//!
//! [choice]                          # or: options that differ from row to row
//! options = "[sol1, sol2]"          # an expression, or a list of fixed strings
//! answer = "label"                  # an expression
//! answer_is = "index"               # index (from 0), number (from 1), letter, text
//! answer_as = "text"                # what is written: text (default), letter, number
//!
//! [shape]                           # values that a template cannot compute
//! kind = "question_answering"       # multi_label, tagging, dialogue, triples, attributes, table,
//!                                   # coreference; each with keys of its own: see the guide
//!
//! [prediction]                      # how a prediction is read back: see Reading
//! kind = "text"
//! ```
//!
//! Templates and expressions see each column by its name, and all of them as `row` (for names
//! that are no identifiers: `row["A-coref"]`). They also see the items of `source.each`, with the
//! place of each as `NAME_index`, and the values of the shape. Templates see what the task
//! computed, too, in place of columns of the same name: `label` and `options` with `[labels]`;
//! `answer` and `options` with `[choice]`, and `marks`, the letters or numbers, where those are
//! written. An undefined name is an error, there are no files and no network, and work is limited
//! by fuel. White space at both ends of a rendered text is removed.
//!
//! Minijinja's filters are there, and two more from T5's preprocessors: `pad_punctuation` and
//! `round_half_even` (see [`template`]).

mod answer;
pub mod check;
mod compile;
mod definition;
mod each;
pub mod error;
pub mod example;
pub mod examples;
pub mod metric;
mod prompt;
pub mod reading;
pub mod registry;
mod render;
pub mod schema;
mod shape;
mod split_tally;
pub mod task;
pub mod template;

pub use check::{Checked, Extent, Report, State, check_all};
pub use definition::{Hub, Provenance};
pub use error::{RegistryError, TaskError};
pub use example::{Example, Origin};
pub use examples::Examples;
pub use metric::{Metric, Needs};
pub use reading::{Answer, Reading, Span};
pub use registry::Registry;
pub use task::{FAMILIES, Task};
