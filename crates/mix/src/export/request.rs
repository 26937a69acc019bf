//! What is asked for: which slots, in which format, and which shard of them.

use super::ExportError;
use crate::mixture::Mixture;
use crate::schedule::LAST_SLOT;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// What files hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet, ids as lists of 32-bit integers.
    Parquet,
}

impl Format {
    /// How names end, without compression.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Jsonl => "jsonl",
            Format::Parquet => "parquet",
        }
    }
}

/// How files are compressed: whole files of JSONL, the pages of Parquet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Not at all.
    None,
    /// Gzip, for JSONL.
    Gzip,
    /// Zstandard.
    Zstd,
    /// Snappy, for Parquet.
    Snappy,
}

impl Compression {
    fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Snappy => "snappy",
        }
    }
}

/// One of several machines that share an export: shard `number` of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

impl Shard {
    /// The only shard of one.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// Whether nothing belongs to other shards.
    pub fn is_whole(self) -> bool {
        self == Shard::WHOLE
    }

    /// Whether a file belongs to the shard.
    pub fn has(self, file: u64) -> bool {
        file % self.of == self.number - 1
    }

    /// The name of what belongs to this shard alone: `files-1-of-4`.
    pub(super) fn named(self, what: &str) -> String {
        format!("{what}-{}-of-{}", self.number, self.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// From `1/4` to `4/4`.
impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no shard: expected 1/4, 2/4, 3/4 or 4/4 for the four shards of four"
            )
        };
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let of: u64 = of.parse().map_err(|_| wrong())?;
        if number == 0 || number > of {
            return Err(wrong());
        }
        Ok(Shard { number, of })
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The first slot of the stream.
    pub from: u64,
    /// How many slots.
    pub examples: u64,
    /// Examples of a file: what bounds its size.
    pub examples_per_file: u64,
    /// What files hold.
    pub format: Format,
    /// How they are compressed.
    pub compression: Compression,
    /// Which of the files.
    pub shard: Shard,
}

impl Request {
    /// Refuses what makes no sense.
    pub(super) fn check(&self) -> Result<(), ExportError> {
        let wrong = |reason: String| Err(ExportError::Request(reason));
        if self.examples == 0 || self.examples_per_file == 0 {
            return wrong("an export has at least 1 example, and a file too".to_owned());
        }
        match self.from.checked_add(self.examples) {
            Some(end) if end <= LAST_SLOT => {}
            _ => return wrong(format!("the stream is counted up to slot {LAST_SLOT}")),
        }
        match (self.format, self.compression) {
            (Format::Jsonl, Compression::Snappy) | (Format::Parquet, Compression::Gzip) => {
                let (format, compression) = (self.format.extension(), self.compression.name());
                wrong(format!(
                    "{format} is not written with {compression}: JSONL takes none, gzip or zstd, \
                     Parquet none, snappy or zstd"
                ))
            }
            _ => Ok(()),
        }
    }

    /// Number of files of all shards together.
    pub fn files(&self) -> u64 {
        self.examples.div_ceil(self.examples_per_file)
    }

    /// The slots of a file.
    pub(super) fn slots(&self, file: u64) -> Range<u64> {
        let end = self.from + self.examples;
        let first = self.from + file * self.examples_per_file;
        first..end.min(first.saturating_add(self.examples_per_file))
    }

    /// The name of a file.
    pub(super) fn file_name(&self, file: u64) -> String {
        let compression = match (self.format, self.compression) {
            (Format::Jsonl, Compression::Gzip) => ".gz",
            (Format::Jsonl, Compression::Zstd) => ".zst",
            _ => "",
        };
        let (files, extension) = (self.files(), self.format.extension());
        let width = files.to_string().len().max(5);
        format!("part-{file:0width$}-of-{files:0width$}.{extension}{compression}")
    }
}

/// The shortest prefix of the stream, in slots, that has read every task `epochs` times in full;
/// of a mixture without tasks, every corpus.
///
/// # Errors
/// When `epochs` is 0, or the prefix would pass the last slot.
pub fn prefix_of_epochs(mixture: &Mixture, epochs: u64) -> Result<u64, ExportError> {
    if epochs == 0 {
        return Err(ExportError::Request("an export has at least 1 epoch".to_owned()));
    }
    let rates = mixture.rates();
    let drawn = |name: &str| rates.get(name).is_some_and(|&rate| rate > 0);
    let entries: Vec<_> =
        mixture.entries().iter().enumerate().filter(|(_, entry)| drawn(&entry.name)).collect();
    let tasks = entries.iter().any(|(_, entry)| entry.is_supervised());
    let wanted: Vec<(usize, u128)> = entries
        .iter()
        .filter(|(_, entry)| entry.is_supervised() == tasks)
        .map(|&(index, _)| (index, u128::from(mixture.epoch(index)) * u128::from(epochs)))
        .collect();
    let enough = |n: u64| {
        let counts = mixture.schedule().counts(n);
        wanted.iter().all(|&(index, draws)| u128::from(counts[index]) >= draws)
    };
    let (mut low, mut high) = (0, 1);
    while !enough(high) {
        if high == LAST_SLOT {
            let reason = format!("{epochs} epochs go past the last slot of the stream");
            return Err(ExportError::Request(reason));
        }
        (low, high) = (high, high.saturating_mul(2).min(LAST_SLOT));
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle }
    }
    Ok(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_read_and_shown() {
        for text in ["1/1", "1/4", "4/4"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        for text in ["", "1", "0/4", "5/4", "1/0", "a/b", "1/4/4"] {
            assert!(text.parse::<Shard>().unwrap_err().contains("expected 1/4"), "{text}");
        }
    }

    #[test]
    fn every_file_is_in_one_shard() {
        let shards: Vec<Shard> = (1..=3).map(|number| Shard { number, of: 3 }).collect();
        for file in 0..10 {
            assert_eq!(shards.iter().filter(|shard| shard.has(file)).count(), 1);
        }
    }

    #[test]
    fn files_cover_the_slots() {
        let request = Request {
            from: 7,
            examples: 25,
            examples_per_file: 10,
            format: Format::Jsonl,
            compression: Compression::Zstd,
            shard: Shard::WHOLE,
        };
        assert_eq!(request.files(), 3);
        let slots: Vec<u64> = (0..3).flat_map(|file| request.slots(file)).collect();
        assert_eq!(slots, (7..32).collect::<Vec<_>>());
        assert_eq!(request.file_name(2), "part-00002-of-00003.jsonl.zst");
        let wrong = Request { compression: Compression::Snappy, ..request };
        assert!(wrong.check().unwrap_err().to_string().contains("gzip or zstd"));
        assert!(Request { from: LAST_SLOT, ..request }.check().is_err());
    }
}
