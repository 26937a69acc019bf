//! Recipe files, overrides from the command line, and what no type can check.

use super::{Model, Recipe, RecipeError};
use ext5_core::config;
use std::path::Path;

impl Recipe {
    /// Reads a recipe and applies overrides of the form `section.key=value`. A value is TOML; text
    /// that is no TOML value is taken as a string.
    ///
    /// # Errors
    /// When the file or an override is wrong; the error names file, line and key.
    pub fn read(path: &Path, overrides: &[String]) -> Result<Recipe, RecipeError> {
        Recipe::read_and(path, overrides, |_| ())
    }

    /// As [`read`](Self::read), with changes that are made before values are checked against each
    /// other: what a command adds to a recipe may be what it lacks.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_and(
        path: &Path,
        overrides: &[String],
        change: impl FnOnce(&mut Recipe),
    ) -> Result<Recipe, RecipeError> {
        let recipe: Recipe = config::read_with(path, overrides)?;
        recipe.changed(path, change)
    }

    /// As [`read_and`](Self::read_and), of a recipe's text; `path` is named in errors.
    ///
    /// # Errors
    /// When the text or an override is wrong; the error names line and key.
    pub fn parse_and(
        text: &str,
        path: &Path,
        overrides: &[String],
        change: impl FnOnce(&mut Recipe),
    ) -> Result<Recipe, RecipeError> {
        let recipe: Recipe = config::parse_with(text, path, overrides)?;
        recipe.changed(path, change)
    }

    fn changed(
        mut self,
        path: &Path,
        change: impl FnOnce(&mut Recipe),
    ) -> Result<Recipe, RecipeError> {
        change(&mut self);
        self.check(path)?;
        Ok(self)
    }

    fn check(&self, path: &Path) -> Result<(), RecipeError> {
        self.stream().check(path)?;
        let wrong = |key, reason: &str| {
            Err(RecipeError::Value { path: path.to_owned(), key, reason: reason.to_owned() })
        };
        if !(0.0..1.0).contains(&self.loss.dropout) {
            return wrong("loss.dropout", "expected a probability below 1");
        }
        if self.checkpoints.keep == 0 {
            return wrong("checkpoints.keep", "must be at least 1, or nothing could be resumed");
        }
        if let Some((key, reason)) = self.optimizer.fault().or_else(|| self.schedule.fault()) {
            return wrong(key, reason);
        }
        if self.train.clip_norm.is_some_and(|norm| !(norm.is_finite() && norm > 0.0)) {
            return wrong("train.clip_norm", "expected a number above 0");
        }
        let scores = !self.checkpoints.best.is_empty();
        if scores && (self.evaluation.every == 0 || self.evaluation.scored_examples == 0) {
            return wrong(
                "checkpoints.best",
                "needs `evaluation.every` and `scored_examples` above 0",
            );
        }
        if self.evaluation.patience.is_some() && !scores {
            return wrong(
                "evaluation.patience",
                "needs `checkpoints.best`: what should get better",
            );
        }
        if self.evaluation.patience == Some(0) {
            return wrong("evaluation.patience", "must be at least 1");
        }
        let Model { size, from, config, .. } = &self.model;
        let given = [size.is_some(), from.is_some(), config.is_some()];
        if given.into_iter().filter(|&given| given).count() != 1 {
            return wrong("model", "give exactly one of `size`, `from` and `config`");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
name = "small"
vocabulary = "bytes"

[mixture]
tasks = ["*"]
r = 0

[batch]
rows = 4
inputs = 64
targets = 16

[model]
size = "t5-1.1-small"

[train]
steps = 5
"#;

    fn read(text: &str, overrides: &[&str]) -> Result<Recipe, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("small.toml");
        std::fs::write(&path, text).unwrap();
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        Recipe::read(&path, &overrides).map_err(|error| error.to_string())
    }

    #[test]
    fn resolved_recipes_read_back_the_same() {
        let recipe = read(SMALL, &[]).unwrap();
        assert_eq!(read(&recipe.to_toml().unwrap(), &[]).unwrap(), recipe);
    }

    #[test]
    fn infinity_survives_the_round_trip() {
        let overrides = ["mixture.r=inf", "mixture.corpus=[{name=\"c\",train=[\"a.txt\"]}]"];
        let recipe = read(SMALL, &overrides).unwrap();
        assert!(recipe.mixture.r.is_infinite());
        assert_eq!(read(&recipe.to_toml().unwrap(), &[]).unwrap(), recipe);
    }

    #[test]
    fn overrides_are_typed() {
        let overrides = ["train.steps=7", "name=other", "loss.dropout = 0.1"];
        let recipe = read(SMALL, &overrides).unwrap();
        assert_eq!((recipe.train.steps, recipe.name.as_str()), (7, "other"));
        assert_eq!(recipe.loss.dropout, 0.1);
    }

    #[test]
    fn mistakes_name_line_and_key() {
        let error = read(&SMALL.replace("rows = 4", "rowss = 4"), &[]).unwrap_err();
        assert!(error.contains("small.toml:10: unknown field `rowss`"), "{error}");
        let error = read(&SMALL.replace("r = 0", "r = 2"), &[]).unwrap_err();
        assert!(error.contains("`mixture.corpus`"), "{error}");
        let error = read(SMALL, &["schedule.factors=['cosine_decay']"]).unwrap_err();
        assert!(error.contains("`schedule.decay_steps`"), "{error}");
        let error = read(SMALL, &["optimizer={name='adamw', beta1=1}"]).unwrap_err();
        assert!(error.contains("below 1"), "{error}");
        let error = read(SMALL, &["train.clip_norm=0"]).unwrap_err();
        assert!(error.contains("`train.clip_norm`"), "{error}");
        let error = read(SMALL, &["evaluation.patience=3"]).unwrap_err();
        assert!(error.contains("`checkpoints.best`"), "{error}");
        let error = read(SMALL, &["model.from=x"]).unwrap_err();
        assert!(error.contains("exactly one of"), "{error}");
    }
}
