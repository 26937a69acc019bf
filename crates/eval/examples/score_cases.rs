//! Times metrics for `tools/benchmarks/metrics_vs_python.py`: for each line `WHAT` on standard input it
//! scores the cases of that name once and prints the seconds and the score.
//!
//! The cases are those of `tools/oracles/metric_cases.py`, made before the clock starts.

#[allow(dead_code, reason = "one part serves here")]
#[path = "../tests/common/cases.rs"]
mod cases;

use cases::Draws;
use ext5_eval::metrics::{Marks, Response};
use ext5_task::{Example, Metric, Origin, Reading};
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

/// Examples with the texts and scores that answer them.
struct Set {
    reading: Reading,
    examples: Vec<Example>,
    texts: Vec<String>,
    options: Vec<Option<usize>>,
    scores: Vec<Vec<f64>>,
}

impl Set {
    fn new(kind: &str) -> Result<Self, Box<dyn Error>> {
        let reading = serde_json::from_value(serde_json::json!({ "kind": kind }))?;
        let (examples, texts) = (Vec::new(), Vec::new());
        Ok(Set { reading, examples, texts, options: Vec::new(), scores: Vec::new() })
    }

    fn push(&mut self, references: Vec<String>, source: &str, text: String) {
        self.examples.push(Example {
            inputs: "inputs".to_owned(),
            targets: references[0].clone(),
            references,
            options: Vec::new(),
            answer: None,
            group: None,
            source: Some(source.to_owned()),
            prompt: 0,
            origin: Origin { file: Path::new("cases").into(), line: 1 },
        });
        self.texts.push(text);
    }

    fn response(&self, example: usize) -> Response<'_> {
        Response {
            text: self.texts[example].as_str().into(),
            option: self.options.get(example).copied().flatten(),
            scores: self.scores.get(example).map_or(&[], Vec::as_slice),
        }
    }

    /// The metric of all examples, and how long it took.
    fn time(&self, metric: Metric) -> (f64, f64) {
        let responses: Vec<_> = (0..self.texts.len()).map(|i| self.response(i)).collect();
        let start = Instant::now();
        let value = Marks::new(metric, &self.reading, &self.examples, &responses).value();
        (start.elapsed().as_secs_f64(), value)
    }
}

/// Long texts with one reference each.
fn texts() -> Result<Set, Box<dyn Error>> {
    let mut set = Set::new("text")?;
    for case in 0..cases::CASES {
        let (source, prediction, reference) = cases::long(&mut Draws::new("long", case));
        set.push(vec![reference], &source, prediction);
    }
    Ok(set)
}

fn classes() -> Result<Set, Box<dyn Error>> {
    let mut set = Set::new("label")?;
    let mut draws = Draws::new("many", 0);
    for _ in 0..20_000 {
        let (truth, prediction) = cases::label(&mut draws);
        set.push(vec![format!("class {truth}")], "", format!("class {prediction}"));
    }
    Ok(set)
}

fn numbers() -> Result<Set, Box<dyn Error>> {
    let mut set = Set::new("number")?;
    let mut draws = Draws::new("many", 1);
    for _ in 0..20_000 {
        let (truth, prediction) = cases::label(&mut draws);
        set.push(vec![format!("{truth}.5")], "", format!("{prediction}.5"));
    }
    Ok(set)
}

fn spans() -> Result<Set, Box<dyn Error>> {
    let mut set = Set::new("spans")?;
    for case in 0..cases::CASES {
        for (truth, prediction) in cases::tagged(&mut Draws::new("spans", case)) {
            set.push(vec![truth], "", prediction);
        }
    }
    Ok(set)
}

fn options() -> Result<Set, Box<dyn Error>> {
    let mut set = Set::new("label")?;
    let mut draws = Draws::new("many", 2);
    for _ in 0..20_000 {
        let (answer, wrong) = (draws.below(2), draws.below(1000) as f64 / 8.0);
        set.push(vec![answer.to_string()], "", String::new());
        if let Some(example) = set.examples.last_mut() {
            example.options = vec!["0".to_owned(), "1".to_owned()];
            example.answer = Some(answer);
        }
        set.options.push(Some(usize::from(wrong > 60.0)));
        set.scores.push(vec![0.0, wrong - 60.0]);
    }
    Ok(set)
}

fn main() -> Result<(), Box<dyn Error>> {
    let sets = [
        ("texts", texts()?),
        ("classes", classes()?),
        ("numbers", numbers()?),
        ("spans", spans()?),
        ("options", options()?),
    ];
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (set, metric) = line.split_once(' ').ok_or("expected SET METRIC")?;
        let metric: Metric = serde_json::from_value(metric.into())?;
        let (_, set) = sets.iter().find(|(name, _)| *name == set).ok_or("no such set")?;
        let (seconds, value) = set.time(metric);
        writeln!(out, "{seconds} {value}")?;
        out.flush()?;
    }
    Ok(())
}
