//! What evaluation asks of a model.

use std::error::Error;

/// Why a predictor failed.
pub type PredictorError = Box<dyn Error + Send + Sync>;

/// A model as evaluation sees it: token ids in, token ids or log-probabilities out.
///
/// All token sequences of the questions end with the end-of-sequence token already. One call is
/// one batch: what a predictor gives for a question must not depend on the other questions of the
/// batch beyond rounding.
pub trait Predictor {
    /// Generates at most `max_new` tokens for each of `inputs`. What follows the first
    /// end-of-sequence token of an output is ignored.
    ///
    /// # Errors
    /// Those of the model.
    fn generate(
        &self,
        inputs: &[Vec<u32>],
        max_new: usize,
    ) -> Result<Vec<Vec<u32>>, PredictorError>;

    /// For each question and each of its options, the sum of the natural log-probabilities of the
    /// option's tokens. `options` has one list of token sequences for each of `inputs`; lists may
    /// differ in length.
    ///
    /// # Errors
    /// Those of the model.
    fn score(
        &self,
        inputs: &[Vec<u32>],
        options: &[Vec<Vec<u32>>],
    ) -> Result<Vec<Vec<f64>>, PredictorError>;
}
