//! Log-probabilities of given targets.

use super::questions::Questions;
use crate::blocks::head::{Targets, cross_entropy};
use crate::error::ModelError;
use crate::inputs::check_ids;
use crate::kernels::cross_entropy::Objective;
use crate::scope::{Pair, Scope};
use crate::t5::T5;

/// The score of one option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptionScore {
    /// Sum of the natural log-probabilities of the option's tokens.
    pub log_probability: f64,
    /// Number of the option's tokens, end of sequence included where it was given.
    pub tokens: usize,
}

impl T5 {
    /// Scores the options of questions: for each of `inputs` a list of token sequences, whose
    /// lengths may differ. Sequences are taken as they are; give them with their end-of-sequence
    /// token. A question is encoded once, and its options are decoded side by side in one row.
    ///
    /// # Errors
    /// When an id has no embedding, or there are not as many lists of options as inputs.
    pub fn score(
        &self,
        inputs: &[Vec<u32>],
        options: &[Vec<Vec<u32>>],
    ) -> Result<Vec<Vec<OptionScore>>, ModelError> {
        if inputs.len() != options.len() {
            return Err(ModelError::Batch(format!(
                "{} lists of options for {} inputs",
                options.len(),
                inputs.len()
            )));
        }
        let questions = Questions::new(inputs, self.config())?;
        let total = |options: &Vec<Vec<u32>>| options.iter().map(Vec::len).sum::<usize>();
        let length = options.iter().map(total).max().unwrap_or(0);
        if length == 0 {
            return Ok(options.iter().map(|options| sums(options, &[])).collect());
        }
        let mut targets = vec![0; questions.rows * length];
        for (line, options) in targets.chunks_exact_mut(length).zip(options) {
            let mut start = 0;
            for option in options {
                line[start..start + option.len()].copy_from_slice(option);
                start += option.len();
            }
        }
        check_ids("options", &targets, length, self.config())?;
        let side_by_side = lay_out(options, &targets, length);

        let scope = |keys: usize, causal, pairs| Scope {
            rows: questions.rows,
            queries: length,
            keys,
            causal,
            pairs,
        };
        let of_question =
            |pair: &Pair| Pair { keys: questions.stretches[pair.row][0].clone(), ..pair.clone() };
        let cross = side_by_side.pairs.iter().map(of_question).collect();
        let forward = self.forward(&self.tensors, None);
        let memory =
            forward.encode(forward.embed(&questions.ids, questions.rows), questions.scope());
        let hidden = forward.decode(
            forward.embed(&side_by_side.inputs, questions.rows),
            &memory,
            scope(length, true, side_by_side.pairs),
            scope(questions.length, false, cross),
        );
        let targets = Targets {
            ids: &targets,
            weights: &side_by_side.weights,
            objective: Objective { z_loss: 0.0, label_smoothing: 0.0 },
        };
        let losses = cross_entropy(&hidden, forward.head(), targets).tokens;
        Ok(losses
            .chunks_exact(length)
            .zip(options)
            .map(|(line, options)| sums(options, line))
            .collect())
    }
}

/// The options of all questions as decoder rows.
struct SideBySide {
    inputs: Vec<u32>,
    weights: Vec<f32>,
    pairs: Vec<Pair>,
}

/// Shifts every option right by one and lets it attend to itself only.
fn lay_out(options: &[Vec<Vec<u32>>], targets: &[u32], length: usize) -> SideBySide {
    let mut laid = SideBySide {
        inputs: vec![0; targets.len()],
        weights: vec![0.0; targets.len()],
        pairs: Vec::new(),
    };
    for (row, options) in options.iter().enumerate() {
        let mut start = 0;
        for option in options.iter().filter(|option| !option.is_empty()) {
            let end = start + option.len();
            let place = row * length + start;
            laid.inputs[place + 1..row * length + end].copy_from_slice(&option[..option.len() - 1]);
            laid.weights[place..row * length + end].fill(1.0);
            laid.pairs.push(Pair { row, queries: start..end, keys: start..end });
            start = end;
        }
    }
    laid
}

/// Adds up the losses of each option.
fn sums(options: &[Vec<u32>], losses: &[f32]) -> Vec<OptionScore> {
    let mut start = 0;
    let mut sum = |option: &Vec<u32>| {
        let own = &losses[start..start + option.len()];
        start += option.len();
        let loss: f64 = own.iter().map(|&loss| f64::from(loss)).sum();
        OptionScore { log_probability: -loss, tokens: option.len() }
    };
    options.iter().map(&mut sum).collect()
}
