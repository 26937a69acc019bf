//! Tables: a header and rows of cells.

use super::values::entries;
use super::{KindKey, Layout, Shape, expression, optional};
use crate::compile::Fault;
use crate::template::{RowExpression, items, plain_text, shown};
use minijinja::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A table. Templates see `table`, by default a line of text such as `name = Ann | age = 7 || name
/// = Udo | age = 9`, and `cells` (a list of `{ column, row, value }`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[allow(dead_code)]
    #[schemars(skip)]
    kind: KindKey,
    /// An expression for the names of the columns. By default rows are tables that name them.
    #[schemars(with = "Option<String>")]
    header: Option<Spanned<String>>,
    /// An expression for the rows: a list of lists, or of tables.
    #[schemars(with = "String")]
    rows: Spanned<String>,
    /// An expression for the cells that count, a list of `[row, column]` from 0; all by default.
    #[schemars(with = "Option<String>")]
    highlighted: Option<Spanned<String>>,
    /// What stands between cells; ` | ` by default.
    separator: Option<String>,
    /// What stands between rows; ` || ` by default.
    row_separator: Option<String>,
    /// What stands between a column's name and the cell; ` = ` by default.
    marker: Option<String>,
}

/// [`Table`], compiled.
#[derive(Debug)]
pub(super) struct DataTable {
    header: Option<RowExpression>,
    rows: RowExpression,
    highlighted: Option<RowExpression>,
    separator: String,
    row_separator: String,
    marker: String,
}

/// A cell with the name of its column and its text; an empty cell has none.
type Cell = (String, Option<String>);

impl DataTable {
    pub(super) fn new(table: Table) -> Result<Self, Fault> {
        let or = |given: Option<String>, default: &str| given.unwrap_or_else(|| default.to_owned());
        Ok(DataTable {
            header: optional("shape.header", table.header.as_ref())?,
            rows: expression("shape.rows", Some(&table.rows), "")?,
            highlighted: optional("shape.highlighted", table.highlighted.as_ref())?,
            separator: or(table.separator, " | "),
            row_separator: or(table.row_separator, " || "),
            marker: or(table.marker, " = "),
        })
    }

    fn rows(&self, columns: &Value) -> Result<Vec<Vec<Cell>>, String> {
        let header = match &self.header {
            Some(header) => Some(header.texts(columns)?),
            None => None,
        };
        let found = self.rows.defined(columns)?;
        let wrong =
            |value: &Value| format!("shape.rows: expected rows of cells, found {}", shown(value));
        let rows = items(&found).filter(|rows| !rows.is_empty()).ok_or_else(|| wrong(&found))?;
        let row = |row: &Value| match (&header, items(row)) {
            (Some(header), Some(cells)) if header.len() == cells.len() => {
                Ok(header.iter().cloned().zip(cells.iter().map(plain_text)).collect())
            }
            (Some(header), Some(cells)) => {
                let (names, cells) = (header.len(), cells.len());
                Err(format!("shape.rows: {cells} cells in a row of {names} columns"))
            }
            (None, Some(_)) => Err("shape.header: missing, as rows are lists".to_owned()),
            (_, None) => {
                let cells = entries(row).ok_or_else(|| wrong(row))?;
                Ok(cells.into_iter().map(|(name, cell)| (name, plain_text(&cell))).collect())
            }
        };
        rows.iter().map(row).collect()
    }

    /// The cells that count, as (row, column); `None` where all do.
    fn highlighted(&self, columns: &Value) -> Result<Option<Vec<(usize, usize)>>, String> {
        let Some(expression) = &self.highlighted else { return Ok(None) };
        let found = expression.defined(columns)?;
        let place = |item: &Value| {
            let pair = items(item)?;
            let [row, column] = pair.as_slice() else { return None };
            Some((row.as_usize()?, column.as_usize()?))
        };
        let places = items(&found).and_then(|items| items.iter().map(place).collect());
        let wrong =
            || format!("shape.highlighted: expected [row, column], found {}", shown(&found));
        places.ok_or_else(wrong).map(Some)
    }
}

impl Shape for DataTable {
    fn values(&self, columns: &Value) -> Result<Value, String> {
        let rows = self.rows(columns)?;
        let highlighted = self.highlighted(columns)?;
        if let Some(&(row, column)) = highlighted
            .iter()
            .flatten()
            .find(|&&(row, column)| rows.get(row).is_none_or(|cells| column >= cells.len()))
        {
            return Err(format!("shape.highlighted: no cell [{row}, {column}]"));
        }
        let counts = |place| highlighted.as_ref().is_none_or(|places| places.contains(&place));
        let (mut lines, mut cells) = (Vec::new(), Vec::new());
        for (row, all) in rows.iter().enumerate() {
            let mut line = Vec::new();
            for (column, (name, text)) in all.iter().enumerate() {
                let Some(text) = text.as_ref().filter(|_| counts((row, column))) else { continue };
                line.push(format!("{name}{}{text}", self.marker));
                cells.push(Value::from_pairs([
                    ("column", Value::from(name.as_str())),
                    ("row", row.into()),
                    ("value", text.as_str().into()),
                ]));
            }
            if !line.is_empty() {
                lines.push(line.join(&self.separator));
            }
        }
        Ok(Value::from_pairs([
            ("table", Value::from(lines.join(&self.row_separator))),
            ("cells", cells.into_iter().collect()),
        ]))
    }

    fn layout(&self) -> Layout {
        Layout::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::value::Serde;
    use serde_json::json;

    fn text(keys: &str, row: serde_json::Value) -> Result<String, String> {
        let table: Table =
            toml::from_str(&format!("kind = 'table'\nrows = 'rows'\n{keys}")).unwrap();
        let table = DataTable::new(table).map_err(|fault| fault.message).unwrap();
        let values = table.values(&Value::from(Serde(row)))?;
        Ok(values.get_attr("table").unwrap().to_string())
    }

    #[test]
    fn tables_have_two_forms() {
        let both = "name = Ann | age = 7 || name = Udo";
        let lists = json!({"h": ["name", "age"], "rows": [["Ann", 7], ["Udo", null]]});
        assert_eq!(text("header = 'h'", lists).unwrap(), both);
        let tables = json!({"rows": [{"name": "Ann", "age": 7}, {"name": "Udo", "age": ""}]});
        assert_eq!(text("", tables).unwrap(), both);
    }

    #[test]
    fn highlighted_cells_count() {
        let row = |cells| json!({"h": ["a", "b"], "rows": [["1", "2"], ["3", "4"]], "c": cells});
        let keys = "header = 'h'\nhighlighted = 'c'\nrow_separator = ' / '";
        assert_eq!(text(keys, row(json!([[1, 0], [0, 1]]))).unwrap(), "b = 2 / a = 3");
        let error = text(keys, row(json!([[2, 0]]))).unwrap_err();
        assert_eq!(error, "shape.highlighted: no cell [2, 0]");
        assert!(text(keys, row(json!([3]))).unwrap_err().contains("expected [row, column]"));
    }

    #[test]
    fn ragged_tables_are_refused() {
        let error = |keys, row| text(keys, row).unwrap_err();
        let ragged = json!({"h": ["a", "b"], "rows": [["1"]]});
        assert_eq!(error("header = 'h'", ragged), "shape.rows: 1 cells in a row of 2 columns");
        assert!(error("", json!({"rows": [["1"]]})).starts_with("shape.header: missing"));
        assert!(error("", json!({"rows": []})).starts_with("shape.rows: expected rows"));
    }
}
