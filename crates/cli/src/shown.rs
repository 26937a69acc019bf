//! What a set of runs shows: a line for each stage, and a line that moves.

use crate::progress::{Caching, Training};
use ext5_lab::Event;
use ext5_train::log::Line;
use indicatif::MultiProgress;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Held-out losses alone: of so many families there would be no end.
fn without_families(line: &Line) -> Option<Line> {
    let mut line = line.clone();
    match &mut line {
        Line::Evaluation { families, .. } => families.clear(),
        _ => return None,
    }
    Some(line)
}

/// What is on the terminal of runs that are made side by side.
#[derive(Default)]
pub struct SideBySide {
    bars: MultiProgress,
    stages: Mutex<BTreeMap<usize, Shown>>,
}

impl SideBySide {
    /// Shows what happens in a stage.
    pub fn show(&self, stage: usize, event: Event<'_>) {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Event::Done = event {
            stages.remove(&stage).into_iter().for_each(|mut shown| shown.end());
            return;
        }
        let new = || Shown { bars: Some(self.bars.clone()), ..Shown::default() };
        stages.entry(stage).or_insert_with(new).show(event);
    }
}

/// What is on the terminal of one run after the other.
#[derive(Default)]
pub struct Shown {
    /// Those of others, too.
    bars: Option<MultiProgress>,
    caching: Option<Caching>,
    training: Option<Training>,
    stage: String,
    long: bool,
}

impl Shown {
    /// Shows what happens.
    pub fn show(&mut self, event: Event<'_>) {
        match event {
            Event::Stage { number, of, what } => {
                self.end();
                self.long = what.starts_with("pre-train");
                self.stage = format!("[{number}/{of}]");
                self.line(&format!("{} {what}", self.stage));
            }
            Event::Caching(name, rows) => {
                let bars = &self.bars;
                let new = || bars.as_ref().map_or_else(Caching::new, Caching::among);
                self.caching.get_or_insert_with(new).report(name, rows);
            }
            Event::Run { step, steps, .. } => {
                self.end();
                self.training = Some(match &self.bars {
                    Some(bars) => Training::among(bars, &self.stage, step, steps),
                    None => Training::new(step, steps),
                });
            }
            // Of the many short runs the moving line is enough.
            Event::Training(ext5_train::Event::Step { position, loss }) => {
                if let Some(training) = &self.training {
                    training.show(&ext5_train::Event::Step { position, loss });
                }
            }
            Event::Training(ext5_train::Event::Logged(line)) if self.long => {
                if let (Some(training), Some(line)) = (&self.training, without_families(line)) {
                    training.show(&ext5_train::Event::Logged(&line));
                }
            }
            Event::Training(_) => {}
            Event::Done => self.end(),
        }
    }

    fn line(&self, text: &str) {
        match &self.bars {
            // What the others show stays below.
            Some(bars) => bars.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    /// Takes the moving line away.
    pub fn end(&mut self) {
        if let Some(caching) = self.caching.take() {
            caching.finish();
        }
        if let Some(training) = self.training.take() {
            training.finish();
        }
    }
}
