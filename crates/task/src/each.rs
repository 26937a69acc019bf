//! Going through the lists of a row: `source.each`.

use crate::definition::EachTable;
use crate::template::{RowExpression, items, shown};
use minijinja::value::{Value, merge_maps};

/// A list whose items become examples.
#[derive(Debug)]
pub(crate) struct Each {
    name: String,
    index: String,
    list: RowExpression,
    skip_empty: bool,
}

impl Each {
    /// # Errors
    /// Why the list is no expression.
    pub(crate) fn new(table: &EachTable) -> Result<Self, String> {
        let list = RowExpression::new("source.each.list", table.list.get_ref())
            .map_err(|error| format!("source.each.list: {error}"))?;
        Ok(Each {
            name: table.name.get_ref().clone(),
            index: format!("{}_index", table.name.get_ref()),
            list,
            skip_empty: table.skip_empty,
        })
    }

    /// The columns with each item of the list, in order. In an unlabelled split a list that is not
    /// there gives the columns alone: it may be what is asked for.
    ///
    /// # Errors
    /// A reason that names the key, when there is no list.
    pub(crate) fn expand(&self, columns: &Value, labelled: bool) -> Result<Vec<Value>, String> {
        let list = match labelled {
            true => self.list.defined(columns)?,
            false => self.list.value(columns)?,
        };
        let none = list.is_undefined() || list.is_none();
        let found = match items(&list) {
            Some(found) => found,
            None if none => Vec::new(),
            None => return Err(format!("source.each: expected a list, found {}", shown(&list))),
        };
        if found.is_empty() {
            return match (labelled, self.skip_empty) {
                (false, _) => Ok(vec![columns.clone()]),
                (true, true) => Ok(Vec::new()),
                (true, false) => Err(format!(
                    "source.each: no item for `{}`; `skip_empty = true` leaves such rows out",
                    self.name
                )),
            };
        }
        let with = |(index, item): (usize, Value)| {
            let item = [(self.name.as_str(), item), (self.index.as_str(), index.into())];
            over(Value::from_pairs(item), columns.clone())
        };
        Ok(found.into_iter().enumerate().map(with).collect())
    }
}

/// The names of both; where both have one, that of `upper` counts.
pub(crate) fn over(upper: Value, lower: Value) -> Value {
    merge_maps([lower, upper])
}
