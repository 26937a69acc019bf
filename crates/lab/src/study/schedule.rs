//! Which run is next: what is there says it, so that any number of processes can work on one folder.

use super::StudyError;
use super::graph::Graph;
use super::place::{Lock, Place};
use std::collections::{BTreeMap, BTreeSet};

/// What to do next.
#[derive(Debug)]
pub enum Next {
    /// This node, whose lock is held.
    Run(usize, Lock),
    /// Nothing just now: what is left is being done, or needs something that is.
    Wait,
    /// All is done, or has failed, or needs something that has.
    Finished,
}

/// Hands out runs.
pub struct Schedule<'a> {
    graph: &'a Graph,
    place: &'a Place,
    wanted: Vec<usize>,
    complete: BTreeSet<usize>,
    failed: BTreeMap<usize, String>,
}

impl<'a> Schedule<'a> {
    /// All runs, or one and what it needs. What failed before is tried again; of what a single run
    /// needs it is not, since that has a command of its own.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn new(
        graph: &'a Graph,
        place: &'a Place,
        only: Option<usize>,
    ) -> Result<Self, StudyError> {
        let wanted = match only {
            Some(node) => needs(graph, node).into_iter().collect(),
            None => (0..graph.nodes.len()).collect(),
        };
        let schedule =
            Schedule { graph, place, wanted, complete: BTreeSet::new(), failed: BTreeMap::new() };
        let again = match only {
            Some(node) => vec![node],
            None => schedule.wanted.clone(),
        };
        for node in again {
            let node = &graph.nodes[node];
            // Not the word of whoever works on it now.
            if place.failed(node).is_some() && place.lock(node)?.is_some() {
                place.clear_failed(node)?;
            }
        }
        Ok(schedule)
    }

    /// How many runs are wanted, and how many of them are complete.
    pub fn count(&mut self) -> (usize, usize) {
        for &node in &self.wanted {
            if self.place.is_complete(&self.graph.nodes[node]) {
                self.complete.insert(node);
            }
        }
        (self.wanted.len(), self.complete.len())
    }

    /// What to do next, while `running` are being done for this schedule by others.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn next(&mut self, running: &BTreeSet<usize>) -> Result<Next, StudyError> {
        let mut waits = !running.is_empty();
        // What has failed, or needs what has.
        let mut lost = BTreeSet::new();
        for &number in &self.wanted {
            let node = &self.graph.nodes[number];
            if self.complete.contains(&number) || running.contains(&number) {
                continue;
            }
            if self.place.is_complete(node) {
                self.complete.insert(number);
                continue;
            }
            if !self.failed.contains_key(&number)
                && let Some(failed) = self.place.failed(node)
            {
                self.failed.insert(number, failed.error);
            }
            if self.failed.contains_key(&number)
                || node.needs.iter().any(|need| lost.contains(need))
            {
                lost.insert(number);
                continue;
            }
            // What is not scored yet can be begun from.
            if node.needs.iter().any(|&need| self.place.done(&self.graph.nodes[need]).is_none()) {
                waits = true;
                continue;
            }
            match self.place.lock(node)? {
                // Someone may have done it between the two looks.
                Some(_) if self.place.is_complete(node) => {
                    self.complete.insert(number);
                }
                Some(lock) => return Ok(Next::Run(number, lock)),
                None => waits = true,
            }
        }
        Ok(if waits { Next::Wait } else { Next::Finished })
    }

    /// Takes note of a failure, and leaves word of it for others where that can be written.
    pub fn fail(&mut self, node: usize, error: String) {
        // A full disk must not hide what filled it.
        let _ = self.place.write_failed(&self.graph.nodes[node], error.clone());
        self.failed.insert(node, error);
    }

    /// The runs that failed, with their errors.
    pub fn failures(&self) -> &BTreeMap<usize, String> {
        &self.failed
    }

    /// How many runs are not done because others failed.
    pub fn blocked(&self) -> usize {
        let blocked = |&&node: &&usize| {
            !self.failed.contains_key(&node)
                && needs(self.graph, node).iter().any(|need| self.failed.contains_key(need))
                && !self.complete.contains(&node)
        };
        self.wanted.iter().filter(blocked).count()
    }
}

/// A node and all that it needs.
fn needs(graph: &Graph, node: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::from([node]);
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        for &need in &graph.nodes[node].needs {
            if found.insert(need) {
                open.push(need);
            }
        }
    }
    found
}
