//! What a study reports, and how it is written. Nothing here knows how runs are made.

mod csv;
mod html;
mod markdown;

pub use csv::csv;
pub use html::html;
pub use markdown::markdown;

use crate::report::Figure;
use ext5_eval::statistics::Interval;
use serde::Serialize;

/// What a study reports.
#[derive(Serialize)]
pub struct Report {
    /// The study.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// What it asks.
    pub question: String,
    /// How much was done.
    pub preset: String,
    /// Version of the code.
    pub code: String,
    /// What was found, in sentences.
    pub summary: Vec<String>,
    /// What became of the paper's claims.
    pub claims: Vec<Verdict>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The figures.
    #[serde(skip)]
    pub figures: Vec<Figure>,
    /// The runs.
    pub runs: Vec<RunLink>,
    /// What is missing.
    pub holes: Vec<Hole>,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// What became of a claim.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// The claim.
    pub text: String,
    /// Where it is from.
    pub mark: String,
    /// Whether it was seen.
    pub finding: Finding,
    /// By how much.
    pub effect: Option<Estimate>,
    /// The smallest effect that could be seen.
    pub detectable: Option<f64>,
    /// What the finding rests on.
    pub why: String,
}

/// Whether a claim was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Finding {
    /// It was.
    Seen,
    /// The opposite was.
    NotSeen,
    /// Neither.
    Undecided,
}

/// A number with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// A table.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The name of its file.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// What stands under it.
    pub note: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
}

/// A column.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// Whether it holds numbers.
    pub numeric: bool,
}

/// A cell of a table.
#[derive(Clone, Debug, Serialize)]
pub enum Value {
    /// Words.
    Text(String),
    /// A number.
    Number {
        /// It.
        value: f64,
        /// Its decimals.
        decimals: usize,
        /// Whether a plus is written.
        signed: bool,
        /// Its interval.
        interval: Option<Interval>,
        /// The runs that it is from.
        runs: Vec<String>,
    },
    /// Why there is none.
    Hole(String),
}

/// A run that numbers are from.
#[derive(Clone, Debug, Serialize)]
pub struct RunLink {
    /// Its id in values.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// Its recipe.
    pub recipe: String,
}

/// What is missing.
#[derive(Clone, Debug, Serialize)]
pub struct Hole {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Finding {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Finding::Seen => "seen",
            Finding::NotSeen => "not seen",
            Finding::Undecided => "undecided",
        }
    }
}

impl Value {
    /// The value as people read it.
    pub fn text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Number { value, decimals, signed, interval, .. } => {
                let number = |value: f64| written(value, *decimals, *signed);
                match interval {
                    Some(Interval { low, high }) => {
                        format!("{} ({} to {})", number(*value), number(*low), number(*high))
                    }
                    None => number(*value),
                }
            }
            Value::Hole(why) => format!("– ({why})"),
        }
    }
}

impl Estimate {
    /// The number with its interval, signed.
    pub fn text(&self, decimals: usize) -> String {
        let (value, interval) = (self.value, self.interval);
        Value::Number { value, decimals, signed: true, interval, runs: Vec::new() }.text()
    }
}

/// A number with so many decimals, groups of three digits apart where there are many.
fn written(value: f64, decimals: usize, signed: bool) -> String {
    // What rounds to 0 has no sign of its own.
    let value = if (value * 10f64.powi(decimals as i32)).round() == 0.0 { 0.0 } else { value };
    match (signed, decimals) {
        (true, _) => format!("{value:+.decimals$}"),
        (false, 0) if value >= 10_000.0 => ext5_core::number::count(value as u64),
        (false, _) => format!("{value:.decimals$}"),
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A report with everything in it.
    pub(crate) fn report() -> Report {
        let interval = Some(Interval { low: 0.5, high: 2.75 });
        let number = |signed| Value::Number {
            value: 1.25,
            decimals: 1,
            signed,
            interval,
            runs: vec!["0011223344556677".to_owned()],
        };
        let claim = |finding, effect| Verdict {
            text: "Tasks <help>.".to_owned(),
            mark: "F: article".to_owned(),
            finding,
            effect,
            detectable: Some(2.0),
            why: "points of a above b".to_owned(),
        };
        Report {
            name: "tiny".to_owned(),
            title: "A & B".to_owned(),
            question: "Which?".to_owned(),
            preset: "laptop".to_owned(),
            code: "ext5 0".to_owned(),
            summary: vec!["A wins.".to_owned()],
            claims: vec![
                claim(Finding::Seen, Some(Estimate { value: 1.25, interval })),
                claim(Finding::Undecided, None),
            ],
            tables: vec![Table {
                name: "arms".to_owned(),
                title: "Arms".to_owned(),
                note: "Times 100.".to_owned(),
                columns: vec![
                    Column { name: "arm".to_owned(), numeric: false },
                    Column { name: "a|b".to_owned(), numeric: true },
                ],
                rows: vec![
                    vec![Value::Text("one, \"two\"".to_owned()), number(false)],
                    vec![Value::Text("three".to_owned()), Value::Hole("not run yet".to_owned())],
                ],
            }],
            figures: vec![Figure { name: "arms", svg: "<svg></svg>\n".to_owned() }],
            runs: vec![RunLink {
                id: "0011223344556677".to_owned(),
                name: "run-00112233".to_owned(),
                folder: "../../runs/run-00112233".to_owned(),
                recipe: "../../runs/run-00112233/recipe.toml".to_owned(),
            }],
            holes: vec![Hole { what: "three".to_owned(), why: "not run yet".to_owned() }],
            notes: vec!["Little was done.".to_owned()],
        }
    }
}
