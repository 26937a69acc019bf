//! How sure a number is: means with their standard error, bootstrap intervals, paired tests.

mod bootstrap;
mod compare;
mod mcnemar;
mod mean;
mod randomisation;
mod sign_flip;

pub use bootstrap::Bootstrap;
pub use compare::{Comparison, compare};
pub use mcnemar::{McNemar, mcnemar};
pub use mean::{mean, mean_interval, standard_error};
pub use randomisation::randomisation;
pub use sign_flip::{SignFlip, sign_flip};

use serde::{Deserialize, Serialize};

/// An interval around an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}
