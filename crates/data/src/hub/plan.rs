//! What is to be fetched, and what of it is there.

use super::api::{RemoteFile, Repository, refused};
use super::client::Client;
use super::error::HubError;
use super::manifest::Manifest;
use super::select::{Found, PARTIAL, Splits, select, without_number};
use crate::files::inside;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// The branch into which the Hub converts data sets.
const CONVERTED: &str = "refs/convert/parquet";

/// What somebody wants.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it is called: the task, or the corpus.
    pub name: String,
    /// The folder under the data root.
    pub folder: String,
    /// `OWNER/NAME`, or `NAME`.
    pub repository: String,
    /// The configuration, where there are several.
    pub config: Option<String>,
    /// The commit, tag or branch; `main` by default.
    pub revision: Option<String>,
    /// What of it.
    pub what: What,
}

/// What of a repository is wanted.
#[derive(Clone, Debug)]
pub enum What {
    /// Splits by the publisher's names, as far as they are there.
    Splits(Vec<String>),
    /// Files of a folder under their own names: the first so many whose names begin so.
    Files {
        /// The folder.
        under: String,
        /// Beginnings of names, with how many of each, in order of name.
        first: Vec<(String, usize)>,
    },
}

/// What a request comes to.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of the request.
    pub name: String,
    /// Where the files go.
    pub folder: PathBuf,
    /// Of the request.
    pub repository: String,
    /// Of the request.
    pub config: Option<String>,
    /// The commit that the revision stands for.
    pub commit: String,
    /// As the card says, `unknown` where it does not.
    pub licence: String,
    /// Whether users must accept terms first.
    pub gated: bool,
    /// The data set's page.
    pub page: String,
    /// Every file that is wanted.
    pub files: Vec<PlannedFile>,
    /// The splits of which these are all files, so that others of an earlier fetch go; none where
    /// it is a part of a corpus.
    pub splits: Vec<String>,
}

/// A file that is wanted.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    /// Its name in the folder, never a server's.
    pub name: String,
    /// What it is on the Hub.
    pub remote: RemoteFile,
    /// The commit that has it.
    pub commit: String,
    /// Whether it is there already.
    pub done: bool,
}

impl Plan {
    /// Asks the Hub what a request comes to; writes nothing.
    ///
    /// # Errors
    /// When the data set is not there or not accessible, has no Parquet files, or nothing of it is
    /// what was asked for.
    pub fn new(
        client: &Client,
        root: &Path,
        request: &Request,
        stop: &AtomicBool,
    ) -> Result<Plan, HubError> {
        let Request { repository: id, config, .. } = request;
        let outside = |_| refused(id, &request.folder, "the folder leads out of the data root");
        inside(&request.folder).map_err(outside)?;
        let folder = root.join(&request.folder);
        let revision = request.revision.as_deref().unwrap_or("main");
        let repository = client.repository(id, revision, stop)?;
        let page = client.page(id);
        let (files, commit) = match &request.what {
            What::Files { under, first } => {
                let files = client.files(&repository, Some(under), stop)?;
                (by_names(&repository, below(files, under), first)?, repository.commit.clone())
            }
            What::Splits(wanted) => {
                let (splits, commit) = splits(client, &repository, config, &folder, stop)?;
                (by_splits(&repository, splits, wanted, &page, &folder)?, commit)
            }
        };
        let manifest = Manifest::read(&folder)?;
        let planned = |(name, remote): (String, RemoteFile)| {
            let done = manifest.has(&folder, &name, &remote.checksum);
            let path = folder.join(&name);
            if !done
                && !manifest.knows(&name)
                && path.symlink_metadata().is_ok()
                && !remote.checksum.is_of(&path, remote.bytes)
            {
                return Err(HubError::InTheWay { path });
            }
            Ok(PlannedFile { name, remote, commit: commit.clone(), done })
        };
        let files = files.into_iter().map(planned).collect::<Result<_, _>>()?;
        let Repository { commit, licence, gated, .. } = repository;
        Ok(Plan {
            name: request.name.clone(),
            folder,
            repository: id.clone(),
            config: config.clone(),
            commit,
            licence,
            gated,
            page,
            files,
            splits: match &request.what {
                What::Splits(splits) => splits.clone(),
                What::Files { .. } => Vec::new(),
            },
        })
    }

