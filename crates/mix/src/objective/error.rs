//! Why an objective was refused.

use thiserror::Error;

/// Why an objective was refused.
#[derive(Debug, Error, PartialEq)]
pub enum ObjectiveError {
    /// The density is outside (0, 1).
    #[error("the noise density is {0}: it must be above 0 and below 1")]
    Density(f64),
    /// The density of a prefix objective is outside (0, 0.5].
    #[error("the density of a prefix objective is {0}: it must be above 0 and at most 0.5")]
    PrefixDensity(f64),
    /// The mean span length is below 1.
    #[error("the mean span length is {0}: it must be a finite number of 1 or more")]
    MeanSpan(f64),
    /// The rows have no room for an example.
    #[error("inputs of {inputs} and targets of {targets} tokens are too short for the objective")]
    Room {
        /// Room for inputs.
        inputs: usize,
        /// Room for targets.
        targets: usize,
    },
    /// There are more spans than clean tokens to keep them apart.
    #[error(
        "{spans} noise spans in {length} tokens leave {clean} clean tokens to separate them: \
         lower the density or raise the mean span length"
    )]
    Crowded {
        /// Tokens to corrupt.
        length: usize,
        /// Noise spans asked for.
        spans: usize,
        /// Tokens that stay.
        clean: usize,
    },
    /// There are more spans than sentinels; further sentinels would be real pieces.
    #[error(
        "{spans} noise spans need as many sentinels, and the vocabulary has {available}: raise \
         the mean span length or shorten the inputs"
    )]
    Sentinels {
        /// Noise spans asked for.
        spans: usize,
        /// Sentinels of the vocabulary.
        available: u32,
    },
}
