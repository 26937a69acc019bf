//! Where the Hub is and who asks.

use super::error::HubError;
use std::env;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

const ENDPOINT: &str = "https://huggingface.co";

/// Where the Hub is, who asks, and how patiently.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Scheme, host and port, without a slash at the end.
    pub endpoint: String,
    /// The user's token. Sent to the endpoint alone, and never shown.
    pub token: Option<Token>,
    /// The folder of the Hub's own tools: files that they have downloaded are copied from it.
    pub home: Option<PathBuf>,
    /// The wait before the second attempt; it doubles with each.
    pub first_wait: Duration,
    /// Attempts without a byte in between, before it is an error.
    pub attempts: u32,
    /// How many seconds a server may ask to wait.
    pub longest_wait: Duration,
}

/// A secret: it has no way to be printed.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A token, without the white space around it; none where nothing is left.
    ///
    /// # Errors
    /// When it cannot stand in a header.
    pub fn new(text: &str, from: &str) -> Result<Option<Token>, HubError> {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let reason = "not a token: it has spaces or other characters that no token has";
            return Err(HubError::Setting { name: from.to_owned(), reason });
        }
        Ok((!text.is_empty()).then(|| Token(text.to_owned())))
    }

    pub(super) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Settings {
    /// Those for an endpoint, without a token.
    pub fn new(endpoint: &str) -> Settings {
        Settings {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            token: None,
            home: None,
            first_wait: Duration::from_millis(500),
            attempts: 6,
            longest_wait: Duration::from_secs(300),
        }
    }

    /// From the environment, as the Hub's own tools read it: `HF_ENDPOINT`; `HF_HOME`, else
    /// `XDG_CACHE_HOME/huggingface`, else `~/.cache/huggingface`; `HF_TOKEN`, else the file
    /// `HF_TOKEN_PATH`, else `HF_HOME/token`.
    ///
    /// # Errors
    /// When the endpoint is no address, or the token is none.
    pub fn from_environment() -> Result<Settings, HubError> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
        let endpoint = variable("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned());
        if !endpoint.starts_with("https://") && !endpoint.starts_with("http://") {
            let reason = "not an address: it must begin with https:// or http://";
            return Err(HubError::Setting { name: "HF_ENDPOINT".to_owned(), reason });
        }
        let path = |name: &str| variable(name).map(PathBuf::from);
        let cache = path("XDG_CACHE_HOME").or_else(|| Some(path("HOME")?.join(".cache")));
        let home = path("HF_HOME").or_else(|| Some(cache?.join("huggingface")));
        let token = match variable("HF_TOKEN") {
            Some(text) => Token::new(&text, "HF_TOKEN")?,
            None => {
                let file = path("HF_TOKEN_PATH").or_else(|| Some(home.as_ref()?.join("token")));
                match file.and_then(|file| Some((fs::read_to_string(&file).ok()?, file))) {
                    Some((text, file)) => Token::new(&text, &file.to_string_lossy())?,
                    None => None,
                }
            }
        };
        Ok(Settings { token, home, ..Settings::new(&endpoint) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_never_shown() {
        let token = Token::new(" hf_secret\n", "HF_TOKEN").unwrap();
        let settings = Settings { token, ..Settings::new("http://a/") };
        assert_eq!(settings.token.as_ref().unwrap().header(), "Bearer hf_secret");
        assert!(!format!("{settings:?}").contains("secret"));
        let error = Token::new("hf secret", "HF_TOKEN").unwrap_err().to_string();
        assert!(error.starts_with("HF_TOKEN: ") && !error.contains("secret"), "{error}");
        assert!(Token::new(" \n", "HF_TOKEN").unwrap().is_none());
    }
}
