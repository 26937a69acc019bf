//! What no type can check.

use super::{Corpus, Group, MixtureRecipe, ObjectiveName, RateKeys, TaskRate};
use crate::rate::Rule;
use ext5_core::config::ConfigError;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a recipe was refused.
#[derive(Debug, Error)]
pub enum RecipeError {
    /// The file cannot be read or does not fit, or an override is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The values do not make sense together.
    #[error("{}: `{key}`: {reason}", path.display())]
    Value {
        /// The recipe.
        path: PathBuf,
        /// The key at fault.
        key: &'static str,
        /// What is wrong with it and what would be right.
        reason: String,
    },
}

impl MixtureRecipe {
    /// Checks the values against each other; `path` is named in errors.
    ///
    /// # Errors
    /// When they make no sense together.
    pub fn check(&self, path: &Path) -> Result<(), RecipeError> {
        let wrong = |key, reason: &str| {
            Err(RecipeError::Value { path: path.to_owned(), key, reason: reason.to_owned() })
        };
        let mixture = &self.mixture;
        if mixture.r.is_nan() || mixture.r < 0.0 {
            return wrong("mixture.r", "expected 0, a positive number, or inf");
        }
        if let Err(error) = mixture.rule().check() {
            return wrong("mixture", &error.to_string());
        }
        if mixture.r > 0.0 && mixture.corpus.is_empty() {
            return wrong("mixture.corpus", "r is above 0, so at least one corpus is needed");
        }
        if mixture.r.is_finite() && mixture.tasks.is_empty() && mixture.group.is_empty() {
            return wrong("mixture.tasks", "r is finite, so at least one task is needed");
        }
        for (name, task) in &mixture.task {
            if let Err(reason) = check_task(name, task, mixture.rule()) {
                return wrong("mixture.task", &reason);
            }
        }
        for group in &mixture.group {
            if let Err(reason) = check_group(group, mixture.rule()) {
                return wrong("mixture.group", &reason);
            }
        }
        for corpus in &mixture.corpus {
            if let Err(reason) = check_corpus(corpus, self.batch.inputs) {
                return wrong("mixture.corpus", &reason);
            }
        }
        let batch = self.batch;
        if batch.rows == 0 || batch.window == 0 {
            return wrong("batch", "rows and window must be at least 1");
        }
        if batch.inputs < 2 || batch.targets < 2 {
            return wrong("batch", "inputs and targets must be at least 2: a token and its EOS");
        }
        if batch.micro_rows == Some(0) {
            return wrong("batch.micro_rows", "must be at least 1");
        }
        Ok(())
    }
}

fn check_task(name: &str, task: &TaskRate, around: Rule) -> Result<(), String> {
    let rule = task.rule(around);
    rule.check().map_err(|error| format!("task `{name}`: {error}"))?;
    let ruled = [task.scale, task.cap, task.temperature].iter().any(Option::is_some);
    match task.rate {
        Some(rate) if !(rate.is_finite() && rate >= 0.0) => {
            Err(format!("task `{name}` has the rate {rate}: expected a finite number, 0 or more"))
        }
        Some(_) if ruled || task.count.is_some() => Err(format!(
            "task `{name}` has a `rate`, which leaves nothing to `count`, `scale`, `cap` and \
             `temperature`"
        )),
        _ => Ok(()),
    }
}

fn check_group(group: &Group, around: Rule) -> Result<(), String> {
    let name = &group.name;
    if name.is_empty() {
        return Err("every group needs a `name`".to_owned());
    }
    if group.tasks.is_empty() && group.group.is_empty() {
        return Err(format!("group `{name}` has neither `tasks` nor groups in it"));
    }
    if let Some(rate) = group.rate.filter(|rate| !(rate.is_finite() && *rate >= 0.0)) {
        return Err(format!(
            "group `{name}` has the rate {rate}: expected a finite number, 0 or more"
        ));
    }
    let rule = group.rule(around);
    rule.check().map_err(|error| format!("group `{name}`: {error}"))?;
    for (task, rate) in &group.task {
        check_task(task, rate, rule).map_err(|reason| format!("group `{name}`: {reason}"))?;
    }
    group.group.iter().try_for_each(|group| check_group(group, rule))
}

fn check_corpus(corpus: &Corpus, inputs: usize) -> Result<(), String> {
    let name = &corpus.name;
    let own = [corpus.density, corpus.mean_span].iter().any(Option::is_some);
    if !corpus.denoiser.is_empty() && (own || corpus.objective.is_some()) {
        return Err(format!(
            "`{name}` has denoisers, which leave nothing to its own `objective`, `density` and \
             `mean_span`"
        ));
    }
    if own && corpus.objective == Some(ObjectiveName::Ul2) {
        return Err(format!("`{name}`: `ul2` has its own densities and spans"));
    }
    if corpus.denoiser.iter().any(|denoiser| denoiser.name.is_empty()) {
        return Err(format!("`{name}`: every denoiser needs a `name`"));
    }
    let weights = corpus.denoiser.iter().map(|denoiser| denoiser.weight).chain([corpus.weight]);
    for weight in weights {
        if !(weight.is_finite() && weight >= 0.0) {
            return Err(format!("`{name}` has the weight {weight}: expected a number, 0 or more"));
        }
    }
    if !corpus.denoiser.is_empty() && corpus.denoiser.iter().all(|d| d.weight == 0.0) {
        return Err(format!("`{name}`: a denoiser needs a weight above 0"));
    }
    if let Some(length) = corpus.length.filter(|&length| length < 4 || length > inputs) {
        return Err(format!(
            "`{name}` has the length {length}: expected 4 or more, and at most `batch.inputs`, \
             {inputs}"
        ));
    }
    for (entry, denoiser) in corpus.denoisers() {
        denoiser.objective().map_err(|reason| format!("`{entry}`: {reason}"))?;
    }
    Ok(())
}
