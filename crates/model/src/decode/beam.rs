//! Beam search.

use super::decoder::Decoder;
use super::generate::{END, START};
use super::guards::Guards;
use crate::error::ModelError;

/// Beam search: the `beams` likeliest beginnings are followed side by side, and the output with the
/// best score is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beam {
    /// Number of beginnings.
    pub beams: usize,
    /// How scores of unequal lengths compare.
    pub penalty: LengthPenalty,
}

/// What the log-probability of an output of n tokens is divided by to give its score. With it go
/// two finer rules, as the respective library has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LengthPenalty {
    /// ((5 + n) / 6)^alpha, with alpha 0.6 by custom (Wu et al., "Google's Neural Machine
    /// Translation System", 2016; T5X). The search goes on while the best beginning would win if
    /// it ended at the longest length as likely as it is. What is unfinished at that length counts
    /// only where nothing else has finished.
    T5x(f64),
    /// n^power, with power 1 by custom (transformers, with `early_stopping=False`). The search goes
    /// on while the best beginning would win if it ended now. Only the `beams` best continuations
    /// of a step may end there, and what is unfinished at the longest length counts as finished.
    Power(f64),
}

impl Beam {
    pub(super) fn check(&self) -> Result<(), ModelError> {
        let (LengthPenalty::T5x(exponent) | LengthPenalty::Power(exponent)) = self.penalty;
        if self.beams == 0 {
            return Err(ModelError::Generation("0 beams; expected at least 1".to_owned()));
        }
        if !exponent.is_finite() {
            return Err(ModelError::Generation(format!(
                "the length penalty is {exponent}; expected a finite number"
            )));
        }
        Ok(())
    }
}

impl LengthPenalty {
    fn score(self, log_probability: f32, length: usize) -> f64 {
        let log_probability = f64::from(log_probability);
        match self {
            LengthPenalty::T5x(alpha) => {
                log_probability / ((5.0 + length as f64) / 6.0).powf(alpha)
            }
            LengthPenalty::Power(power) => log_probability / (length as f64).powf(power),
        }
    }

    /// The best score that a beginning of `length` tokens is taken to be able to get.
    fn hope(self, log_probability: f32, length: usize, max_new: usize) -> f64 {
        match self {
            LengthPenalty::T5x(_) => self.score(log_probability, max_new),
            LengthPenalty::Power(_) => self.score(log_probability, length),
        }
    }
}

/// A beginning and the sum of its tokens' log-probabilities.
#[derive(Clone, Debug)]
struct Live {
    tokens: Vec<u32>,
    log_probability: f32,
}

/// The search for one output.
struct Search {
    question: usize,
    /// The best first.
    live: Vec<Live>,
    /// Outputs with their scores, the best first, at most as many as beams.
    finished: Vec<(Vec<u32>, f64)>,
}

/// One token more after a live beginning.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    beam: usize,
    token: u32,
    log_probability: f32,
}

/// The best output for each question. The decoder has a row for each.
pub(super) fn search(
    mut decoder: Decoder<'_>,
    questions: usize,
    max_new: usize,
    guards: &Guards,
    beam: &Beam,
) -> Vec<Vec<u32>> {
    let mut outputs = vec![Vec::new(); questions];
    let start = || vec![Live { tokens: Vec::new(), log_probability: 0.0 }];
    let mut searches: Vec<Search> = (0..questions)
        .map(|question| Search { question, live: start(), finished: Vec::new() })
        .collect();
    for length in 1..=max_new {
        let lives = searches.iter().flat_map(|search| &search.live);
        let last: Vec<u32> =
            lives.map(|live| live.tokens.last().copied().unwrap_or(START)).collect();
        let mut logits = decoder.step(&last);
        let vocabulary = logits.len() / last.len();
        let mut rows = Vec::new();
        let (mut first, mut going) = (0, Vec::new());
        for mut search in searches {
            let count = search.live.len();
            let logits = &mut logits[first * vocabulary..(first + count) * vocabulary];
            let parents = search.advance(logits, length, max_new, guards, beam);
            if length < max_new && search.can_improve(length, max_new, beam) {
                rows.extend(parents.into_iter().map(|parent| first + parent));
                going.push(search);
            } else {
                let question = search.question;
                outputs[question] = search.best();
            }
            first += count;
        }
        searches = going;
        if searches.is_empty() {
            break;
        }
        decoder.select(&rows);
    }
    outputs
}

impl Search {
    /// Takes one step and says which beginning each of the new ones goes on from.
    fn advance(
        &mut self,
        logits: &mut [f32],
        length: usize,
        max_new: usize,
        guards: &Guards,
        beam: &Beam,
    ) -> Vec<usize> {
        // Twice as many, so that enough go on even where all of the best end.
        let candidates = self.candidates(logits, guards, 2 * beam.beams);
        let by_power = matches!(beam.penalty, LengthPenalty::Power(_));
        let mut live = Vec::with_capacity(beam.beams);
        let mut parents = Vec::with_capacity(beam.beams);
        for (rank, candidate) in candidates.into_iter().enumerate() {
            let Candidate { beam: parent, token, log_probability } = candidate;
            let mut tokens = self.live[parent].tokens.clone();
            tokens.push(token);
            let ends = token == END || (by_power && length == max_new);
            if !ends {
                if live.len() < beam.beams {
                    live.push(Live { tokens, log_probability });
                    parents.push(parent);
                }
            } else if !by_power || rank < beam.beams {
                self.finished.push((tokens, beam.penalty.score(log_probability, length)));
            }
        }
        // Stable: of equal scores the older stays first.
        self.finished.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        self.finished.truncate(beam.beams);
        self.live = live;
        parents
    }

    /// The likeliest continuations, the best first, at most `most`; ties by beam and token.
    fn candidates(&self, logits: &mut [f32], guards: &Guards, most: usize) -> Vec<Candidate> {
        let vocabulary = logits.len() / self.live.len();
        let mut best: Vec<Candidate> = Vec::with_capacity(most + 1);
        let rows = self.live.iter().zip(logits.chunks_exact_mut(vocabulary)).enumerate();
        for (beam, (live, scores)) in rows {
            log_softmax(scores);
            guards.apply(&live.tokens, scores);
            for (token, score) in (0..).zip(scores.iter()) {
                let log_probability = live.log_probability + score;
                let worst = best.last().map(|worst| worst.log_probability);
                if best.len() == most && worst.is_some_and(|worst| log_probability <= worst) {
                    continue;
                }
                if log_probability == f32::NEG_INFINITY {
                    continue;
                }
                let place = best.partition_point(|other| other.log_probability >= log_probability);
                best.insert(place, Candidate { beam, token, log_probability });
                best.truncate(most);
            }
        }
        best
    }

    /// Whether going on may find a better output than the worst of the best found.
    fn can_improve(&self, length: usize, max_new: usize, beam: &Beam) -> bool {
        let Some(best) = self.live.first() else { return false };
        if self.finished.len() < beam.beams {
            return true;
        }
        let hope = beam.penalty.hope(best.log_probability, length, max_new);
        self.finished.last().is_none_or(|(_, worst)| hope > *worst)
    }

    fn best(mut self) -> Vec<u32> {
        let finished = self.finished.into_iter().next().map(|(tokens, _)| tokens);
        finished.or_else(|| self.live.drain(..).next().map(|live| live.tokens)).unwrap_or_default()
    }
}

fn log_softmax(logits: &mut [f32]) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&logit| f64::from(logit - largest).exp()).sum();
    let log_sum = largest + sum.ln() as f32;
    for logit in logits {
        *logit -= log_sum;
    }
}
