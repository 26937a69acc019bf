//! Values from the command line, laid over a file.

use super::{ConfigError, parse, with_suggestion};
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads a file as a `T` with overrides of the form `section.key=value` laid over it. A value is
/// TOML; text that is no TOML value is taken as a string.
///
/// Overrides may mend the file, so only the whole has to fit. Where it does not, the error is the
/// file's own if the file alone is wrong, else that of the first override that spoils it.
///
/// # Errors
/// When the file or an override is wrong; the error names file, line and key.
pub fn read_with<T: DeserializeOwned>(path: &Path, overrides: &[String]) -> Result<T, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    parse_with(&text, path, overrides)
}

/// As [`read_with`], of a text; `path` is named in errors.
///
/// # Errors
/// When the text or an override is wrong.
pub fn parse_with<T: DeserializeOwned>(
    text: &str,
    path: &Path,
    overrides: &[String],
) -> Result<T, ConfigError> {
    let mut whole = parse(text, path);
    if overrides.is_empty() {
        return whole;
    }
    let mut table: toml::Table = parse(text, path)?;
    for text in overrides {
        apply(&mut table, text)?;
        let spoiled = |error: toml::de::Error| ConfigError::Override {
            text: text.clone(),
            reason: with_suggestion(error.message()),
        };
        whole = match (table.clone().try_into(), whole) {
            (Ok(mended), _) => Ok(mended),
            (Err(error), Ok(_)) => Err(spoiled(error)),
            (Err(_), earlier) => earlier,
        };
    }
    whole
}

/// Puts `a.b=value` into the table.
fn apply(table: &mut toml::Table, text: &str) -> Result<(), ConfigError> {
    let wrong = |reason: &str| ConfigError::Override { text: text.into(), reason: reason.into() };
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
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        train: Train,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Train {
        steps: u64,
    }

    const SMALL: &str = "name = \"small\"\n\n[train]\nsteps = 5\n";

    fn read(text: &str, overrides: &[&str]) -> Result<Sample, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("small.toml");
        std::fs::write(&path, text).unwrap();
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        read_with(&path, &overrides).map_err(|error| error.to_string())
    }

    #[test]
    fn overrides_are_typed() {
        let sample = read(SMALL, &["train.steps = 7", "name=other"]).unwrap();
        assert_eq!((sample.train.steps, sample.name.as_str()), (7, "other"));
        let error = read(SMALL, &["name=b", "train.stepps=7"]).unwrap_err();
        assert!(error.starts_with("--set train.stepps=7: unknown field"), "{error}");
        assert!(error.ends_with("did you mean `steps`?"), "{error}");
        let error = read(SMALL, &["name.first=a"]).unwrap_err();
        assert!(error.contains("`name` is not a section"), "{error}");
    }

    #[test]
    fn overrides_may_mend_the_file() {
        let error = read(&SMALL.replace("steps = 5", ""), &["name=b"]).unwrap_err();
        assert!(error.contains("small.toml:"), "{error}");
        read(&SMALL.replace("steps = 5", ""), &["train.steps=5"]).unwrap();
    }
}
