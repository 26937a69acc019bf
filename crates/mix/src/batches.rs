//! Batches: windows of the stream as packed rows, rows as batches.

use crate::mixture::{Mixture, MixtureError};
use crate::pack::{self, PackedRow, Shape};
use crate::prefetch::Prefetch;
use ext5_core::Batch;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::vec;
use thiserror::Error;

/// A place in the sequence of rows: the next row to be read. All that a checkpoint stores of the
/// data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// Number of the window, from 0.
    pub window: u64,
    /// Number of the row in the window, from 0.
    pub row: u64,
}

/// How rows become batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchOptions {
    /// Rows of a global batch, of all ranks together.
    pub rows: usize,
    /// Examples of a window, which is packed on its own. It decides the order of the stream's
    /// rows: a run must keep it.
    pub window: u64,
    /// This process, from 0.
    pub rank: usize,
    /// Number of processes.
    pub world: usize,
}

/// Why there is no batch.
#[derive(Debug, Error)]
pub enum BatchError {
    /// A window without examples.
    #[error("a window of 0 examples gives no rows: it must have at least 1")]
    Window,
    /// A rank that does not exist.
    #[error("rank {rank} of {world}: ranks count from 0 and stay below the number of processes")]
    Rank {
        /// The rank.
        rank: usize,
        /// Number of processes.
        world: usize,
    },
    /// Some process would have no rows.
    #[error("a batch of {rows} rows cannot be shared by {world} processes: each needs a row")]
    Rows {
        /// Rows of a global batch.
        rows: usize,
        /// Number of processes.
        world: usize,
    },
    /// The cursor was made with another mixture or window.
    #[error(
        "window {} has {rows} rows, and row {} is asked for: the place was recorded with another \
         mixture, seed, length or window size",
        cursor.window, cursor.row
    )]
    Cursor {
        /// The place.
        cursor: Cursor,
        /// Rows of its window.
        rows: u64,
    },
    /// The mixture failed.
    #[error(transparent)]
    Mixture(#[from] MixtureError),
}

/// This rank's part of a global batch.
#[derive(Clone, Debug, PartialEq)]
pub struct PackedBatch {
    /// The arrays.
    pub batch: Batch,
    /// For every row the entry of each segment: segment s (from 1) of row r is of entry
    /// `segments[r][s − 1]`.
    pub segments: Vec<Vec<usize>>,
    /// Where the next global batch starts.
    pub end: Cursor,
}

impl PackedBatch {
    /// A batch of these rows, of the shape that they were packed for; `end` is the place after it.
    ///
    /// # Panics
    /// When a row is longer than the shape.
    pub fn new(rows: &[PackedRow], shape: Shape, end: Cursor) -> Self {
        let mut batch = Batch::empty(rows.len(), shape.inputs, shape.targets);
        for (number, row) in rows.iter().enumerate() {
            row.write(&mut batch, number);
        }
        let entries = |row: &PackedRow| row.segments.iter().map(|e| e.draw.entry).collect();
        PackedBatch { batch, segments: rows.iter().map(entries).collect(), end }
    }
}

/// The rows of a window.
type Rows = Result<Vec<PackedRow>, BatchError>;

/// The batches of a mixture from some place on, without end; the sequence stops after an error.
#[derive(Debug)]
pub struct Batches {
    mixture: Arc<Mixture>,
    options: BatchOptions,
    next: Cursor,
    /// Threads that make windows ahead, each every n-th from some window on; none where windows are
    /// made when they are needed.
    threads: Vec<Prefetch<Rows>>,
    /// The first window that the threads make.
    first: u64,
    /// The rows of the current window that are still to be read.
    rows: vec::IntoIter<PackedRow>,
    failed: bool,
}

impl Batches {
    /// The batches of `mixture` from `start` on.
    ///
    /// # Errors
    /// When the options are impossible.
    pub fn new(
        mixture: Arc<Mixture>,
        options: BatchOptions,
        start: Cursor,
    ) -> Result<Self, BatchError> {
        let BatchOptions { rows, window, rank, world } = options;
        if window == 0 {
            return Err(BatchError::Window);
        }
        if rank >= world {
            return Err(BatchError::Rank { rank, world });
        }
        if rows < world {
            return Err(BatchError::Rows { rows, world });
        }
        let (threads, first) = (Vec::new(), start.window);
        let rows = Vec::new().into_iter();
        Ok(Batches { mixture, options, next: start, threads, first, rows, failed: false })
    }

    /// The same batches, their windows made by so many threads, which are at most two windows
    /// ahead each; with 0 threads windows are made when they are needed. Dropping the batches stops
    /// the threads.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        // Rows that were made already belong to the cursor's window.
        let first = self.next.window.saturating_add(u64::from(self.rows.len() > 0));
        let size = self.options.window;
        let windows = |thread: u64| {
            let mixture = Arc::clone(&self.mixture);
            let numbers = (0u64..).map(move |turn| {
                first.saturating_add(turn.saturating_mul(threads as u64).saturating_add(thread))
            });
            Prefetch::new(numbers.map(move |number| window(&mixture, size, number)), 0)
        };
        self.threads = (0..threads as u64).map(windows).collect();
        self.first = first;
        self
    }

    fn batch(&mut self) -> Result<PackedBatch, BatchError> {
        let BatchOptions { rows, rank, world, .. } = self.options;
        let mut mine = Vec::with_capacity(rows.div_ceil(world));
        for number in 0..rows {
            let row = self.row()?;
            if number % world == rank {
                mine.push(row);
            }
        }
        let shape = self.mixture.settings().shape;
        Ok(PackedBatch::new(&mine, shape, self.next))
    }

    /// The next row of the sequence. Afterwards the cursor is on a row that exists, at the start
    /// of the next window if need be.
    fn row(&mut self) -> Result<PackedRow, BatchError> {
        if self.rows.len() == 0 {
            self.rows = self.window()?;
        }
        let cursor = self.next;
        let row = self.rows.next().ok_or(BatchError::Cursor { cursor, rows: 0 })?;
        self.next.row += 1;
        if self.rows.len() == 0 {
            self.next = Cursor { window: cursor.window + 1, row: 0 };
        }
        Ok(row)
    }

    /// The rows of the cursor's window from the cursor on.
    fn window(&mut self) -> Result<vec::IntoIter<PackedRow>, BatchError> {
        let cursor = self.next;
        let made = match self.threads.len() as u64 {
            0 => None,
            threads => self.threads[((cursor.window - self.first) % threads) as usize].next(),
        };
        let make = || window(&self.mixture, self.options.window, cursor.window);
        let mut rows = made.unwrap_or_else(make)?;
        if cursor.row >= rows.len() as u64 {
            let rows = rows.len() as u64;
            return Err(BatchError::Cursor { cursor, rows });
        }
        Ok(rows.split_off(cursor.row as usize).into_iter())
    }
}

/// The rows of window `number` of `size` examples.
fn window(mixture: &Mixture, size: u64, number: u64) -> Rows {
    let examples = mixture.from(number.saturating_mul(size))?.take(size as usize);
    let examples = examples.collect::<Result<Vec<_>, _>>()?;
    let key = mixture.key().name("rows").index(number);
    Ok(pack::pack(examples, mixture.settings().shape, key))
}

impl Iterator for Batches {
    type Item = Result<PackedBatch, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let batch = self.batch();
        self.failed = batch.is_err();
        Some(batch)
    }
}
