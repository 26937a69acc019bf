//! A table for other programs.

use super::{Table, Value};
use ext5_eval::statistics::Interval;

/// A table as CSV (RFC 4180). A column of numbers becomes three where one of them has an interval: the
/// number in full, and both ends. What is missing is empty.
pub fn csv(table: &Table) -> String {
    let has_interval = |column: usize| {
        let of = |row: &Vec<Value>| {
            matches!(row.get(column), Some(Value::Number { interval: Some(_), .. }))
        };
        table.rows.iter().any(of)
    };
    let wide: Vec<bool> = (0..table.columns.len()).map(has_interval).collect();
    let mut heading = Vec::new();
    for (column, wide) in table.columns.iter().zip(&wide) {
        heading.push(column.name.clone());
        if *wide {
            heading.extend(["low", "high"].map(|end| format!("{} {end}", column.name)));
        }
    }
    let mut text = line(&heading);
    for row in &table.rows {
        let mut cells = Vec::new();
        for (value, wide) in row.iter().zip(&wide) {
            let (cell, ends) = match value {
                Value::Text(text) => (text.clone(), None),
                Value::Number { value, interval, .. } => (value.to_string(), *interval),
                Value::Hole(_) => (String::new(), None),
            };
            cells.push(cell);
            if *wide {
                let end =
                    |of: fn(Interval) -> f64| ends.map(|i| of(i).to_string()).unwrap_or_default();
                cells.extend([end(|interval| interval.low), end(|interval| interval.high)]);
            }
        }
        text += &line(&cells);
    }
    text
}

fn line(cells: &[String]) -> String {
    let quoted = |cell: &String| match cell.contains([',', '"', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.clone(),
    };
    cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::testing::report;
    use super::*;

    #[test]
    fn intervals_are_columns_and_holes_are_empty() {
        let expected = "arm,a|b,a|b low,a|b high\n\"one, \"\"two\"\"\",1.25,0.5,2.75\nthree,,,\n";
        assert_eq!(csv(&report().tables[0]), expected);
    }
}
