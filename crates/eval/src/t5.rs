//! The T5 as a predictor.

use crate::predictor::{Predictor, PredictorError};
use ext5_model::T5;

impl Predictor for T5 {
    fn generate(
        &self,
        inputs: &[Vec<u32>],
        max_new: usize,
    ) -> Result<Vec<Vec<u32>>, PredictorError> {
        Ok(self.generate_greedy(inputs, max_new)?)
    }

    fn score(
        &self,
        inputs: &[Vec<u32>],
        options: &[Vec<Vec<u32>>],
    ) -> Result<Vec<Vec<f64>>, PredictorError> {
        let scores = T5::score(self, inputs, options)?;
        let sums = |of_question: Vec<ext5_model::OptionScore>| {
            of_question.iter().map(|score| score.log_probability).collect()
        };
        Ok(scores.into_iter().map(sums).collect())
    }
}