    /// Whether a fetched file of the folder is none of these and of the same split: the commit that
    /// it came from had other ones. Splits that other tasks have fetched there are left alone.
    pub(super) fn replaces(&self, name: &str) -> bool {
        let split = name.strip_suffix(".parquet").map(without_number);
        let same = split.is_some_and(|split| self.splits.iter().any(|wanted| wanted == split));
        same && self.files.iter().all(|file| file.name != name)
    }

    /// Bytes that are wanted.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.remote.bytes).sum()
    }

    /// Bytes that are not there yet.
    pub fn missing(&self) -> u64 {
        let missing = self.files.iter().filter(|file| !file.done);
        missing.map(|file| file.remote.bytes).sum()
    }
}

/// The files right in a folder, whatever else a server lists.
fn below(mut files: Vec<RemoteFile>, folder: &str) -> Vec<RemoteFile> {
    files.retain(|file| file.path.rsplit_once('/').is_some_and(|(in_, _)| in_ == folder));
    files
}

/// The splits of a configuration, from the repository itself or from its conversion.
fn splits(
    client: &Client,
    repository: &Repository,
    config: &Option<String>,
    folder: &Path,
    stop: &AtomicBool,
) -> Result<(Splits, String), HubError> {
    let asked = config.as_deref();
    let own = select(&client.files(repository, None, stop)?, &repository.configs, asked);
    if let Found::Splits(splits) = own {
        return Ok((splits, repository.commit.clone()));
    }
    let nothing =
        || HubError::NoParquet { page: client.page(&repository.id), folder: folder.to_owned() };
    let missing = |known| HubError::Config {
        repository: repository.id.clone(),
        asked: config.clone(),
        known,
    };
    let converted = match client.repository(&repository.id, CONVERTED, stop) {
        Ok(converted) => converted,
        Err(HubError::NotFound { .. }) => {
            return Err(match own {
                Found::Configs(known) => missing(known),
                _ => nothing(),
            });
        }
        Err(error) => return Err(error),
    };
    match select(&client.files(&converted, None, stop)?, &[], asked) {
        Found::Splits(splits) => Ok((splits, converted.commit)),
        Found::Nothing => Err(nothing()),
        Found::Configs(known) => Err(missing(known)),
    }
}

/// The files of the wanted splits, called `SPLIT-00000-of-00002.parquet`.
fn by_splits(
    repository: &Repository,
    mut splits: Splits,
    wanted: &[String],
    page: &str,
    folder: &Path,
) -> Result<Vec<(String, RemoteFile)>, HubError> {
    let mut planned = Vec::new();
    for split in wanted {
        if splits.contains_key(&format!("{PARTIAL}{split}")) {
            let (page, folder) = (page.to_owned(), folder.to_owned());
            return Err(HubError::Partial { page, split: split.clone(), folder });
        }
        let files = splits.remove(split).unwrap_or_default();
        let of = files.len();
        for (number, file) in files.into_iter().enumerate() {
            planned.push((format!("{}-{number:05}-of-{of:05}.parquet", plain(split)?), file));
        }
    }
    match planned.is_empty() {
        true => Err(HubError::Nothing {
            repository: repository.id.clone(),
            wanted: wanted.to_vec(),
            known: splits.into_keys().collect(),
        }),
        false => Ok(planned),
    }
}

/// The first files of each beginning, under their own names.
fn by_names(
    repository: &Repository,
    mut files: Vec<RemoteFile>,
    first: &[(String, usize)],
) -> Result<Vec<(String, RemoteFile)>, HubError> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let name = |file: &RemoteFile| file.path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut planned = Vec::new();
    for (beginning, count) in first {
        let matching = files.iter().filter(|file| name(file).starts_with(beginning.as_str()));
        for file in matching.take(*count) {
            planned.push((plain(&name(file))?.to_owned(), file.clone()));
        }
    }
    match planned.is_empty() {
        true => Err(HubError::Nothing {
            repository: repository.id.clone(),
            wanted: first.iter().map(|(beginning, _)| format!("{beginning}*")).collect(),
            known: files.into_iter().map(|file| file.path).take(10).collect(),
        }),
        false => Ok(planned),
    }
}

/// A name that is one visible file on any system.
fn plain(name: &str) -> Result<&str, HubError> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    match name.is_empty() || name.starts_with('.') || !name.chars().all(known) {
        true => Err(refused(name, name, "letters, digits, `_`, `-` and `.` are allowed")),
        false => Ok(name),
    }
}
