//! What long work shows: one moving line on a terminal, plain lines elsewhere.

use crate::table::size;
use ext5_core::number::count;
use ext5_mix::export::Progress;
use ext5_train::Event;
use ext5_train::log::{Line, Tallies, Tally};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Without a terminal, work that counts rows says so at most this often.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

/// Shows the building of token stores.
pub struct Caching {
    bar: ProgressBar,
    said: Instant,
    name: String,
    start: Instant,
}

impl Caching {
    /// Nothing is shown until there is something to build.
    pub fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        let now = Instant::now();
        Caching { bar, said: now, name: String::new(), start: now }
    }

    /// `rows` of the store called `name` are done.
    pub fn report(&mut self, name: &str, rows: u64) {
        if self.name != name {
            self.name = name.to_owned();
            self.start = Instant::now();
        }
        let rate = rows as f64 / self.start.elapsed().as_secs_f64().max(1e-3);
        let text = format!("caching {name}: {} rows, {}/s", count(rows), count(rate as u64));
        if self.bar.is_hidden() && self.said.elapsed() > PLAIN_INTERVAL {
            eprintln!("{text}");
            self.said = Instant::now();
        }
        self.bar.set_message(text);
        self.bar.tick();
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows an export; told of it from many threads.
pub struct Exporting {
    bar: ProgressBar,
    name: String,
    start: Instant,
    said: Mutex<Instant>,
}

impl Exporting {
    /// Nothing is shown until something is done.
    pub fn new(name: &str) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}") {
            bar.set_style(style);
        }
        let now = Instant::now();
        Exporting { bar, name: name.to_owned(), start: now, said: Mutex::new(now) }
    }

    /// So much is done.
    pub fn report(&self, done: Progress) {
        let made = done.examples - done.kept;
        let rate = made as f64 / self.start.elapsed().as_secs_f64().max(1e-3);
        let left = (done.of - done.examples) as f64 / rate.max(1.0);
        let text = format!(
            "{} of {} examples, {}/s, {} left",
            count(done.examples),
            count(done.of),
            count(rate as u64),
            duration(Duration::from_secs_f64(left.min(1e9)))
        );
        self.bar.set_length(done.of);
        self.bar.set_position(done.examples);
        if self.bar.is_hidden() {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.elapsed() > PLAIN_INTERVAL {
                eprintln!("{}: {text}", self.name);
                *said = Instant::now();
            }
        }
        self.bar.set_message(text);
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows the comparison of evaluation text with training text.
pub struct Comparing {
    bar: ProgressBar,
    said: Instant,
}

impl Comparing {
    /// Nothing is shown until something is read.
    pub fn new() -> Self {
        Comparing { bar: ProgressBar::new_spinner(), said: Instant::now() }
    }

    /// `name` is being read.
    pub fn report(&mut self, name: &str, done: u64) {
        let text = format!("comparing {name}: {}", count(done));
        if self.bar.is_hidden() && self.said.elapsed() > PLAIN_INTERVAL {
            eprintln!("{text}");
            self.said = Instant::now();
        }
        self.bar.set_message(text);
        self.bar.tick();
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows downloads; told of them from many threads.
pub struct Fetching {
    bar: ProgressBar,
    start: Instant,
    said: Mutex<Instant>,
}

impl Fetching {
    /// Nothing is shown until something has come.
    pub fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}") {
            bar.set_style(style);
        }
        let now = Instant::now();
        Fetching { bar, start: now, said: Mutex::new(now) }
    }

    /// So many bytes of those that were missing are there.
    pub fn report(&self, bytes: u64, of: u64) {
        let rate = bytes as f64 / self.start.elapsed().as_secs_f64().max(1e-3);
        let left = of.saturating_sub(bytes) as f64 / rate.max(1.0);
        let left = duration(Duration::from_secs_f64(left.min(1e9)));
        let text = format!("{} of {}, {}/s, {left} left", size(bytes), size(of), size(rate as u64));
        self.bar.set_length(of);
        self.bar.set_position(bytes);
        if self.bar.is_hidden() {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.elapsed() > PLAIN_INTERVAL {
                eprintln!("fetching: {text}");
                *said = Instant::now();
            }
        }
        self.bar.set_message(text);
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows a run: log lines stay, the line of the current step moves.
pub struct Training {
    bar: ProgressBar,
    first_step: u64,
    start: Instant,
}

impl Training {
    /// A run that stands at `step` of `steps`.
    pub fn new(step: u64, steps: u64) -> Self {
        let bar = ProgressBar::new(steps);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        bar.set_position(step);
        Training { bar, first_step: step, start: Instant::now() }
    }

    /// Shows what the run tells.
    pub fn show(&self, event: &Event<'_>) {
        match event {
            Event::Step { position, loss } => {
                let done = position.step - self.first_step;
                let each = self.start.elapsed() / u32::try_from(done).unwrap_or(u32::MAX).max(1);
                let steps = self.bar.length().unwrap_or(0).saturating_sub(position.step);
                let left = each * u32::try_from(steps).unwrap_or(u32::MAX);
                self.bar.set_message(format!("loss {loss:.3}, {} left", duration(left)));
                self.bar.set_position(position.step);
            }
            Event::Logged(line) => self.line(&describe(line)),
            Event::Saved(path) => self.line(&format!("saved {}", path.display())),
        }
    }

    /// Takes the moving line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self, text: &str) {
        if self.bar.is_hidden() {
            eprintln!("{text}");
        } else {
            self.bar.println(text);
        }
    }
}

fn describe(line: &Line) -> String {
    match line {
        Line::Train {
            step,
            rate,
            denoising,
            supervised,
            families,
            fill,
            tokens_per_second,
            ..
        } => format!(
            "step {step:>6}  train     denoising {}  supervised {}{}  rate {rate:.5}  \
             fill {:.0} %  {} tokens/s",
            loss(denoising),
            loss(supervised),
            by_family(families),
            fill * 100.0,
            count(*tokens_per_second as u64)
        ),
        Line::Evaluation { step, denoising, supervised, families, scores, .. } => {
            let scores: String = scores
                .iter()
                .map(|score| format!("  {} {} {:.2}", score.task, score.metric, score.value))
                .collect();
            format!(
                "step {step:>6}  held out  denoising {}  supervised {}{}{scores}",
                loss(denoising),
                loss(supervised),
                by_family(families)
            )
        }
        Line::Skipped { step, in_a_row, batch, losses } => {
            let losses: Vec<String> = losses
                .iter()
                .map(|(name, loss)| match loss {
                    Some(loss) => format!("{name} {loss:.3}"),
                    None => format!("{name} not finite"),
                })
                .collect();
            format!(
                "step {step:>6}  left out  loss or gradient not finite, {in_a_row} in a row; \
                 batch at window {}, row {}: {}",
                batch.window,
                batch.row,
                losses.join(", ")
            )
        }
    }
}

/// Losses by family, where there is more than one.
fn by_family(families: &Tallies) -> String {
    if families.len() < 2 {
        return String::new();
    }
    let all: Vec<String> = families
        .iter()
        .filter(|(_, tally)| tally.tokens > 0)
        .map(|(name, tally)| format!("{name} {:.3}", tally.loss()))
        .collect();
    format!(" ({})", all.join(", "))
}

fn loss(tally: &Tally) -> String {
    match tally.tokens {
        0 => format!("{:>7}", "-"),
        _ => format!("{:>7.4}", tally.loss()),
    }
}

/// A time span as people say it.
pub fn duration(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}
