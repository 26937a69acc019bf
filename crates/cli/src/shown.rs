//! What a set of runs shows: a line for each stage, and a line that moves.

use crate::progress::{Caching, Training};
use ext5_lab::Event;
use ext5_train::log::Line;

/// Held-out losses alone: of so many families there would be no end.
fn without_families(line: &Line) -> Option<Line> {
    let mut line = line.clone();
    match &mut line {
        Line::Evaluation { families, .. } => families.clear(),
        _ => return None,
    }
    Some(line)
}

/// What is on the terminal.
#[derive(Default)]
pub struct Shown {
    caching: Option<Caching>,
    training: Option<Training>,
    long: bool,
}

impl Shown {
    /// Shows what happens.
    pub fn show(&mut self, event: Event<'_>) {
        match event {
            Event::Stage { number, of, what } => {
                self.end();
                self.long = what.starts_with("pre-train");
                eprintln!("[{number}/{of}] {what}");
            }
            Event::Caching(name, rows) => {
                self.caching.get_or_insert_with(Caching::new).report(name, rows);
            }
            Event::Run { step, steps, .. } => {
                self.end();
                self.training = Some(Training::new(step, steps));
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
