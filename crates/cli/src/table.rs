//! Plain aligned tables.

use std::io::{self, Write};

/// How a column lies.
#[derive(Clone, Copy)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table that is printed once all its rows are known.
pub struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these headings.
    pub fn new(columns: &[(&'static str, Align)]) -> Self {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row with a cell for each column.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Leaves out columns, in this order, until the table is no wider than a terminal that has
    /// `width` columns; gives the names of those left out.
    pub fn fit(&mut self, width: Option<usize>, columns: &[&'static str]) -> Vec<&'static str> {
        let mut dropped = Vec::new();
        for &name in columns {
            let total: usize = self.widths().iter().map(|width| width + 2).sum();
            if width.is_none_or(|width| total <= width + 2) {
                break;
            }
            if let Some(index) = self.columns.iter().position(|(column, _)| *column == name) {
                self.columns.remove(index);
                for row in &mut self.rows {
                    row.remove(index);
                }
                dropped.push(name);
            }
        }
        dropped
    }

    fn widths(&self) -> Vec<usize> {
        let cell = |row: &Vec<String>, column: usize| row.get(column).map_or(0, |cell| width(cell));
        let of = |(column, (name, _)): (usize, &(&str, Align))| {
            let rows = self.rows.iter().map(|row| cell(row, column)).max().unwrap_or(0);
            rows.max(width(name))
        };
        self.columns.iter().enumerate().map(of).collect()
    }

    /// Prints the headings and the rows.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let headings = self.columns.iter().map(|(name, _)| (*name).into()).collect();
        let widths = self.widths();
        for line in std::iter::once(&headings).chain(&self.rows) {
            let mut text = String::new();
            for ((cell, wide), (_, align)) in line.iter().zip(&widths).zip(&self.columns) {
                let space = " ".repeat(wide - width(cell));
                match align {
                    Align::Left => text.push_str(&format!("{cell}{space}  ")),
                    Align::Right => text.push_str(&format!("{space}{cell}  ")),
                }
            }
            writeln!(out, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

/// Columns that a text takes, colours not counted.
fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text).map(|part| part.chars().count()).sum()
}

/// A size as people say it: 3.4 MB.
pub fn size(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < units.len() {
        size /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && size < 99.95);
    format!("{size:.digits$} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ext5_core::number::count;

    #[test]
    fn columns_align() {
        let mut table = Table::new(&[("task", Align::Left), ("rows", Align::Right)]);
        table.row(["rte".into(), count(2490)]);
        table.row(["subjectivity".into(), count(7)]);
        let mut out = Vec::new();
        table.print(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "task           rows\nrte           2,490\nsubjectivity      7\n");
    }

    #[test]
    fn columns_are_left_out_until_the_rest_fits() {
        let mut table =
            Table::new(&[("task", Align::Left), ("rows", Align::Right), ("cap", Align::Right)]);
        table.row(["rte".into(), count(2490), "\u{1b}[1m7\u{1b}[0m".into()]);
        assert!(table.fit(None, &["cap"]).is_empty() && table.fit(Some(16), &["cap"]).is_empty());
        assert_eq!(table.fit(Some(15), &["cap", "rows"]), ["cap"]);
        let mut out = Vec::new();
        table.print(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "task   rows\nrte   2,490\n");
    }

    #[test]
    fn sizes_are_short() {
        let sizes = [0, 999, 1000, 99_900, 3_400_000, 12_000_000_000].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "99.9 kB", "3.4 MB", "12.0 GB"]);
    }

    #[test]
    fn groups_of_three() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }
}
