//! Studies: a TOML file says what is compared; every run is made once, and a report comes from what
//! there is.
//!
//! [`Opened::find`] reads a study, [`Graph::of`] expands a preset of it into runs, each named by the
//! digest of all that can change its weights, so that cells and studies share them. A [`Schedule`]
//! hands out what is next, [`work()`] does it in the folder that [`Place`] describes, [`Plan`] says
//! beforehand what it costs, [`emit`] writes it for existing schedulers.

mod analysis;
mod arms;
mod build;
mod cost;
mod data;
mod detect;
pub mod emit;
mod error;
mod file;
mod graph;
mod place;
mod plan;
mod read;
pub mod report;
mod results;
mod schedule;
mod speed;
mod statistics;
mod weights;
mod work;
mod world;

pub use arms::{Arm, ArmKind};
pub use cost::Cost;
pub use error::StudyError;
pub use file::{
    Alone, AnalysisName, ArmFile, Axis, AxisOf, Claim, Family, Level, Pairs, Preset, Stage,
    StepsOnFamilies, Study, SubsetSizes, Subsets, Test, Variant, Weights, WorldSettings, schema,
};
pub use graph::{Cell, DataOptions, Graph, Kind, Node, Rates, Score, Training};
pub use place::{Done, Failed, Lock, Place, Scored};
pub use plan::{ClaimPlan, Plan, RunPlan, StagePlan};
pub use read::Opened;
pub use report::Report;
pub use schedule::{Next, Schedule};
pub use speed::TimedBy;
pub use work::work;
