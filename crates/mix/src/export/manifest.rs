//! What an export is, and whether a folder holds the same one.

use super::{Compression, ExportError, Format, Request};
use crate::mixture::{EntryKind, Mixture, MixtureError};
use ext5_core::{Digest, atomic};
use ext5_data::DataLock;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

const FILE: &str = "manifest.json";
/// Of the layout of the folder; raise it when that changes.
const LAYOUT: u32 = 1;

/// Where an export's mixture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The recipe's name.
    pub name: String,
    /// The recipe's digest.
    pub recipe: Digest,
    /// Every source file; it is written into the export.
    pub data_lock: DataLock,
    /// The digest of the vocabulary.
    pub vocabulary: Digest,
    /// The program and its version.
    pub code: String,
}

/// What was asked for, and all that the examples follow from. It is the same for all shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the folder's layout.
    pub layout: u32,
    /// The recipe's name.
    pub name: String,
    /// The digest of the recipe.
    pub recipe: Digest,
    /// The digest of the data lock.
    pub data_lock: Digest,
    /// The digest of the vocabulary.
    pub vocabulary: Digest,
    /// The digest of the entries' token stores: it covers task definitions as well.
    pub stores: Digest,
    /// The seed of the stream.
    pub seed: u64,
    /// The program and its version.
    pub code: String,
    /// What files hold.
    pub format: Format,
    /// How they are compressed.
    pub compression: Compression,
    /// The first slot.
    pub from: u64,
    /// How many slots.
    pub examples: u64,
    /// Examples of a file; the last may have fewer.
    pub examples_per_file: u64,
    /// Number of files of all shards together.
    pub files: u64,
    /// Most input tokens of an example, end of sequence included.
    pub inputs: usize,
    /// Most target tokens of an example, end of sequence included.
    pub targets: usize,
    /// What each entry supplies.
    pub entries: Vec<EntryCount>,
}

/// What an entry supplies to an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryCount {
    /// The entry.
    pub name: String,
    /// Its integer rate.
    pub rate: u32,
    /// Its examples among the exported slots, of all shards together.
    pub examples: u64,
}

impl Manifest {
    /// The manifest of a request.
    pub(super) fn new(
        mixture: &Mixture,
        request: &Request,
        provenance: &Provenance,
    ) -> Result<Self, MixtureError> {
        let settings = mixture.settings();
        let before = mixture.counts(request.from)?;
        let after = mixture.counts(request.from + request.examples)?;
        let rates = mixture.rates();
        let counts = mixture.entries().iter().zip(before.iter().zip(after));
        let entries = counts.map(|(entry, (before, after))| EntryCount {
            name: entry.name.clone(),
            rate: rates.get(&entry.name).copied().unwrap_or_default(),
            examples: after - before,
        });
        let Provenance { name, recipe, data_lock, vocabulary, code } = provenance.clone();
        Ok(Manifest {
            layout: LAYOUT,
            name,
            recipe,
            data_lock: data_lock.digest(),
            vocabulary,
            stores: stores(mixture),
            seed: settings.seed,
            code,
            format: request.format,
            compression: request.compression,
            from: request.from,
            examples: request.examples,
            examples_per_file: request.examples_per_file,
            files: request.files(),
            inputs: settings.shape.inputs,
            targets: settings.shape.targets,
            entries: entries.collect(),
        })
    }

    /// Reads the manifest of an export.
    ///
    /// # Errors
    /// When the file cannot be read or is no manifest.
    pub fn read(folder: &Path) -> Result<Self, ExportError> {
        let path = folder.join(FILE);
        let bytes = fs::read(&path).map_err(ExportError::file(&path))?;
        serde_json::from_slice(&bytes).map_err(|error| ExportError::Damaged {
            path,
            reason: format!("this is no manifest of an export: {error}"),
        })
    }

    /// Writes the manifest into a folder without one; refuses a folder that has another, or other
    /// things.
    pub(super) fn claim(&self, folder: &Path) -> Result<(), ExportError> {
        let path = folder.join(FILE);
        if path.exists() {
            let known = Manifest::read(folder)?;
            if known == *self {
                return Ok(());
            }
            let (path, differences) = (folder.to_owned(), known.differences(self));
            return Err(ExportError::Another { path, differences });
        }
        let visible = |entry: io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        };
        if fs::read_dir(folder).map_err(ExportError::file(folder))?.any(visible) {
            return Err(ExportError::NotEmpty { path: folder.to_owned() });
        }
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| ExportError::file(&path)(error.into()))?;
        text.push('\n');
        atomic::write_file(&path, |file| file.write_all(text.as_bytes()))
            .map_err(ExportError::file(&path))
    }

    /// What another manifest has else, for people. Lists are too long to be shown.
    fn differences(&self, now: &Manifest) -> String {
        let fields = |manifest: &Manifest| match serde_json::to_value(manifest) {
            Ok(serde_json::Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let (then, now) = (fields(self), fields(now));
        let differing = then.iter().filter(|(key, value)| now.get(*key) != Some(*value));
        let told = differing.map(|(key, value)| match (value, now.get(key)) {
            (serde_json::Value::Array(_), _) | (_, None) => format!("other {key}"),
            (value, Some(now)) => format!("{key} was {value} and is {now}"),
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

fn stores(mixture: &Mixture) -> Digest {
    let keys: Vec<(&str, Digest)> = mixture
        .entries()
        .iter()
        .map(|entry| match &entry.kind {
            EntryKind::Supervised { store, .. } => (entry.name.as_str(), store.key()),
            EntryKind::Denoising { corpus, .. } => (entry.name.as_str(), corpus.key()),
        })
        .collect();
    Digest::of_parts(keys.iter().map(|(name, key)| (*name, key.as_bytes())))
}
