//! A small universe computed from a seed, which writes its own corpus and its own tasks.
//!
//! Nothing is stored: a fact, a document and a row are pure functions of the seed and a number, so
//! ten million rows need no more memory than ten. [`Universe`] knows the facts, [`fact`] says them
//! in several ways, [`corpus`] writes documents and [`TASKS`] is the table of tasks. [`register`]
//! makes it all a source of rows: `source.generator = "world"`.

mod ask;
pub mod corpus;
pub mod fact;
mod generators;
pub mod lexicon;
mod name;
mod source;
mod table;
pub mod task;
pub mod universe;

pub use fact::{Fact, Kind, Relation};
pub use source::{World, register};
pub use table::TASKS;
pub use task::{Answer, WorldTask};
pub use universe::{Split, Universe};
