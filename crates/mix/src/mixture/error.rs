//! Why there is no mixture, or no example of it.

use crate::objective::ObjectiveError;
use crate::pack::Shape;
use crate::rate::RateError;
use crate::schedule::{LAST_SLOT, ScheduleError};
use crate::store::StoreError;
use thiserror::Error;

/// Why a mixture could not be made or read.
#[derive(Debug, Error)]
pub enum MixtureError {
    /// The rates do not work out.
    #[error(transparent)]
    Rate(#[from] RateError),
    /// The entries do not make a schedule.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// An objective is impossible.
    #[error("denoising entry `{name}`: {source}")]
    Objective {
        /// The entry.
        name: String,
        /// What is wrong.
        source: ObjectiveError,
    },
    /// An objective gives longer examples than the mixture's rows hold.
    #[error(
        "denoising entry `{name}` makes inputs of {} and targets of {} tokens, and the mixture's \
         lengths are {} and {}: lengthen them or shorten the objective's inputs",
        made.inputs, made.targets, shape.inputs, shape.targets
    )]
    TooLong {
        /// The entry.
        name: String,
        /// Lengths of the entry's examples.
        made: Shape,
        /// Lengths of the mixture.
        shape: Shape,
    },
    /// A rate is negative, infinite or not a number.
    #[error("entry `{name}` has the rate {rate}: a rate is a finite number, zero or more")]
    EntryRate {
        /// The entry.
        name: String,
        /// Its rate.
        rate: f64,
    },
    /// All examples of a task are too long.
    #[error(
        "task `{name}`: every example is longer than inputs of {} or targets of {} tokens and \
         `trim` drops such examples: lengthen the rows or choose another `trim`",
        shape.inputs, shape.targets
    )]
    AllDropped {
        /// The task.
        name: String,
        /// Lengths of the mixture.
        shape: Shape,
    },
    /// The corpus has a single token.
    #[error("denoising entry `{0}`: its corpus has fewer than 2 tokens")]
    Corpus(String),
    /// A row has no room for a token and the end of sequence.
    #[error("rows of {} inputs and {} targets are too short: at least 2 of each", .0.inputs, .0.targets)]
    Shape(Shape),
    /// Given rates are not those of this mixture.
    #[error("the recorded rates have no entry `{0}`: they were made for another mixture")]
    RateMissing(String),
    /// Given rates have an entry that the mixture lacks.
    #[error("the recorded rates have an entry `{0}`, and the mixture does not")]
    RateUnknown(String),
    /// A slot past the end of counting.
    #[error("slot {0} is beyond the last, {LAST_SLOT}")]
    Slot(u64),
    /// A token store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
