//! The figures of analyses.

use super::super::file::Alone;
use super::super::report::Estimate;
use super::super::results::Results;
use super::curve::{place, series};
use super::matrix::Effects;
use super::pairs::Pairs;
use super::scores::{difference, mean};
use crate::chart::{
    Across, Along, Cell, Curve, Point, Row, curves as draw_curves, heat as draw_heat, intervals,
};
use crate::report::Figure;
use ext5_eval::statistics::mean as mean_of;

/// Means of the arms, and their differences from the baseline, over all tasks.
pub(super) fn arms(results: &Results<'_>) -> Vec<Figure> {
    let tasks = results.tasks();
    let row = |arm: usize, of: Option<Estimate>, dots: Vec<f64>| {
        let estimate = of?;
        let name = results.graph.arms[arm].name.clone();
        Some(Row {
            tip: tip(&name, &estimate),
            name,
            value: estimate.value,
            interval: ends(&estimate),
            dots,
        })
    };
    let all = 0..results.arms.len();
    let means: Vec<Row> = all
        .clone()
        .filter_map(|arm| row(arm, mean(results, arm, &tasks), by_seed(results, arm, &tasks)))
        .collect();
    let subtitle = "All tasks; bars: 95 % over examples and seeds; small dots: seeds";
    let mut figures = Vec::new();
    figures.extend(figure("arms", intervals("Mean scores", subtitle, &means, None)));
    if let Some(baseline) = results.study.baseline.as_deref().and_then(|name| results.arm(name)) {
        let differences: Vec<Row> = all
            .filter(|arm| *arm != baseline)
            .filter_map(|arm| row(arm, difference(results, arm, baseline, &tasks), Vec::new()))
            .collect();
        let title = format!("Points above {}", results.graph.arms[baseline].name);
        let subtitle = "All tasks; paired, 95 % over examples and seeds";
        figures.extend(figure("differences", intervals(&title, subtitle, &differences, Some(0.0))));
    }
    figures
}

/// The curves of all series, and the arms that are lines across.
pub(super) fn curves(results: &Results<'_>) -> Vec<Figure> {
    let tasks = results.tasks();
    let arms = &results.graph.arms;
    let mut names: Vec<&str> = Vec::new();
    for name in arms.iter().filter_map(|arm| arm.series.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let point = |arm: usize| {
        let (x, estimate) = (place(results, arm)?, mean(results, arm, &tasks)?);
        let (y, tip) = (estimate.value, tip(&arms[arm].name, &estimate));
        Some(Point { x, y, interval: ends(&estimate), tip })
    };
    let all: Vec<Curve> = names
        .into_iter()
        .map(|name| Curve {
            name: name.to_owned(),
            points: series(results, name).into_iter().filter_map(point).collect(),
        })
        .filter(|curve| !curve.points.is_empty())
        .collect();
    let across: Vec<Across> = (0..arms.len())
        .filter(|arm| arms[*arm].line)
        .filter_map(|arm| {
            let estimate = mean(results, arm, &tasks)?;
            let name = arms[arm].name.clone();
            Some(Across { tip: tip(&name, &estimate), name, y: estimate.value })
        })
        .collect();
    let axis = &results.study.axis;
    let along = Along { label: &axis.label, log: axis.log };
    let subtitle = "Mean score over all tasks; bars: 95 % over examples and seeds";
    let title = &results.study.title;
    figure("curves", draw_curves(title, subtitle, along, &all, &across)).into_iter().collect()
}

/// The matrix of effects.
pub(super) fn heat(results: &Results<'_>, pairs: &Pairs, effects: &Effects) -> Option<Figure> {
    if effects.known() == 0 {
        return None;
    }
    let name = match effects.given {
        Alone::EqualData => "effects-equal-data",
        Alone::EqualCompute => "effects-equal-compute",
    };
    let cell = |row: usize, column: usize| {
        let (_, effect) = effects.cells.iter().find(|(cell, _)| *cell == (row, column))?;
        let effect = effect.as_ref()?;
        let what = format!("{} on {}", pairs.names[row], pairs.names[column]);
        Some(Cell {
            value: effect.estimate.value,
            sure: effect.beyond_noise,
            tip: tip(&what, &effect.estimate),
        })
    };
    let title = format!(
        "Effect of a partner (row) on a family (column), at {}",
        super::matrix::words(effects.given)
    );
    let subtitle = format!("Points above the family alone; {} seeds", results.preset.seeds.len());
    let svg = draw_heat(&title, &subtitle, &pairs.names, &pairs.names, &cell);
    Some(Figure { name, svg })
}

fn figure(name: &'static str, svg: Option<String>) -> Option<Figure> {
    Some(Figure { name, svg: svg? })
}

fn ends(estimate: &Estimate) -> Option<(f64, f64)> {
    estimate.interval.map(|interval| (interval.low, interval.high))
}

/// What the pointer is told.
fn tip(name: &str, estimate: &Estimate) -> String {
    let interval = match estimate.interval {
        Some(interval) => format!(" ({:.1} to {:.1})", interval.low, interval.high),
        None => String::new(),
    };
    format!("{name}: {:.1}{interval}", estimate.value)
}

/// An arm's mean score at each seed that has all tasks.
fn by_seed(results: &Results<'_>, arm: usize, tasks: &[String]) -> Vec<f64> {
    let marks = results.together(&[arm], tasks).and_then(|mut all| all.pop()).unwrap_or_default();
    let score = |tasks: &Vec<Vec<f64>>| {
        mean_of(&tasks.iter().filter_map(|task| mean_of(task)).collect::<Vec<_>>())
    };
    marks.iter().filter_map(score).collect()
}
