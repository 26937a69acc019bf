//! The examples of one split.

use crate::error::TaskError;
use crate::example::Example;
use crate::task::Task;
use ext5_core::{Key, Permutation};
use ext5_data::{Rows, Tally, Tolerance};
use std::collections::HashSet;
use std::path::PathBuf;

/// The examples of one split, in the order of its rows.
///
/// After the last example comes one `Err` when more rows were malformed than tolerated, when there
/// were no rows, or when the filter left none.
pub struct Examples<'a> {
    task: &'a Task,
    split: String,
    labelled: bool,
    rows: Rows,
    filtered: u64,
    /// Examples rendered so far, sampled or not.
    rendered: u64,
    /// Which of them are in the sample; `None` where all are.
    sample: Option<HashSet<u64>>,
    finished: bool,
}

impl<'a> Examples<'a> {
    pub(crate) fn all(
        task: &'a Task,
        split: &str,
        files: Vec<PathBuf>,
        tolerance: Tolerance,
    ) -> Self {
        Examples {
            task,
            split: split.to_owned(),
            labelled: task.is_labelled(split),
            rows: Rows::new(task.source.format, files, tolerance),
            filtered: 0,
            rendered: 0,
            sample: None,
            finished: false,
        }
    }

    /// Keeps `max` of `total` examples, those that `key` draws: files are often sorted by label,
    /// so the first ones would not do.
    pub(crate) fn sampled(mut self, key: Key, total: u64, max: u64) -> Self {
        let permutation = Permutation::new(key, total);
        self.sample = (max < total).then(|| (0..max).map(|i| permutation.apply(i)).collect());
        self
    }

    /// Rows read so far and the malformed among them, those that could not be rendered included.
    pub fn tally(&self) -> &Tally {
        self.rows.tally()
    }

    /// Rows that the filter left out so far.
    pub fn filtered(&self) -> u64 {
        self.filtered
    }

    fn advance(&mut self) -> Result<Option<Example>, TaskError> {
        while let Some(row) = self.rows.next() {
            let row = row.map_err(|source| self.task.data_error(&self.split, source))?;
            match self.task.renderer.render(&row, self.labelled) {
                Ok(Some(example)) => {
                    let position = self.rendered;
                    self.rendered += 1;
                    if self.sample.as_ref().is_none_or(|sample| sample.contains(&position)) {
                        return Ok(Some(example));
                    }
                }
                Ok(None) => self.filtered += 1,
                Err(reason) => self.rows.reject(&row.file, row.line, reason),
            }
        }
        if self.rendered == 0 && self.filtered > 0 {
            return Err(TaskError::NoExamples {
                task: self.task.name.clone(),
                split: self.split.clone(),
                rows: self.tally().rows,
            });
        }
        Ok(None)
    }
}

impl Iterator for Examples<'_> {
    type Item = Result<Example, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let item = self.advance().transpose();
        self.finished = !matches!(item, Some(Ok(_)));
        item
    }
}
