//! `[source]`

use super::string_or_list::{Either, StringOrList};
use ext5_data::generated::Settings;
use ext5_data::{Format, Tolerance};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::num::NonZeroU64;
use toml::Spanned;

/// Where rows come from.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceTable {
    /// How files store rows. By default their names tell.
    #[serde(serialize_with = "format_or_jsonl")]
    #[schemars(with = "Option<String>")]
    pub format: Option<Format>,
    /// Rows are computed by a generator, such as `world`, and there are no files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub generator: Option<Spanned<String>>,
    /// What the generator is told, such as a seed; the recipe's `data.generators` fills in the rest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: Settings,
    /// The folder under the data root, or the generator's table; by default the task's name.
    pub folder: Option<String>,
    /// From the task's name of a split to the name on disk, where the two differ, or to several
    /// names: `splits.validation = "dev"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, OneOrMore>")]
    pub splits: BTreeMap<String, Spanned<OnDisk>>,
    /// For each split a path or pattern, or a list of them, under the data root. By default
    /// `FOLDER/SPLIT.*`, else the shards `FOLDER/SPLIT-*.*`.
    #[serde(default)]
    pub files: BTreeMap<String, OneOrMore>,
    /// Where the publisher has put the data.
    #[serde(skip_serializing)]
    pub hub: Option<Hub>,
    /// The published number of rows of each split; a check compares.
    #[serde(default, skip_serializing)]
    pub examples: BTreeMap<String, u64>,
    /// Lists to go through: one example for each item instead of one for each row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<EachTable>,
    /// An expression: only rows, or items of `each`, for which it is true.
    #[schemars(with = "Option<String>")]
    pub filter: Option<Spanned<String>>,
    /// A fixed random sample of this size of each split.
    pub max_examples: Option<NonZeroU64>,
    /// The tolerated share of malformed rows, 0.001 by default.
    #[serde(default)]
    #[schemars(with = "f64", range(min = 0, max = 1))]
    pub max_malformed: Tolerance,
    /// Splits whose rows have no targets.
    #[serde(default)]
    pub unlabelled: Vec<String>,
}

/// JSON lines were once the default: a file that names no format keeps its digest.
fn format_or_jsonl<S: Serializer>(
    format: &Option<Format>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    format.unwrap_or(Format::Jsonl).serialize(serializer)
}

/// A data set of a hub, as its publisher names it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hub {
    /// `OWNER/NAME`, or `NAME`.
    pub id: String,
    /// The configuration (subset), where there are several.
    pub config: Option<String>,
    /// The commit or tag.
    pub revision: Option<String>,
}

/// A list whose items become examples. Later lists may name earlier items.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EachTable {
    /// What templates call the item; `NAME_index` is its place, from 0.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// An expression for the list.
    #[schemars(with = "String")]
    pub list: Spanned<String>,
    /// Rows whose list is empty are left out; by default they are malformed.
    #[serde(default)]
    pub skip_empty: bool,
}

/// What a split is called on disk: one name, or several whose files are read one after the other.
#[derive(Debug)]
pub(crate) struct OnDisk(pub Vec<String>);

/// A lone name stands without brackets: that is how it was when there could be but one.
impl Serialize for OnDisk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [name] => name.serialize(serializer),
            names => names.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for OnDisk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expecting = "the name of a split or a list of them";
        let names = match deserializer.deserialize_any(StringOrList { expecting })? {
            Either::One(name) => vec![name],
            Either::List(names) => names,
        };
        match names.is_empty() {
            true => Err(serde::de::Error::custom("a split has at least one name on disk")),
            false => Ok(OnDisk(names)),
        }
    }
}

/// One pattern or several.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(with = "crate::definition::string_or_list::StringOrListSchema")]
pub(crate) struct OneOrMore(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expecting = "a path or a list of paths";
        Ok(match deserializer.deserialize_any(StringOrList { expecting })? {
            Either::One(path) => OneOrMore(vec![path]),
            Either::List(paths) => OneOrMore(paths),
        })
    }
}
