//! Draws the held-out losses of several runs, as for `docs/benchmarks/first-real-run.md`.
//!
//!     loss_curves OUT NAME=RUN...
//!
//! Writes `OUT-denoising.svg` and `OUT-supervised.svg`; three runs at most.

use ext5_lab::chart::{self, COLOURS, Series};
use ext5_train::log::{self, Line};
use std::error::Error;
use std::path::Path;

/// Updates, and the losses of denoising and of the supervised tasks.
type Losses = (u64, [f64; 2]);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("expected OUT NAME=RUN...")?;
    let runs: Vec<(String, Vec<Losses>)> = arguments
        .map(|argument| {
            let (name, run) = argument.split_once('=').ok_or("expected NAME=RUN")?;
            let lines = log::read(Path::new(run))?;
            Ok((name.to_owned(), lines.iter().filter_map(held_out).collect()))
        })
        .collect::<Result<_, Box<dyn Error>>>()?;
    let parts = [("denoising", "Loss of span denoising"), ("supervised", "Loss of the tasks")];
    for (part, (file, title)) in parts.into_iter().enumerate() {
        let colours = [COLOURS[1], COLOURS[0], "#66737f"];
        let series = runs.iter().zip(colours).filter_map(|((name, losses), colour)| {
            let points = losses.iter().map(|(step, loss)| (*step as f64, loss[part]));
            let points: Vec<_> = points.filter(|(_, loss)| loss.is_finite()).collect();
            (!points.is_empty()).then(|| Series {
                name: name.clone(),
                colour,
                marked: true,
                points,
            })
        });
        let series: Vec<Series> = series.collect();
        let about = "Nats a target token, on held-out examples";
        if let Some(svg) = chart::lines(title, about, "updates", &series) {
            std::fs::write(format!("{out}-{file}.svg"), svg)?;
        }
    }
    Ok(())
}

/// An evaluation. The first, of untrained weights, is left out, since it would flatten all others.
fn held_out(line: &Line) -> Option<Losses> {
    match line {
        Line::Evaluation { step: step @ 1.., denoising, supervised, .. } => {
            Some((*step, [denoising.loss(), supervised.loss()]))
        }
        _ => None,
    }
}
