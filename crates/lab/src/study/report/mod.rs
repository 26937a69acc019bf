//! What a study reports.

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

/// A table for other programs.
pub fn csv(table: &Table) -> String {
    table.name.clone()
}

/// The report in Markdown.
pub fn markdown(report: &Report) -> String {
    report.holes.iter().map(|hole| format!("{}: {}\n", hole.what, hole.why)).collect()
}

/// The report as a page.
pub fn html(report: &Report) -> String {
    markdown(report)
}
