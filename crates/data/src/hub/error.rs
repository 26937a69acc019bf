//! Why a data set could not be fetched.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a data set could not be fetched. No message holds a token, or the signed part of an address.
#[derive(Debug, Error)]
pub enum HubError {
    /// A setting from the environment that cannot be used. The value is not told.
    #[error("{name}: {reason}")]
    Setting {
        /// The variable or file.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No connection, or it broke too often.
    #[error(
        "{url}: {reason} ({attempts} attempts); run the same command again, it goes on where it stopped"
    )]
    Connection {
        /// The address.
        url: String,
        /// What the last attempt met.
        reason: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// The server wants longer waits than are sensible.
    #[error(
        "{url}: the server is busy and asks to wait {seconds} s; run the same command again after that"
    )]
    Busy {
        /// The address.
        url: String,
        /// What it asks for.
        seconds: u64,
    },
    /// An answer that is neither success nor any of those below.
    #[error("{url}: the server answered {status}{}", said(message))]
    Status {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What the server said.
        message: String,
    },
    /// Not there.
    #[error(
        "{url}: not found{}; check `id`, `config` and `revision` of `source.hub`, and HF_ENDPOINT",
        said(message)
    )]
    NotFound {
        /// The address.
        url: String,
        /// What the server said.
        message: String,
    },
    /// Access is refused: the data set is private, gated, or does not exist.
    #[error("{url}: access refused ({status}){}\n{}", said(message), step(url, *token))]
    Refused {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What the server said.
        message: String,
        /// Whether a token was sent.
        token: bool,
    },
    /// A gated data set, and no token.
    #[error(
        "{page}: the publisher asks users to accept terms first: sign in there and accept them, make a token with read access, put it into HF_TOKEN, and run the same command again"
    )]
    Gated {
        /// The page of the data set.
        page: String,
    },
    /// A redirect that is not followed.
    #[error("{url}: {reason}")]
    Redirect {
        /// The address that redirected.
        url: String,
        /// Why it is not followed.
        reason: String,
    },
    /// An answer that cannot be understood.
    #[error("{url}: the answer is not what the Hub's API says: {reason}")]
    Answer {
        /// The address.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// A name from a server or a task file that is not used, for safety.
    #[error("{repository}: refused the name `{name}`: {reason}")]
    Name {
        /// The repository.
        repository: String,
        /// The name, escaped.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There are several configurations, or not the one that was asked for.
    #[error(
        "{repository}: {}; there are {}: name one in `source.hub.config`",
        match asked { Some(asked) => format!("no configuration `{asked}`"), None => "several configurations".to_owned() },
        known.join(", ")
    )]
    Config {
        /// The repository.
        repository: String,
        /// What was asked for.
        asked: Option<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// Neither the repository nor its conversion has Parquet files.
    #[error(
        "{page}: there are no Parquet files, neither in the repository nor in its conversion: download the data from there by hand, and put it into {}", folder.display()
    )]
    NoParquet {
        /// The page of the data set.
        page: String,
        /// Where the data goes.
        folder: PathBuf,
    },
    /// The conversion holds only the beginning of a split.
    #[error(
        "{page}: the conversion to Parquet has only the first part of split {split}: download the data from there by hand, and put it into {}", folder.display()
    )]
    Partial {
        /// The page of the data set.
        page: String,
        /// The split.
        split: String,
        /// Where the data goes.
        folder: PathBuf,
    },
    /// None of the splits or files that are wanted is there.
    #[error("{repository}: none of {} is there; there are {}", wanted.join(", "), known.join(", "))]
    Nothing {
        /// The repository.
        repository: String,
        /// What was asked for.
        wanted: Vec<String>,
        /// What there is.
        known: Vec<String>,
    },
    /// What came is not what the Hub lists, twice.
    #[error(
        "{url}: wrong content: expected {expected}, found {found}; nothing of it is kept, run the same command again"
    )]
    Checksum {
        /// The address.
        url: String,
        /// Size or checksum as listed.
        expected: String,
        /// Size or checksum as it came.
        found: String,
    },
    /// A file that was not fetched stands where one would go.
    #[error("{}: was not fetched and stands in the way: move it away", path.display())]
    InTheWay {
        /// The file.
        path: PathBuf,
    },
    /// Another process fetches into the same folder.
    #[error("{}: another `ext5 fetch` is at work there: wait for it", folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// The system could not read or write a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Asked to stop; what came so far is kept.
    #[error("interrupted; the same command goes on")]
    Interrupted,
}

impl HubError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> HubError {
        let path = path.to_owned();
        move |source| HubError::Io { path, source }
    }
}

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

fn step(url: &str, token: bool) -> String {
    let page = url.split_once("/resolve/").map_or(url, |(page, _)| page);
    let page = page.replacen("/api/datasets/", "/datasets/", 1);
    let page = page.split_once("/revision/").map_or(page.as_str(), |(page, _)| page);
    let page = page.split_once("/tree/").map_or(page, |(page, _)| page);
    match token {
        true => format!(
            "open {page}, signed in with the account of your token, and accept the terms or ask for access; a token needs read access to gated repositories"
        ),
        false => format!(
            "if {page} is private or gated, accept its terms there, make a token with read access and put it into HF_TOKEN"
        ),
    }
}
