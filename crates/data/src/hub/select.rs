//! Which files of a repository are the splits of a configuration.

use super::api::{Config, RemoteFile};
use std::collections::{BTreeMap, BTreeSet};

/// The files of each split, in order of name.
pub(super) type Splits = BTreeMap<String, Vec<RemoteFile>>;

/// What was found.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    Splits(Splits),
    /// No Parquet file at all.
    Nothing,
    /// Not the configuration, or several and none was asked for: their names.
    Configs(Vec<String>),
}

/// What converted splits of which only a part was converted begin with.
pub(super) const PARTIAL: &str = "partial-";

/// The configuration `asked` for, or the only or default one: as the card says where it does, else
/// as the folders tell.
pub(super) fn select(files: &[RemoteFile], configs: &[Config], asked: Option<&str>) -> Found {
    let mut files: Vec<_> = files.iter().filter(|file| file.path.ends_with(".parquet")).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if files.is_empty() {
        return Found::Nothing;
    }
    let config = match asked {
        Some(name) => configs.iter().find(|config| config.name == name),
        None => configs
            .iter()
            .find(|config| config.default || config.name == "default")
            .or(if configs.len() == 1 { configs.first() } else { None }),
    };
    let by_card = config.map(|config| by_patterns(&files, config)).unwrap_or_default();
    if !by_card.is_empty() {
        return Found::Splits(by_card);
    }
    by_folders(&files, asked)
}

fn by_patterns(files: &[&RemoteFile], config: &Config) -> Splits {
    let mut splits = Splits::new();
    for (split, patterns) in &config.splits {
        let patterns: Vec<_> =
            patterns.iter().filter_map(|pattern| glob::Pattern::new(pattern).ok()).collect();
        let matches = |file: &&&RemoteFile| patterns.iter().any(|p| p.matches(&file.path));
        let found: Vec<_> = files.iter().filter(matches).map(|&file| file.clone()).collect();
        if !found.is_empty() {
            splits.entry(split.clone()).or_default().extend(found);
        }
    }
    splits
}

/// `[data/][CONFIG/]SPLIT-00000-of-00001.parquet` and `[CONFIG/]SPLIT/0000.parquet`.
fn by_folders(files: &[&RemoteFile], asked: Option<&str>) -> Found {
    let mut all: BTreeMap<String, Splits> = BTreeMap::new();
    for &file in files {
        let mut folders: Vec<&str> = file.path.split('/').collect();
        let stem = folders.pop().and_then(|name| name.strip_suffix(".parquet")).unwrap_or("");
        if folders.first() == Some(&"data") {
            folders.remove(0);
        }
        // In a split's own folder files have numbers for names.
        let split = match stem.bytes().all(|byte| byte.is_ascii_digit()) {
            true => folders.pop().unwrap_or("train"),
            false => without_number(stem),
        };
        let config = match folders[..] {
            [] => "default",
            [config] => config,
            _ => continue,
        };
        let splits = all.entry(config.to_owned()).or_default();
        splits.entry(split.to_owned()).or_default().push(file.clone());
    }
    let names: BTreeSet<String> = all.keys().cloned().collect();
    let chosen = match asked {
        Some(name) => all.remove(name),
        None if all.len() == 1 => all.pop_first().map(|(_, splits)| splits),
        None => all.remove("default"),
    };
    chosen.map_or_else(|| Found::Configs(names.into_iter().collect()), Found::Splits)
}

/// `train-00000-of-00004` is of `train`.
pub(super) fn without_number(stem: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let split = stem.rsplit_once("-of-").filter(|(_, of)| digits(of));
    let split = split.and_then(|(rest, _)| rest.rsplit_once('-').filter(|(_, n)| digits(n)));
    split.map_or(stem, |(split, _)| split)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::Checksum;

    fn files(paths: &[&str]) -> Vec<RemoteFile> {
        let checksum = Checksum::git(&"0".repeat(40)).unwrap();
        let file = |path: &&str| RemoteFile {
            path: (*path).to_owned(),
            bytes: 1,
            checksum: checksum.clone(),
        };
        paths.iter().map(file).collect()
    }

    fn found(paths: &[&str], configs: &[Config], asked: Option<&str>) -> Result<String, String> {
        match select(&files(paths), configs, asked) {
            Found::Splits(splits) => Ok(splits
                .iter()
                .map(|(split, files)| format!("{split}:{} ", files.len()))
                .collect()),
            Found::Nothing => Err("nothing".to_owned()),
            Found::Configs(names) => Err(names.join(" ")),
        }
    }

    #[test]
    fn folders_tell() {
        let glue =
            ["cola/train-00000-of-00001.parquet", "rte/train-00000-of-00001.parquet", "README.md"];
        assert_eq!(found(&glue, &[], Some("rte")).unwrap(), "train:1 ");
        assert_eq!(found(&glue, &[], Some("sst")).unwrap_err(), "cola rte");
        assert_eq!(found(&glue, &[], None).unwrap_err(), "cola rte");
        let data = [
            "data/train-00000-of-00002.parquet",
            "data/train-00001-of-00002.parquet",
            "data/test-00000-of-00001.parquet",
        ];
        assert_eq!(found(&data, &[], None).unwrap(), "test:1 train:2 ");
        let converted = [
            "default/train/0000.parquet",
            "default/train/0001.parquet",
            "default/partial-test/0000.parquet",
        ];
        assert_eq!(found(&converted, &[], None).unwrap(), "partial-test:1 train:2 ");
        assert_eq!(found(&["a.csv"], &[], None).unwrap_err(), "nothing");
    }

    #[test]
    fn cards_come_first() {
        let config = |name: &str, split: &str, pattern: &str| Config {
            name: name.to_owned(),
            default: false,
            splits: vec![(split.to_owned(), vec![pattern.to_owned()])],
        };
        let configs = [config("a", "dev", "x/*.parquet"), config("b", "test", "y/none-*")];
        assert_eq!(found(&["x/q.parquet", "b/z.parquet"], &configs, Some("a")).unwrap(), "dev:1 ");
        assert_eq!(found(&["x/q.parquet", "b/z.parquet"], &configs, Some("b")).unwrap(), "z:1 ");
    }
}
