//! Typed TOML files whose errors name the file, the line and the nearest known key.

mod overrides;

pub use overrides::{parse_with, read_with};

use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a TOML file was refused.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is not what the reader expects.
    #[error("{}:{line}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line of the mistake, from 1.
        line: usize,
        /// What is wrong, and the nearest known name where one is close.
        message: String,
    },
    /// An override is not `key.path=value`, or its value does not fit.
    #[error("--set {text}: {reason}")]
    Override {
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads a file as a `T`. Give `T` `#[serde(deny_unknown_fields)]`, so that a mistyped key is an
/// error.
///
/// # Errors
/// When the file cannot be read, is not TOML, or does not fit `T`.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    parse(&text, path)
}

/// Reads `text` as a `T`; `path` is named in errors.
///
/// # Errors
/// When the text is not TOML or does not fit `T`.
pub fn parse<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = 1 + text.bytes().take(start).filter(|&b| b == b'\n').count();
        let message = with_suggestion(error.message());
        ConfigError::Invalid { path: path.to_owned(), line, message }
    })
}

/// The known name nearest to `name`, if one is close enough to be what was meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .min()
        .filter(|&(distance, candidate)| distance <= 1 + name.len().min(candidate.len()) / 3)
        .map(|(_, candidate)| candidate)
}

/// Adds the nearest known name to one of serde's messages for unknown fields and variants. They
/// quote the unknown name first and the known ones after it, each between backticks.
pub fn with_suggestion(message: &str) -> String {
    let message = message.trim_end();
    if !message.starts_with("unknown field") && !message.starts_with("unknown variant") {
        return message.to_owned();
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let suggestion = quoted.next().and_then(|unknown| nearest(unknown, quoted));
    match suggestion {
        Some(known) => format!("{message}; did you mean `{known}`?"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code)]
        temperature: f64,
    }

    fn message(text: &str) -> String {
        parse::<Sample>(text, Path::new("a.toml")).unwrap_err().to_string()
    }

    #[test]
    fn names_line_and_nearest_key() {
        let error = message("temperature = 1.0\n\ntemprature = 2.0\n");
        assert!(error.starts_with("a.toml:3: unknown field `temprature`"), "{error}");
        assert!(error.ends_with("did you mean `temperature`?"), "{error}");
    }

    #[test]
    fn names_wrong_types_and_missing_files() {
        let error = message("temperature = \"hot\"\n");
        assert!(error.starts_with("a.toml:1: invalid type"), "{error}");
        let error = read::<Sample>(Path::new("no/such.toml")).unwrap_err().to_string();
        assert!(error.starts_with("no/such.toml: cannot be read"), "{error}");
    }

    #[test]
    fn far_names_are_not_suggested() {
        assert_eq!(nearest("zzz", ["accuracy", "rouge"]), None);
        assert_eq!(nearest("acuracy", ["accuracy", "rouge"]), Some("accuracy"));
    }
}
