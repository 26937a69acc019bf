//! What a repository is and which files it holds.

use super::checksum::Checksum;
use super::client::{Client, shown, text};
use super::error::HubError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::Read;
use std::sync::atomic::AtomicBool;

/// What stands as it is in a segment of an address.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// No listing is longer than so many bytes or pages.
const LISTING: u64 = 64 << 20;
const PAGES: usize = 1000;

/// A file of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its path in the repository, checked: it goes downwards only.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// What its bytes come to.
    pub checksum: Checksum,
}

/// A data set at one commit.
pub(super) struct Repository {
    pub(super) id: String,
    pub(super) commit: String,
    pub(super) gated: bool,
    /// As the card says, `unknown` where it does not.
    pub(super) licence: String,
    pub(super) configs: Vec<Config>,
}

/// A configuration as the data set's card defines it.
#[derive(Debug, PartialEq)]
pub(super) struct Config {
    pub(super) name: String,
    pub(super) default: bool,
    /// Splits with the patterns of their files.
    pub(super) splits: Vec<(String, Vec<String>)>,
}

#[derive(Deserialize)]
struct Info {
    sha: String,
    #[serde(default)]
    gated: Value,
    #[serde(default, rename = "cardData")]
    card: Value,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    oid: String,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    oid: String,
    size: u64,
}

impl Client {
    /// The page of a data set, for people.
    pub(super) fn page(&self, id: &str) -> String {
        format!("{}/datasets/{id}", self.settings.endpoint)
    }

    /// A data set at a revision.
    pub(super) fn repository(
        &self,
        id: &str,
        revision: &str,
        stop: &AtomicBool,
    ) -> Result<Repository, HubError> {
        check_id(id)?;
        let endpoint = &self.settings.endpoint;
        let url = format!("{endpoint}/api/datasets/{id}/revision/{}", escape(revision));
        let (info, _): (Info, _) = self.json(&url, stop)?;
        if info.sha.len() != 40 || !info.sha.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(HubError::Answer { url, reason: "`sha` is no commit".to_owned() });
        }
        Ok(Repository {
            id: id.to_owned(),
            commit: info.sha,
            gated: !matches!(info.gated, Value::Null | Value::Bool(false)),
            licence: licence(&info.card),
            configs: configs(&info.card),
        })
    }

    /// The files of a data set below a folder, or all.
    pub(super) fn files(
        &self,
        repository: &Repository,
        under: Option<&str>,
        stop: &AtomicBool,
    ) -> Result<Vec<RemoteFile>, HubError> {
        let Repository { id, commit, .. } = repository;
        let endpoint = &self.settings.endpoint;
        let under = under.map(|under| format!("/{}", escape(under))).unwrap_or_default();
        let mut next =
            Some(format!("{endpoint}/api/datasets/{id}/tree/{commit}{under}?recursive=true"));
        let mut files = Vec::new();
        for _ in 0..PAGES {
            let Some(url) = next else { return Ok(files) };
            let (entries, following): (Vec<Entry>, _) = self.json(&url, stop)?;
            for entry in entries.into_iter().filter(|entry| entry.kind == "file") {
                files.push(remote(id, entry)?);
            }
            next = following;
        }
        Err(HubError::Answer { url: self.page(id), reason: "the listing has no end".to_owned() })
    }

    /// Where a file of a data set is downloaded from.
    pub(super) fn address(&self, id: &str, commit: &str, path: &str) -> String {
        let path: Vec<_> = path.split('/').map(escape).collect();
        format!("{}/datasets/{id}/resolve/{commit}/{}", self.settings.endpoint, path.join("/"))
    }

    /// A JSON answer, and the address of the page that follows.
    fn json<T: DeserializeOwned>(
        &self,
        url: &str,
        stop: &AtomicBool,
    ) -> Result<(T, Option<String>), HubError> {
        let wrong = |reason: String| HubError::Answer { url: shown(url), reason };
        let answer = self.get(url, 0, stop)?;
        let link = text(answer.response.headers(), "link");
        let mut bytes = Vec::new();
        let reader = answer.response.into_body().into_reader();
        let read = reader.take(LISTING).read_to_end(&mut bytes);
        read.map_err(|error| wrong(error.to_string()))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        let next = link.as_deref().and_then(next_page);
        // The token goes with it, so it may only lead back to the same place.
        match next {
            Some(next) if !next.starts_with(&format!("{}/api/", self.settings.endpoint)) => {
                Err(wrong("the next page is elsewhere".to_owned()))
            }
            next => Ok((value, next)),
        }
    }
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// `<ADDRESS>; rel="next"`
fn next_page(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    Some(next.split_once('<')?.1.split_once('>')?.0.to_owned())
}

fn check_id(id: &str) -> Result<(), HubError> {
    let part = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(plain)
    };
    if id.split('/').count() > 2 || !id.split('/').all(part) {
        let reason = "a data set is called OWNER/NAME or NAME";
        return Err(refused(id, id, reason));
    }
    Ok(())
}

