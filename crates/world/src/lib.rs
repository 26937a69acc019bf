//! A small universe computed from a seed, which writes its own corpus and its own tasks.
//!
//! Nothing is stored: a fact, a document and a row are pure functions of the seed and a number, so
//! ten million rows need no more memory than ten. [`Universe`] knows the facts, [`fact`] says them
//! in several ways, [`corpus`] writes documents and [`task`] has the table of tasks.

pub mod corpus;
pub mod fact;
mod generators;
pub mod lexicon;
mod name;
pub mod task;
pub mod universe;

pub use fact::Relation;
pub use task::{Split, TASKS, WorldTask};
pub use universe::Universe;
