//! The examples of one split.

use crate::error::TaskError;
use crate::example::Example;
use crate::task::Task;
use crate::template::OUT_OF_FUEL;
use ext5_core::{Key, Permutation};
use ext5_data::{Rows, Tally, Tolerance};
use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;

/// So many rows that take too long before there is one example mean that all do: to try all rows
/// could take days.
const ENDLESS: u64 = 3;

/// The examples of one split, in the order of its rows.
///
/// Each stands in the task's first prompt, or with [`all_prompts`](Self::all_prompts) in all of
/// them, one after the other. After the last example comes one `Err` when more rows were malformed
/// than tolerated, when there were no rows, or when the filter left none.
pub struct Examples<'a> {
    task: &'a Task,
    split: String,
    labelled: bool,
    rows: Rows,
    prompts: usize,
    /// Rendered and not yet yielded.
    waiting: VecDeque<Example>,
    filtered: u64,
    /// Examples rendered so far, sampled or not; one in several prompts is one.
    rendered: u64,
    out_of_fuel: u64,
    /// Ends when so many rows are malformed and one more cannot be rendered.
    give_up: u64,
    gave_up: bool,
    /// Which of the examples are in the sample; `None` where all are.
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
            prompts: 1,
            waiting: VecDeque::new(),
            filtered: 0,
            rendered: 0,
            out_of_fuel: 0,
            give_up: u64::MAX,
            gave_up: false,
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

    /// Ends, with no error, after so many malformed rows: at the first row from then on that cannot
    /// be rendered.
    pub(crate) fn giving_up(mut self, malformed: u64) -> Self {
        self.give_up = malformed;
        self
    }

    /// Whether it ended like that.
    pub(crate) fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// Yields each example in all prompts of the task, one after the other.
    pub fn all_prompts(mut self) -> Self {
        self.prompts = self.task.prompts();
        self
    }

    /// Rows read so far and the malformed among them, those that could not be rendered included.
    pub fn tally(&self) -> &Tally {
        self.rows.tally()
    }

    /// What the filter left out so far: rows or, where a row gives several examples, some of them.
    pub fn filtered(&self) -> u64 {
        self.filtered
    }

    fn advance(&mut self) -> Result<Option<Example>, TaskError> {
        loop {
            if let Some(example) = self.waiting.pop_front() {
                return Ok(Some(example));
            }
            let Some(row) = self.rows.next() else { break };
            let row = row.map_err(|source| self.task.data_error(&self.split, source))?;
            match self.task.renderer.render(&row, self.labelled, self.prompts) {
                Ok(rendered) => {
                    self.filtered += rendered.filtered;
                    for renderings in rendered.examples {
                        let position = self.rendered;
                        self.rendered += 1;
                        if self.sample.as_ref().is_none_or(|sample| sample.contains(&position)) {
                            self.waiting.extend(renderings);
                        }
                    }
                }
                Err(reason) => {
                    self.out_of_fuel += u64::from(reason.ends_with(OUT_OF_FUEL));
                    if self.rendered == 0 && self.out_of_fuel >= ENDLESS {
                        let (task, split) = (self.task.name.clone(), self.split.clone());
                        return Err(TaskError::Endless { task, split, reason });
                    }
                    self.rows.reject(&row.file, row.line, reason);
                    if self.tally().malformed >= self.give_up {
                        self.gave_up = true;
                        return Ok(None);
                    }
                }
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