pub(super) fn refused(repository: &str, name: &str, reason: &'static str) -> HubError {
    let name = name.escape_default().take(200).collect();
    HubError::Name { repository: repository.to_owned(), name, reason }
}

fn remote(id: &str, entry: Entry) -> Result<RemoteFile, HubError> {
    let Entry { path, size, oid, lfs, .. } = entry;
    let step = |part: &str| !part.is_empty() && part != "." && part != "..";
    let strange = |c: char| c == '\\' || c.is_control();
    if path.len() > 1000 || path.contains(strange) || !path.split('/').all(step) {
        return Err(refused(id, &path, "it leads out of the repository, or is no path"));
    }
    let (checksum, bytes) = match &lfs {
        Some(lfs) => {
            let digits = lfs.oid.strip_prefix("sha256:").unwrap_or(&lfs.oid);
            (Checksum::sha256(digits), lfs.size)
        }
        None => (Checksum::git(&oid), size),
    };
    match checksum {
        Some(checksum) => Ok(RemoteFile { path, bytes, checksum }),
        None => Err(refused(id, &path, "the listing has no checksum for it")),
    }
}

fn licence(card: &Value) -> String {
    let names: Vec<&str> = match &card["license"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let plain = |c: &char| !c.is_control();
    match names.is_empty() {
        true => "unknown".to_owned(),
        false => names.join(", ").chars().filter(plain).take(100).collect(),
    }
}

fn configs(card: &Value) -> Vec<Config> {
    let of = |config: &Value| {
        Some(Config {
            name: config["config_name"].as_str()?.to_owned(),
            default: config["default"].as_bool().unwrap_or(false),
            splits: data_files(&config["data_files"]),
        })
    };
    card["configs"].as_array().into_iter().flatten().filter_map(of).collect()
}

/// `data_files` in each of its forms; files without a split are the train split.
fn data_files(value: &Value) -> Vec<(String, Vec<String>)> {
    let paths = |value: &Value| -> Vec<String> {
        let all = match value {
            Value::Array(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        all.iter().filter_map(|path| path.as_str().map(str::to_owned)).collect()
    };
    let train = "train".to_owned();
    match value {
        Value::Object(splits) => {
            splits.iter().map(|(split, value)| (split.clone(), paths(value))).collect()
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let item = |item: &Value| {
                let split = item["split"].as_str().unwrap_or("train").to_owned();
                (split, paths(&item["path"]))
            };
            items.iter().map(item).collect()
        }
        Value::Null => Vec::new(),
        other => vec![(train, paths(other))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_and_paths_are_checked() {
        for id in ["a/b", "squad", "a.b/c-d_e"] {
            assert!(check_id(id).is_ok(), "{id}");
        }
        for id in ["", "a/b/c", "../b", "a/..", "a b", "/a", "a?b"] {
            assert!(check_id(id).is_err(), "{id}");
        }
        let entry = |path: &str| Entry {
            kind: "file".to_owned(),
            path: path.to_owned(),
            size: 1,
            oid: "0".repeat(40),
            lfs: None,
        };
        assert!(remote("a/b", entry("data/train-00000-of-00001.parquet")).is_ok());
        for path in ["../x", "/etc/passwd", "a//b", "a/../b", "a\\..\\b", "", "a\n", "."] {
            assert!(remote("a/b", entry(path)).is_err(), "{path}");
        }
        assert!(remote("a/b", Entry { oid: "../x".to_owned(), ..entry("a") }).is_err());
    }

    #[test]
    fn cards_are_read_in_all_their_forms() {
        let card = json!({"license": ["mit", "cc0"], "configs": [
            {"config_name": "a", "default": true, "data_files": [{"split": "dev", "path": "a/dev-*"}]},
            {"config_name": "b", "data_files": "b/*.parquet"},
            {"config_name": "c", "data_files": {"test": ["x", "y"]}},
        ]});
        assert_eq!(licence(&card), "mit, cc0");
        let splits: Vec<_> = configs(&card).into_iter().map(|config| config.splits).collect();
        let of = |split: &str, paths: &[&str]| {
            vec![(split.to_owned(), paths.iter().map(|path| (*path).to_owned()).collect())]
        };
        assert_eq!(
            splits,
            [of("dev", &["a/dev-*"]), of("train", &["b/*.parquet"]), of("test", &["x", "y"])]
        );
        assert_eq!((licence(&json!(null)).as_str(), configs(&json!(null)).len()), ("unknown", 0));
    }

    #[test]
    fn pages_follow_one_another() {
        let link = "<http://h/api/x?cursor=1>; rel=\"next\"";
        assert_eq!(next_page(link).as_deref(), Some("http://h/api/x?cursor=1"));
        assert_eq!(next_page("<http://h/>; rel=\"prev\""), None);
    }
}
