//! Generation: how outputs are chosen, and what drives it.

use super::beam::{self, Beam};
use super::decoder::Decoder;
use super::guards::Guards;
use super::questions::Questions;
use super::sample::Sampling;
use super::{greedy, sample};
use crate::error::ModelError;
use crate::t5::T5;

/// The end-of-sequence token of every T5 vocabulary.
pub(super) const END: u32 = 1;
/// What decoders start with.
pub(super) const START: u32 = 0;

/// How outputs are generated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Generation {
    /// Tokens of an output, at most, end of sequence included.
    pub max_new: usize,
    /// How the next token is chosen.
    pub strategy: Strategy,
    /// What an output may not do.
    pub guards: Guards,
}

/// How the next token is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Strategy {
    /// The likeliest one; of equally likely ones that with the lowest id.
    #[default]
    Greedy,
    /// The beginnings that are likeliest as a whole are followed side by side.
    Beam(Beam),
    /// By chance.
    Sample(Sampling),
}

impl Generation {
    /// Greedy generation of at most `max_new` tokens, without guards.
    pub fn greedy(max_new: usize) -> Self {
        Generation { max_new, strategy: Strategy::Greedy, guards: Guards::default() }
    }

    fn check(&self) -> Result<(), ModelError> {
        self.guards.check()?;
        match &self.strategy {
            Strategy::Greedy => Ok(()),
            Strategy::Beam(beam) => beam.check(),
            Strategy::Sample(sampling) => sampling.check(),
        }
    }
}

impl T5 {
    /// Generates an output for each of `inputs`, whose lengths may differ. Inputs are taken as they
    /// are; give them with their end-of-sequence token. An output ends with the end-of-sequence
    /// token where it got so far.
    ///
    /// An output does not depend on the other inputs, but for rounding: sums are made in another
    /// order where more rows are computed together.
    ///
    /// # Errors
    /// When an id has no embedding, or an option of `generation` is impossible.
    pub fn generate(
        &self,
        inputs: &[Vec<u32>],
        generation: &Generation,
    ) -> Result<Vec<Vec<u32>>, ModelError> {
        generation.check()?;
        if inputs.is_empty() || generation.max_new == 0 {
            return Ok(vec![Vec::new(); inputs.len()]);
        }
        let questions = Questions::new(inputs, self.config())?;
        let forward = self.forward(&self.tensors, None);
        let memory =
            forward.encode(forward.embed(&questions.ids, questions.rows), questions.scope());
        let decoder = Decoder::new(self, &forward, memory, &questions);
        let Generation { max_new, guards, .. } = generation;
        Ok(match &generation.strategy {
            Strategy::Beam(beam) => beam::search(decoder, inputs.len(), *max_new, guards, beam),
            Strategy::Greedy => {
                one_by_one(decoder, inputs.len(), *max_new, guards, |_, _, logits| {
                    greedy::likeliest(logits)
                })
            }
            Strategy::Sample(sampling) => {
                let draw = |question, position, logits: &mut [f32]| {
                    sample::draw(sampling, question, position, logits)
                };
                one_by_one(decoder, inputs.len(), *max_new, guards, draw)
            }
        })
    }
}

/// Writes one output a question, each token chosen for good: `choose` gets the question, the
/// position and the logits.
fn one_by_one(
    mut decoder: Decoder<'_>,
    questions: usize,
    max_new: usize,
    guards: &Guards,
    mut choose: impl FnMut(usize, usize, &mut [f32]) -> u32,
) -> Vec<Vec<u32>> {
    let mut outputs = vec![Vec::new(); questions];
    let mut going: Vec<usize> = (0..questions).collect();
    let mut last = vec![START; questions];
    for position in 0..max_new {
        let mut logits = decoder.step(&last);
        let vocabulary = logits.len() / going.len();
        for (&question, logits) in going.iter().zip(logits.chunks_exact_mut(vocabulary)) {
            guards.apply(&outputs[question], logits);
            outputs[question].push(choose(question, position, logits));
        }
        let ends = |&row: &usize| outputs[going[row]].last() != Some(&END);
        let open: Vec<usize> = (0..going.len()).filter(ends).collect();
        if open.is_empty() {
            break;
        }
        if open.len() < going.len() {
            decoder.select(&open);
            going = open.iter().map(|&row| going[row]).collect();
        }
        last = going.iter().filter_map(|&question| outputs[question].last().copied()).collect();
    }
    outputs
}
