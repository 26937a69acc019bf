//! What long work shows: one moving line on a terminal, plain lines elsewhere.

use crate::table::size;
use ext5_core::number::count;
use ext5_mix::export::Progress;
use ext5_train::Event;
use ext5_train::log::{Line, Tallies, Tally};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Without a terminal, work that counts rows says so at most this often.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

/// The line that moves. It can be told of from many threads.
struct Moving {
    bar: ProgressBar,
    said: Mutex<Instant>,
}

impl Moving {
    /// A line of text alone.
    fn text() -> Self {
        Self::of(ProgressBar::new_spinner())
    }

    /// A bar before the text.
    fn bar() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}") {
            bar.set_style(style);
        }
        Self::of(bar)
    }

    fn of(bar: ProgressBar) -> Self {
        Moving { bar, said: Mutex::new(Instant::now()) }
    }

    /// Shows `text`; where there is no terminal, as a line of its own now and then, `what` before it.
    fn say(&self, what: &str, text: String) {
        if self.bar.is_hidden() {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.elapsed() > PLAIN_INTERVAL {
                eprintln!("{what}{text}");
                *said = Instant::now();
            }
        }
        self.bar.set_message(text);
        self.bar.tick();
    }

    /// As [`say`](Self::say), with the bar at `done` of `of`.
    fn say_at(&self, done: u64, of: u64, what: &str, text: String) {
        self.bar.set_length(of);
        self.bar.set_position(done);
        self.say(what, text);
    }

    /// Takes the line away.
    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// How many a second since `start`, and how long the others will take.
fn pace(start: Instant, done: u64, left: u64) -> (u64, String) {
    let rate = done as f64 / start.elapsed().as_secs_f64().max(1e-3);
    let left = left as f64 / rate.max(1.0);
    (rate as u64, duration(Duration::from_secs_f64(left.min(1e9))))
}

/// Shows the building of token stores.
pub struct Caching {
    line: Moving,
    name: String,
    start: Instant,
}

impl Caching {
    /// Nothing is shown until there is something to build.
    pub fn new() -> Self {
        Self::on(Moving::text())
    }

    /// One of several that move at the same time.
    pub fn among(bars: &MultiProgress) -> Self {
        Self::on(Moving::of(bars.add(ProgressBar::new_spinner())))
    }

    fn on(line: Moving) -> Self {
        Caching { line, name: String::new(), start: Instant::now() }
    }

    /// `rows` of the store called `name` are done.
    pub fn report(&mut self, name: &str, rows: u64) {
        if self.name != name {
            self.name = name.to_owned();
            self.start = Instant::now();
        }
        let (rate, _) = pace(self.start, rows, 0);
        let text = format!("caching {name}: {} rows, {}/s", count(rows), count(rate));
        self.line.say("", text);
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.line.finish();
    }
}

/// Shows an export; told of it from many threads.
pub struct Exporting {
    line: Moving,
    name: String,
    start: Instant,
}

impl Exporting {
    /// Nothing is shown until something is done.
    pub fn new(name: &str) -> Self {
        Exporting { line: Moving::bar(), name: format!("{name}: "), start: Instant::now() }
    }

    /// So much is done.
    pub fn report(&self, done: Progress) {
        let Progress { examples, kept, of } = done;
        let (rate, left) = pace(self.start, examples - kept, of - examples);
        let (done, all) = (count(examples), count(of));
        let text = format!("{done} of {all} examples, {}/s, {left} left", count(rate));
        self.line.say_at(examples, of, &self.name, text);
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.line.finish();
    }
}

/// Shows the comparison of evaluation text with training text.
pub struct Comparing(Moving);

impl Comparing {
    /// Nothing is shown until something is read.
    pub fn new() -> Self {
        Comparing(Moving::text())
    }

    /// `name` is being read.
    pub fn report(&self, name: &str, done: u64) {
        self.0.say("", format!("comparing {name}: {}", count(done)));
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.0.finish();
    }
}

/// Shows downloads; told of them from many threads.
pub struct Fetching {
    line: Moving,
    start: Instant,
}

impl Fetching {
    /// Nothing is shown until something has come.
    pub fn new() -> Self {
        Fetching { line: Moving::bar(), start: Instant::now() }
    }

    /// So many bytes of those that were missing are there.
    pub fn report(&self, bytes: u64, of: u64) {
        let (rate, left) = pace(self.start, bytes, of.saturating_sub(bytes));
        let text = format!("{} of {}, {}/s, {left} left", size(bytes), size(of), size(rate));
        self.line.say_at(bytes, of, "fetching: ", text);
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.line.finish();
    }
}

/// Shows a run: log lines stay, the line of the current step moves.
pub struct Training {
    bar: ProgressBar,
    name: String,
    first_step: u64,
    start: Instant,
}

impl Training {
    /// A run that stands at `step` of `steps`.
    pub fn new(step: u64, steps: u64) -> Self {
        Self::of(ProgressBar::new(steps), String::new(), step)
    }

    /// One of several runs, whose lines begin with its name.
    pub fn among(bars: &MultiProgress, name: &str, step: u64, steps: u64) -> Self {
        Self::of(bars.add(ProgressBar::new(steps)), format!("{name} "), step)
    }

    fn of(bar: ProgressBar, name: String, step: u64) -> Self {
        if let Ok(style) = ProgressStyle::with_template("{prefix}{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(name.clone());
        bar.set_position(step);
        Training { bar, name, first_step: step, start: Instant::now() }
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
        let text = format!("{}{text}", self.name);
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
            waiting,
            ..
        } => format!(
            "step {step:>6}  train     denoising {}  supervised {}{}  rate {rate:.5}  \
             fill {:.0} %  {} tokens/s{}",
            loss(denoising),
            loss(supervised),
            by_family(families),
            fill * 100.0,
            count(*tokens_per_second as u64),
            slowed(*waiting)
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

/// Share of the time that training waited for data, where it is worth a word.
fn slowed(waiting: f64) -> String {
    match waiting < 0.01 {
        true => String::new(),
        false => format!("  waiting for data {:.0} %", waiting * 100.0),
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
