//! The run's log: one JSON object a line.

use ext5_mix::Cursor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Loss over some target tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Sum of the negative log-likelihoods, in nats.
    pub nll: f64,
    /// Target tokens.
    pub tokens: u64,
    /// Examples.
    pub examples: u64,
}

impl Tally {
    /// Mean negative log-likelihood of a target token, in nats; NaN without tokens.
    pub fn loss(&self) -> f64 {
        self.nll / self.tokens as f64
    }

    /// Adds another tally to this one.
    pub fn add(&mut self, other: &Tally) {
        self.nll += other.nll;
        self.tokens += other.tokens;
        self.examples += other.examples;
    }
}

/// Losses by mixture entry.
pub type Tallies = BTreeMap<String, Tally>;

/// One line of `log.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Line {
    /// Training since the last such line.
    Train {
        /// Updates made so far.
        step: u64,
        /// Learning rate of the last update.
        rate: f64,
        /// Norm of the last gradient, per target token, before it was clipped; null where that update
        /// was left out.
        gradient_norm: Option<f64>,
        /// Target tokens and their loss over the denoising entries.
        denoising: Tally,
        /// The same over the supervised tasks.
        supervised: Tally,
        /// The same for each entry.
        entries: Tallies,
        /// The same for each family of the supervised tasks.
        #[serde(default)]
        families: Tallies,
        /// Updates that have been left out so far because something was not finite.
        #[serde(default)]
        skipped: u64,
        /// Share of the encoder and decoder positions that were not padding.
        fill: f64,
        /// Encoder and decoder tokens a second, without padding.
        tokens_per_second: f64,
        /// Share of that time in which training waited for data.
        #[serde(default)]
        waiting: f64,
        /// Seconds of training so far.
        seconds: f64,
    },
    /// Held-out losses.
    Evaluation {
        /// Updates made so far.
        step: u64,
        /// Loss over the denoising entries.
        denoising: Tally,
        /// Loss over the supervised tasks.
        supervised: Tally,
        /// The same for each entry.
        entries: Tallies,
        /// The same for each family of the supervised tasks.
        #[serde(default)]
        families: Tallies,
        /// Main metrics of the tasks that are scored.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scores: Vec<Score>,
    },
    /// An update that was left out: its loss or gradient was not finite.
    Skipped {
        /// Updates made or left out so far, this one included.
        step: u64,
        /// How many were left out in a row, this one included.
        in_a_row: u64,
        /// Where the batch began.
        batch: Cursor,
        /// Loss of every entry in the batch; null where it is not finite.
        losses: BTreeMap<String, Option<f64>>,
    },
}

/// A task's main metric on its first validation examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The task.
    pub task: String,
    /// The metric.
    pub metric: String,
    /// Its value, times 100.
    pub value: f64,
    /// Examples.
    pub examples: usize,
}

impl Line {
    /// Updates that had been made.
    pub fn step(&self) -> u64 {
        match self {
            Line::Train { step, .. }
            | Line::Evaluation { step, .. }
            | Line::Skipped { step, .. } => *step,
        }
    }
}

/// The open log of a run.
#[derive(Debug)]
pub struct Log {
    file: File,
}

impl Log {
    /// Opens the log of a run that stands at `step`. Lines of later steps, which a killed process
    /// wrote after its last checkpoint, are dropped, and so is a line that it left unfinished.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(path: &Path, step: u64) -> io::Result<Self> {
        let old = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let kept =
            |line: &&str| serde_json::from_str::<Line>(line).is_ok_and(|line| line.step() <= step);
        let lines: Vec<&str> = old.lines().filter(kept).collect();
        ext5_core::atomic::write_file(path, |writer| {
            lines.iter().try_for_each(|line| writeln!(writer, "{line}"))
        })?;
        Ok(Log { file: OpenOptions::new().append(true).open(path)? })
    }

    /// Appends a line.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        self.file.write_all(text.as_bytes())
    }
}

/// Reads the log of a run folder.
///
/// # Errors
/// When the file cannot be read or a line is not one of a log.
pub fn read(run: &Path) -> io::Result<Vec<Line>> {
    let path: PathBuf = run.join("log.jsonl");
    let text = std::fs::read_to_string(path)?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: u64) -> Line {
        let tally = Tally { nll: 3.0, tokens: 2, examples: 1 };
        let entries = Tallies::from([("books".to_owned(), tally)]);
        Line::Evaluation {
            step,
            denoising: tally,
            supervised: Tally::default(),
            entries,
            families: Tallies::new(),
            scores: Vec::new(),
        }
    }

    #[test]
    fn reopening_drops_lines_after_the_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let mut log = Log::open(&path, 0).unwrap();
        for step in [10, 20, 30] {
            log.write(&line(step)).unwrap();
        }
        log.file.write_all(b"{\"event\":\"evalu").unwrap();
        let mut log = Log::open(&path, 20).unwrap();
        log.write(&line(25)).unwrap();
        assert_eq!(read(folder.path()).unwrap(), [line(10), line(20), line(25)]);
    }
}
