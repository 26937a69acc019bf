//! Recipe files, overrides from the command line, and what no type can check.

use super::{Model, Recipe};
use ext5_core::config::{self, ConfigError};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a recipe was refused.
#[derive(Debug, Error)]
pub enum RecipeError {
    /// The file cannot be read or does not fit.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An override is not `key.path=value`.
    #[error("--set {text}: {reason}")]
    Override {
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
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
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let mut recipe = if overrides.is_empty() {
            config::parse(&text, path)?
        } else {
            with_overrides(&text, path, overrides)?
        };
        change(&mut recipe);
        recipe.check(path)?;
        Ok(recipe)
    }

    fn check(&self, path: &Path) -> Result<(), RecipeError> {
        let wrong = |key, reason: &str| {
            Err(RecipeError::Value { path: path.to_owned(), key, reason: reason.to_owned() })
        };
        let mixture = &self.mixture;
        if mixture.r.is_nan() || mixture.r < 0.0 {
            return wrong("mixture.r", "expected 0, a positive number, or inf");
        }
        if mixture.temperature.is_nan() || mixture.temperature <= 0.0 {
            return wrong("mixture.temperature", "expected a positive number");
        }
        if mixture.r > 0.0 && mixture.corpus.is_empty() {
            return wrong("mixture.corpus", "r is above 0, so at least one corpus is needed");
        }
        if mixture.r.is_finite() && mixture.tasks.is_empty() {
            return wrong("mixture.tasks", "r is finite, so at least one task is needed");
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
        if !(0.0..1.0).contains(&self.loss.dropout) {
            return wrong("loss.dropout", "expected a probability below 1");
        }
        if self.checkpoints.keep == 0 {
            return wrong("checkpoints.keep", "must be at least 1, or nothing could be resumed");
        }
        let Model { size, from, config, .. } = &self.model;
        let given = [size.is_some(), from.is_some(), config.is_some()];
        if given.into_iter().filter(|&given| given).count() != 1 {
            return wrong("model", "give exactly one of `size`, `from` and `config`");
        }
        Ok(())
    }
}

/// Lays the overrides over the file. They may mend it, so only the whole has to fit; where it does
/// not, the error is the file's own if the file alone is wrong, else that of the first override
/// that spoils it.
fn with_overrides(text: &str, path: &Path, overrides: &[String]) -> Result<Recipe, RecipeError> {
    let mut table: toml::Table = config::parse(text, path)?;
    let file: Result<Recipe, ConfigError> = config::parse(text, path);
    let mut recipe = file.map_err(RecipeError::from);
    for text in overrides {
        apply(&mut table, text)?;
        let spoiled = |error: toml::de::Error| RecipeError::Override {
            text: text.clone(),
            reason: config::with_suggestion(error.message()),
        };
        recipe = match (table.clone().try_into(), recipe) {
            (Ok(mended), _) => Ok(mended),
            (Err(error), Ok(_)) => Err(spoiled(error)),
            (Err(_), earlier) => earlier,
        };
    }
    recipe
}

/// Puts `a.b=value` into the table.
fn apply(table: &mut toml::Table, text: &str) -> Result<(), RecipeError> {
    let wrong = |reason: &str| RecipeError::Override { text: text.into(), reason: reason.into() };
    let (key, value) = text.split_once('=').ok_or_else(|| wrong("expected key.path=value"))?;
    let value = value.trim();
    let parsed = format!("v = {value}").parse::<toml::Table>();
    let value = parsed
        .ok()
        .and_then(|mut table| table.remove("v"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()));
    let mut path: Vec<&str> = key.trim().split('.').collect();
    let last = path.pop().filter(|last| !last.is_empty()).ok_or_else(|| wrong("no key"))?;
    let mut table = table;
    for part in path {
        table = table
            .entry(part)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()))
            .as_table_mut()
            .ok_or_else(|| wrong(&format!("`{part}` is not a section")))?;
    }
    table.insert(last.to_owned(), value);
    Ok(())
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
        let error = read(SMALL, &["name=b", "train.stepps=7"]).unwrap_err();
        assert!(error.starts_with("--set train.stepps=7: unknown field"), "{error}");
        assert!(error.ends_with("did you mean `steps`?"), "{error}");
        let error = read(&SMALL.replace("steps = 5", ""), &["name=b"]).unwrap_err();
        assert!(error.contains("small.toml:"), "{error}");
        read(&SMALL.replace("steps = 5", ""), &["train.steps=5"]).unwrap();
        let error = read(SMALL, &["name.first=a"]).unwrap_err();
        assert!(error.contains("`name` is not a section"), "{error}");
    }

    #[test]
    fn mistakes_name_line_and_key() {
        let error = read(&SMALL.replace("rows = 4", "rowss = 4"), &[]).unwrap_err();
        assert!(error.contains("small.toml:10: unknown field `rowss`"), "{error}");
        let error = read(&SMALL.replace("r = 0", "r = 2"), &[]).unwrap_err();
        assert!(error.contains("`mixture.corpus`"), "{error}");
        let error = read(SMALL, &["model.from=x"]).unwrap_err();
        assert!(error.contains("exactly one of"), "{error}");
    }
}
