//! Counting malformed rows, and how many are too many.

use crate::DataError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// How many malformed rows a [`Tally`] keeps word for word.
const KEPT: usize = 10;

/// A row that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Malformed {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with the row.
    pub reason: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.reason)
    }
}

/// What was read: all rows, the malformed among them, and the first few of those.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Rows read, malformed ones included.
    pub rows: u64,
    /// Malformed rows.
    pub malformed: u64,
    /// The first malformed rows, at most ten.
    pub first: Vec<Malformed>,
}

impl Tally {
    /// Counts one more malformed row. The row itself is counted by whoever read it.
    pub(crate) fn reject(&mut self, malformed: Malformed) {
        self.malformed += 1;
        if self.first.len() < KEPT {
            self.first.push(malformed);
        }
    }

    /// # Errors
    /// [`DataError::TooManyMalformed`] when more rows are malformed than `tolerance` allows.
    pub(crate) fn check(&self, tolerance: Tolerance) -> Result<(), DataError> {
        if self.malformed as f64 > tolerance.0 * self.rows as f64 {
            return Err(DataError::TooManyMalformed { tally: self.clone(), tolerance });
        }
        Ok(())
    }
}

/// The share of malformed rows that a reader accepts, 0.001 unless stated otherwise. The share is
/// of the rows of the whole split, so one malformed row of a hundred is too many and one of a
/// hundred thousand is not.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Tolerance(f64);

impl Tolerance {
    /// Every malformed row is an error.
    pub const NONE: Tolerance = Tolerance(0.0);
    /// Malformed rows are counted and nothing more.
    pub const ANY: Tolerance = Tolerance(1.0);

    /// A share between 0 and 1.
    pub fn share(share: f64) -> Option<Self> {
        (0.0..=1.0).contains(&share).then_some(Tolerance(share))
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Tolerance(0.001)
    }
}

impl From<Tolerance> for f64 {
    fn from(tolerance: Tolerance) -> f64 {
        tolerance.0
    }
}

impl TryFrom<f64> for Tolerance {
    type Error = String;

    fn try_from(share: f64) -> Result<Self, String> {
        Tolerance::share(share).ok_or_else(|| {
            format!("{share} is no share of malformed rows: expected a number from 0 to 1")
        })
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0 * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(rows: u64, malformed: u64) -> Tally {
        let mut tally = Tally { rows, ..Tally::default() };
        for line in 1..=malformed {
            tally.reject(Malformed { file: "a.jsonl".into(), line, reason: "not JSON".into() });
        }
        tally
    }

    #[test]
    fn the_share_is_of_the_whole_split() {
        let default = Tolerance::default();
        assert!(tally(100, 1).check(default).is_err());
        assert!(tally(999, 1).check(default).is_err());
        assert!(tally(1000, 1).check(default).is_ok());
        assert!(tally(1000, 2).check(default).is_err());
        assert!(tally(5, 5).check(Tolerance::ANY).is_ok());
        assert!(tally(1_000_000, 1).check(Tolerance::NONE).is_err());
        assert!(tally(0, 0).check(Tolerance::NONE).is_ok());
    }

    #[test]
    fn the_error_lists_the_first_rows() {
        let error = tally(100, 12).check(Tolerance::default()).unwrap_err().to_string();
        assert!(error.starts_with("12 of 100 rows are malformed, more than the tolerated 0.1 %:"));
        assert!(error.contains("\n  a.jsonl:1: not JSON\n"), "{error}");
        assert!(error.contains("a.jsonl:10: not JSON\n  and 2 more"), "{error}");
        assert!(error.contains("mend or remove"), "{error}");
    }

    #[test]
    fn shares_lie_between_0_and_1() {
        assert!(Tolerance::share(1.5).is_none() && Tolerance::share(f64::NAN).is_none());
    }
}
