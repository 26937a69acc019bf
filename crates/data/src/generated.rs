//! Rows that are computed, not stored.
//!
//! A [`Generator`] is registered once by the program and gives rows from settings, such as a seed.
//! What it gives has a path like a file's, `ROOT/world:/people=400,seed=1/world_home/train`, which
//! tells everything that the rows follow from. Nothing is there on disk; whoever reads
//! [`Rows`](crate::Rows) or takes a [`Fingerprint`](crate::Fingerprint) need not know.

use crate::error::DataError;
use crate::format::{Record, Records};
use crate::rows::Row;
use ext5_core::Digest;
use ext5_core::config::nearest;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// What a generator's rows follow from, by name.
pub type Settings = BTreeMap<String, u64>;

/// Computes tables of rows.
pub trait Generator: Send + Sync {
    /// Raised whenever the same settings begin to give other rows.
    fn version(&self) -> u32;

    /// The settings that it knows, with their defaults.
    fn settings(&self) -> &'static [(&'static str, u64)];

    /// The names of its tables.
    fn tables(&self) -> Vec<String>;

    /// A split of a table under all settings; `None` where there is none of such a name.
    fn table(&self, settings: &Settings, table: &str, split: &str) -> Option<Arc<dyn Table>>;
}

/// Rows by their numbers.
pub trait Table: Send + Sync {
    /// How many there are.
    fn rows(&self) -> u64;

    /// Row `index`, below [`rows`](Self::rows); it costs the same whatever the index is.
    fn row(&self, index: u64) -> Row;
}

static GENERATORS: RwLock<BTreeMap<&str, &dyn Generator>> = RwLock::new(BTreeMap::new());

/// Makes a generator known under a name; a later one of the same name takes its place.
pub fn register(name: &'static str, generator: &'static dyn Generator) {
    GENERATORS.write().unwrap_or_else(PoisonError::into_inner).insert(name, generator);
}

fn generator(name: &str) -> Result<&'static dyn Generator, DataError> {
    let known = GENERATORS.read().unwrap_or_else(PoisonError::into_inner);
    known.get(name).copied().ok_or_else(|| DataError::UnknownGenerator {
        what: "generator",
        name: name.to_owned(),
        nearest: nearest(name, known.keys().copied()).map(str::to_owned),
    })
}

/// A split of a generated table, as a path under `root`. What `settings` leave out has its default.
///
/// # Errors
/// When there is no such generator, setting or table. A table without the split gives `None`.
pub fn path(
    root: &Path,
    name: &str,
    settings: &Settings,
    table: &str,
    split: &str,
) -> Result<Option<PathBuf>, DataError> {
    let generator = generator(name)?;
    let unknown = |what, name: &str, nearest: Option<&str>| DataError::UnknownGenerator {
        what,
        name: name.to_owned(),
        nearest: nearest.map(str::to_owned),
    };
    let mut all: Settings =
        generator.settings().iter().map(|&(name, value)| (name.to_owned(), value)).collect();
    for (key, &value) in settings {
        let Some(setting) = all.get_mut(key) else {
            let known = generator.settings().iter().map(|&(name, _)| name);
            return Err(unknown("setting of a generator", key, nearest(key, known)));
        };
        *setting = value;
    }
    let tables = generator.tables();
    if !tables.iter().any(|known| known == table) {
        let known = tables.iter().map(String::as_str);
        return Err(unknown("generated table", table, nearest(table, known)));
    }
    let settings: Vec<_> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let found = generator.table(&all, table, split).is_some();
    let folder = root.join(format!("{name}:")).join(settings.join(","));
    Ok(found.then(|| folder.join(table).join(split)))
}

/// What stands behind a path that [`path`] gave.
pub(crate) struct Generated {
    table: Arc<dyn Table>,
    version: u32,
    /// All of the path but its root.
    name: String,
}

impl Generated {
    /// `None` for the path of a file.
    ///
    /// # Errors
    /// When it is the path of something that is not generated here.
    pub(crate) fn at(path: &Path) -> Result<Option<Self>, DataError> {
        let Some(parts) = parts(path) else { return Ok(None) };
        let [name, settings, table, split] = parts;
        let generator = generator(name)?;
        let all: Option<Settings> = settings
            .split(',')
            .map(|setting| {
                let (name, value) = setting.split_once('=')?;
                Some((name.to_owned(), value.parse().ok()?))
            })
            .collect();
        let found = all.and_then(|settings| generator.table(&settings, table, split));
        let Some(rows) = found else {
            let expected = format!("rows that `{name}` generates");
            return Err(DataError::Missing { path: path.to_owned(), expected });
        };
        let name = parts.join("/");
        Ok(Some(Generated { table: rows, version: generator.version(), name }))
    }

    pub(crate) fn rows(&self) -> u64 {
        self.table.rows()
    }

    /// The digest of all that the rows follow from.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of_parts([
            ("generated", self.name.as_bytes()),
            ("version", &self.version.to_le_bytes()),
            ("rows", &self.rows().to_le_bytes()),
        ])
    }

    pub(crate) fn records(self) -> Records {
        let Generated { table, .. } = self;
        Box::new(
            (0..table.rows()).map(move |index| Ok(Record::new(index + 1, Ok(table.row(index))))),
        )
    }
}

/// Generator, settings, table and split, where a path has them.
fn parts(path: &Path) -> Option<[&str; 4]> {
    let mut names = path.components().rev().map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let mut next = || names.next().flatten();
    let (split, table, settings) = (next()?, next()?, next()?);
    Some([next()?.strip_suffix(':')?, settings, table, split])
}

/// Whether a path is of something generated.
pub(crate) fn is_generated(path: &Path) -> bool {
    parts(path).is_some()
}

/// The generator and table that a pattern for files names: `world:corpus`.
pub fn pattern(pattern: &str) -> Option<(&str, &str)> {
    let (name, table) = pattern.split_once(':')?;
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    // One letter is a drive.
    (name.len() > 1 && plain(name) && plain(table)).then_some((name, table))
}
