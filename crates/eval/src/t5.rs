//! The T5 as a predictor.

use crate::predictor::{Predictor, PredictorError};
use ext5_model::{Generation, T5};

impl Predictor for T5 {
    fn generate(
        &self,
        inputs: &[Vec<u32>],
        max_new: usize,
    ) -> Result<Vec<Vec<u32>>, PredictorError> {
        Ok(self.generate(inputs, &Generation::greedy(max_new))?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use ext5_core::Key;
    use ext5_model::{Init, T5Config};

    fn tiny() -> T5 {
        let config = T5Config {
            vocab_size: 128,
            d_model: 16,
            d_kv: 4,
            d_ff: 24,
            num_layers: 2,
            num_decoder_layers: 2,
            num_heads: 4,
            ..T5Config::default()
        };
        T5::init(config, Init::T5x, Key::new(3)).unwrap()
    }

    /// Questions of different lengths, with different numbers of options.
    fn questions() -> (Vec<Vec<u32>>, Vec<Vec<Vec<u32>>>) {
        let ids = |length: usize, first: usize| {
            let words = (0..length).map(|i| 2 + ((first + i * 37) % 126) as u32);
            words.chain([1]).collect()
        };
        (0..6)
            .map(|q| (ids(1 + q * 5 % 7, q), (0..=q % 3).map(|o| ids(1 + o, q + o)).collect()))
            .unzip()
    }

    #[test]
    fn answers_do_not_depend_on_the_batch() {
        let model: &dyn Predictor = &tiny();
        let (inputs, options) = questions();
        let outputs = model.generate(&inputs, 5).unwrap();
        let scores = model.score(&inputs, &options).unwrap();
        for question in 0..inputs.len() {
            let alone = question..=question;
            assert_eq!(model.generate(&inputs[alone.clone()], 5).unwrap(), outputs[alone.clone()]);
            let found = model.score(&inputs[alone.clone()], &options[alone]).unwrap();
            assert_eq!(found[0].len(), options[question].len());
            for (a, b) in found[0].iter().zip(&scores[question]) {
                assert!(*a < 0.0 && (a - b).abs() < 1e-5 * a.abs(), "{a} {b}");
            }
        }
    }

    #[test]
    fn errors_of_the_model_come_through() {
        let model: &dyn Predictor = &tiny();
        let wrong = model.generate(&[vec![999, 1]], 4).unwrap_err().to_string();
        assert!(wrong.contains("999"), "{wrong}");
        assert!(model.score(&[vec![5, 1]], &[]).is_err());
    }
}
