//! The report of a quickstart: one HTML file that needs nothing else, and its figures.

use crate::chart::{self, COLOURS, Pair, Series, escape};
use crate::quickstart::{Findings, MODELS, ProbeFinding};
use ext5_core::number::count;
use ext5_train::log::{Line, Tally};

const STYLE: &str = include_str!("report.css");

/// A figure: its file's stem, and the text of its SVG.
pub struct Figure {
    /// The stem of its file.
    pub name: &'static str,
    /// The SVG.
    pub svg: String,
}

/// The figures of a quickstart: scores, losses, sizes of the mixture's tasks.
pub fn figures(findings: &Findings) -> Vec<Figure> {
    let figure = |name, svg: Option<String>| Some(Figure { name, svg: svg? });
    let denoising = losses(findings, |line| match line {
        Line::Train { step, denoising, .. } => Some((*step, *denoising)),
        _ => None,
    });
    let held_out = losses(findings, |line| match line {
        Line::Evaluation { step, denoising, .. } => Some((*step, *denoising)),
        _ => None,
    });
    let tasks = losses(findings, |line| match line {
        Line::Train { step, supervised, .. } => Some((*step, *supervised)),
        _ => None,
    });
    let series = |model: usize, points: &[Vec<(f64, f64)>; 2], marked| Series {
        name: if marked { String::new() } else { MODELS[model].to_owned() },
        colour: COLOURS[model],
        marked,
        points: points[model].clone(),
    };
    let loss = chart::lines(
        "Loss of span denoising",
        "Nats per target token: in training, and dashed on held-out text",
        "updates",
        &[
            series(0, &denoising, false),
            series(1, &denoising, false),
            series(0, &held_out, true),
            series(1, &held_out, true),
        ],
    );
    let supervised = chart::lines(
        "Loss of the supervised tasks",
        "Nats per target token, in training; only the one model has them",
        "updates",
        &[series(1, &tasks, false)],
    );
    [
        figure("scores", Some(scores(findings))),
        figure("loss", loss),
        figure("tasks-loss", supervised),
        figure("mixture", ext5_mix::figure::task_sizes(&findings.mixture.task_sizes())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The losses of both models over updates.
fn losses(findings: &Findings, of: impl Fn(&Line) -> Option<(u64, Tally)>) -> [Vec<(f64, f64)>; 2] {
    [0, 1].map(|model: usize| {
        let lines = findings.logs[model].iter().filter_map(&of);
        lines.map(|(step, tally)| (step as f64, tally.loss())).collect()
    })
}

fn scores(findings: &Findings) -> String {
    let pair = |probe: &ProbeFinding| Pair {
        name: probe.name.clone(),
        note: difference(probe),
        floor: probe.majority,
        seeds: probe.scores.clone(),
        means: probe.means,
    };
    let pairs: Vec<_> = all(findings).map(pair).collect();
    let subtitle = format!(
        "Tasks that neither model was pre-trained on, learned from {} examples; {} seeds",
        findings.size.examples, findings.size.seeds
    );
    chart::pairs("Scores on the probe tasks", &subtitle, MODELS, &pairs)
}

/// The probes, and all of them together.
fn all(findings: &Findings) -> impl Iterator<Item = &ProbeFinding> {
    findings.probes.iter().chain([&findings.overall])
}

/// A difference with its interval.
pub fn difference(probe: &ProbeFinding) -> String {
    format!("{:+.1} ({:+.1} to {:+.1})", probe.difference, probe.interval.low, probe.interval.high)
}

/// What the findings say, in a sentence: no more than both intervals allow, that over examples and
/// that over seeds.
pub fn verdict(findings: &Findings) -> String {
    let overall = &findings.overall;
    let seeds = overall.seeds_interval.unwrap_or(overall.interval);
    let what = if overall.interval.low.min(seeds.low) > 0.0 {
        "better than"
    } else if overall.interval.high.max(seeds.high) < 0.0 {
        "worse than"
    } else {
        "not to be told apart from"
    };
    format!(
        "Over {} probe tasks the mixed model is {what} the other: {:.1} against {:.1}, {} points; over \
         seeds of fine-tuning {:+.1} to {:+.1}.",
        findings.probes.len(),
        overall.means[1],
        overall.means[0],
        difference(overall),
        seeds.low,
        seeds.high
    )
}

/// The report as one HTML page; it loads nothing.
pub fn html(findings: &Findings, figures: &[Figure]) -> String {
    let size = findings.size;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>ext5 quickstart</title>\n<style>{STYLE}</style>\n<main>\n\
         <h1>Does mixing tasks into pre-training help?</h1>\n<p class=\"verdict\">{}</p>\n\
         <p>A T5 read the texts of a small universe of {} people, and learned to fill in what was \
         left out. An ExT5 of the same shape did the same for as many updates ({}) on batches of \
         the same shape, but between the texts it saw {} supervised tasks about the same universe. \
         Then both learned {} tasks that neither had seen, from {} examples each.</p>\n",
        escape(&verdict(findings)),
        count(size.people),
        count(size.steps),
        findings.mixture.entries.iter().filter(|entry| entry.family.is_some()).count(),
        findings.probes.len(),
        count(size.examples),
    );
    page += &table(findings);
    for figure in figures {
        page += &format!("<figure>\n{}</figure>\n", figure.svg);
    }
    page += &mixture(findings);
    page += &format!(
        "<h2>How it was made</h2>\n<p>{}; seed of the world and of pre-training {}. Recipes: {} and \
         {}. All numbers are in <code>findings.json</code>; recipes, logs and predictions lie \
         beside this file. One universe is one draw: the command with another <code>--seed</code> \
         makes another.</p>\n</main>\n</html>\n",
        escape(&findings.code),
        findings.seed,
        findings.recipes[0].short(),
        findings.recipes[1].short(),
    );
    page
}

fn table(findings: &Findings) -> String {
    let mut table = format!(
        "<table>\n<thead><tr><th>task<th>metric<th class=\"n\">majority<th class=\"n\">{}\
         <th class=\"n\">{}<th class=\"n\">difference, 95 % over examples\
         <th class=\"n\">95 % over seeds<th class=\"n\">p<th class=\"n\">n</tr></thead>\n<tbody>\n",
        MODELS[0], MODELS[1]
    );
    for probe in all(findings) {
        let seeds = probe.seeds_interval.map_or_else(
            || "–".to_owned(),
            |interval| format!("{:+.1} to {:+.1}", interval.low, interval.high),
        );
        table += &format!(
            "<tr><td>{}<td>{}<td class=\"n\">{:.1}<td class=\"n\">{:.1}<td class=\"n\">{:.1}\
             <td class=\"n\">{}<td class=\"n\">{seeds}<td class=\"n\">{:.3}<td class=\"n\">{}</tr>\n",
            escape(&probe.name),
            escape(&probe.metric),
            probe.majority,
            probe.means[0],
            probe.means[1],
            difference(probe),
            probe.p,
            probe.examples,
        );
    }
    table
        + &format!(
            "</tbody>\n</table>\n<p class=\"note\">Scores are times 100, means over {} seeds of \
             fine-tuning. The first interval is for other test examples, paired; the second for \
             other seeds. Neither is for other universes.</p>\n",
            findings.size.seeds
        )
}

fn mixture(findings: &Findings) -> String {
    let mut table =
        "<details>\n<summary>The mixture of the ExT5, entry by entry</summary>\n<table>\n\
                     <thead><tr><th>entry<th>family<th class=\"n\">examples<th class=\"n\">share\
                     <th class=\"n\">epochs</tr></thead>\n<tbody>\n"
            .to_owned();
    for entry in &findings.mixture.entries {
        table += &format!(
            "<tr><td>{}<td>{}<td class=\"n\">{}<td class=\"n\">{:.2} %<td class=\"n\">{:.2}</tr>\n",
            escape(&entry.name),
            escape(entry.family.as_deref().unwrap_or("denoising")),
            count(entry.examples),
            entry.share * 100.0,
            entry.epochs,
        );
    }
    table + "</tbody>\n</table>\n</details>\n"
}
