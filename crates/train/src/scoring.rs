//! Main metrics of tasks during training, by which the best checkpoint is found.

use crate::log::Score;
use crate::recipe::Recipe;
use crate::trainer::TrainError;
use ext5_core::Key;
use ext5_eval::{Evaluation, Settings};
use ext5_mix::Prepared;
use ext5_model::T5;
use ext5_task::{Example, Registry};
use std::ops::ControlFlow;

const SPLIT: &str = "validation";

/// The tasks that are scored, with their examples: the same ones every time.
pub(crate) struct Scoring {
    registry: Option<Registry>,
    /// The patterns, which select the tasks in one order.
    patterns: Vec<String>,
    /// Examples of each task in that order.
    examples: Vec<Vec<Example>>,
    settings: Settings,
}

impl Scoring {
    /// Reads the first validation examples of the tasks that `checkpoints.best` names.
    ///
    /// # Errors
    /// When a task is not known or has no such examples.
    pub fn new(recipe: &Recipe) -> Result<Self, TrainError> {
        let mut settings = Settings::new(Key::new(recipe.seed).name("scores"));
        settings.inputs_length = recipe.batch.inputs;
        settings.max_new = recipe.batch.targets;
        let patterns = recipe.checkpoints.best.clone();
        if patterns.is_empty() {
            return Ok(Scoring { registry: None, patterns, examples: Vec::new(), settings });
        }
        let registry = recipe.data.registry()?;
        let mut examples = Vec::new();
        for task in registry.select(&patterns)? {
            let all = task.examples(&recipe.data.root, SPLIT)?;
            examples.push(all.take(recipe.evaluation.scored_examples).collect::<Result<_, _>>()?);
        }
        Ok(Scoring { registry: Some(registry), patterns, examples, settings })
    }

    /// The main metric of every task: the first that it names.
    ///
    /// # Errors
    /// Those of the evaluation.
    pub fn scores(&self, model: &T5, prepared: &Prepared) -> Result<Vec<Score>, TrainError> {
        let Some(registry) = &self.registry else { return Ok(Vec::new()) };
        let vocabulary = &prepared.vocabulary;
        let evaluation = Evaluation { predictor: model, vocabulary, settings: self.settings };
        let mut scores = Vec::with_capacity(self.examples.len());
        for (task, examples) in registry.select(&self.patterns)?.into_iter().zip(&self.examples) {
            let mut go_on = |_| ControlFlow::Continue(());
            let result = evaluation.task(task, SPLIT, examples, None, &mut go_on)?;
            scores.extend(result.metrics.into_iter().next().map(|main| Score {
                task: task.name.clone(),
                metric: main.name,
                value: main.value,
                examples: examples.len(),
            }));
        }
        Ok(scores)
    }
}

/// The mean of the scores; nothing when there are none or one is not a number.
pub(crate) fn mean(scores: &[Score]) -> Option<f64> {
    let sum: f64 = scores.iter().map(|score| score.value).sum();
    Some(sum / scores.len() as f64).filter(|mean| mean.is_finite())
}
