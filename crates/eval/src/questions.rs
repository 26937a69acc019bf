//! Examples as token ids, put to a model batch by batch.

use crate::batches::{Size, batches};
use crate::error::EvalError;
use crate::metrics::{Normalisation, Scored};
use crate::predictor::Predictor;
use ext5_task::Example;
use ext5_text::Vocabulary;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

/// How far a task's evaluation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Questions answered. An example is one question for generation and one for option scoring.
    pub done: usize,
    /// Questions altogether.
    pub total: usize,
}

/// The examples of a task as questions to a model.
pub(crate) struct Questions<'a> {
    task: &'a str,
    predictor: &'a dyn Predictor,
    vocabulary: &'a Vocabulary,
    /// Inputs as token ids with the end of sequence.
    inputs: Vec<Vec<u32>>,
    /// Number of inputs that were cut.
    pub truncated: usize,
    /// Most tokens of a batch.
    batch_tokens: usize,
}

/// Told after each batch how many questions it answered; may stop the work.
pub(crate) type OnBatch<'a> = &'a mut dyn FnMut(usize) -> ControlFlow<()>;

impl<'a> Questions<'a> {
    /// Tokenises the inputs of `examples` and cuts them to `inputs_length` tokens, of which the
    /// last is the end of sequence.
    pub fn new(
        task: &'a str,
        predictor: &'a dyn Predictor,
        vocabulary: &'a Vocabulary,
        examples: &[Example],
        inputs_length: usize,
        batch_tokens: usize,
    ) -> Self {
        let room = inputs_length.saturating_sub(1);
        let mut truncated = 0;
        let inputs = examples
            .iter()
            .map(|example| {
                let mut ids = vocabulary.encode(&example.inputs);
                truncated += usize::from(ids.len() > room);
                ids.truncate(room);
                ids.push(Vocabulary::EOS);
                ids
            })
            .collect();
        Questions { task, predictor, vocabulary, inputs, truncated, batch_tokens }
    }

    /// The text that the model writes for each example, in their order.
    pub fn generate(&self, max_new: usize, on_batch: OnBatch) -> Result<Vec<String>, EvalError> {
        let sizes: Vec<Size> =
            self.inputs.iter().map(|ids| Size { inputs: ids.len(), outputs: max_new }).collect();
        let mut texts = vec![String::new(); self.inputs.len()];
        for batch in batches(&sizes, self.batch_tokens) {
            let outputs = self
                .predictor
                .generate(&self.select(&batch), max_new)
                .map_err(|source| self.failed(source))?;
            self.expect(outputs.len() == batch.len(), "one output for each question", || {
                format!("{} for {}", outputs.len(), batch.len())
            })?;
            for (&question, output) in batch.iter().zip(outputs) {
                texts[question] = self.vocabulary.decode(&output);
            }
            stop_if(on_batch(batch.len()))?;
        }
        Ok(texts)
    }

    /// The normalised scores of each example's options, in their order.
    pub fn score(
        &self,
        examples: &[Example],
        normalisation: Normalisation,
        on_batch: OnBatch,
    ) -> Result<Vec<Vec<f64>>, EvalError> {
        let options: Vec<Vec<Vec<u32>>> = examples
            .iter()
            .map(|example| example.options.iter().map(|option| self.target(option)).collect())
            .collect();
        let sums = self.sums(&self.inputs, &options, on_batch)?;
        let without_inputs = match normalisation {
            Normalisation::MutualInformation => self.without_inputs(&options, on_batch)?,
            _ => HashMap::new(),
        };
        let normalised = |((sums, texts), ids): ((Vec<f64>, &Example), &Vec<Vec<u32>>)| {
            let scored = |((sum, option), ids): ((f64, &String), &Vec<u32>)| {
                let without_inputs = without_inputs.get(ids).copied().unwrap_or_default();
                normalisation.apply(Scored { sum, option, tokens: ids.len(), without_inputs })
            };
            sums.into_iter().zip(&texts.options).zip(ids).map(scored).collect()
        };
        Ok(sums.into_iter().zip(examples).zip(&options).map(normalised).collect())
    }

    /// The log-probability of each option when nothing is asked.
    fn without_inputs<'o>(
        &self,
        options: &'o [Vec<Vec<u32>>],
        on_batch: OnBatch,
    ) -> Result<HashMap<&'o Vec<u32>, f64>, EvalError> {
        let different: BTreeSet<&Vec<u32>> = options.iter().flatten().collect();
        let inputs = vec![vec![Vocabulary::EOS]; different.len()];
        let asked: Vec<_> = different.iter().map(|&option| vec![option.clone()]).collect();
        // These are no questions that anyone counts.
        let sums = self.sums(&inputs, &asked, &mut |_| on_batch(0))?;
        Ok(different.into_iter().zip(sums.into_iter().flatten()).collect())
    }

    /// The log-probabilities that the model gives the options of each question.
    fn sums(
        &self,
        inputs: &[Vec<u32>],
        options: &[Vec<Vec<u32>>],
        on_batch: OnBatch,
    ) -> Result<Vec<Vec<f64>>, EvalError> {
        let sizes: Vec<Size> = inputs
            .iter()
            .zip(options)
            .map(|(ids, options)| Size {
                inputs: ids.len(),
                outputs: options.iter().map(Vec::len).sum(),
            })
            .collect();
        let mut all = vec![Vec::new(); inputs.len()];
        for batch in batches(&sizes, self.batch_tokens) {
            let asked: Vec<_> = batch.iter().map(|&question| options[question].clone()).collect();
            let of_batch: Vec<_> = batch.iter().map(|&question| inputs[question].clone()).collect();
            let sums =
                self.predictor.score(&of_batch, &asked).map_err(|source| self.failed(source))?;
            let fits = sums.len() == asked.len()
                && sums.iter().zip(&asked).all(|(sums, options)| sums.len() == options.len());
            self.expect(fits, "one score for each option of each question", || {
                format!("{} lists for {} questions", sums.len(), asked.len())
            })?;
            for (&question, sums) in batch.iter().zip(sums) {
                self.expect(sums.iter().all(|sum| sum.is_finite()), "finite scores", || {
                    format!("{sums:?} for question {question}")
                })?;
                all[question] = sums;
            }
            stop_if(on_batch(batch.len()))?;
        }
        Ok(all)
    }

    /// A text as the decoder has to produce it.
    fn target(&self, text: &str) -> Vec<u32> {
        let mut ids = self.vocabulary.encode(text);
        ids.push(Vocabulary::EOS);
        ids
    }

    fn select(&self, batch: &[usize]) -> Vec<Vec<u32>> {
        batch.iter().map(|&question| self.inputs[question].clone()).collect()
    }

    fn failed(&self, source: crate::PredictorError) -> EvalError {
        EvalError::Predictor { task: self.task.to_owned(), source }
    }

    fn expect(
        &self,
        holds: bool,
        expected: &str,
        found: impl FnOnce() -> String,
    ) -> Result<(), EvalError> {
        if holds {
            return Ok(());
        }
        Err(EvalError::Output {
            task: self.task.to_owned(),
            expected: expected.to_owned(),
            found: found(),
        })
    }
}

fn stop_if(flow: ControlFlow<()>) -> Result<(), EvalError> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(EvalError::Interrupted),
    }
}
