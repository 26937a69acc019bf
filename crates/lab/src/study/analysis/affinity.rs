//! How well a few updates on a family foretell what training with it does to the others.

use super::super::arms::ArmKind;
use super::super::file::Alone;
use super::super::report::{Estimate, Report, Table, Value};
use super::super::results::Results;
use super::arms::column;
use super::correlation::pearson;
use super::matrix::Effects;
use super::pairs::Pairs;
use super::scores::{key, number};
use ext5_eval::statistics::Bootstrap;
use ext5_train::log::{self, Line, Tallies};
use std::collections::BTreeMap;

/// Fewest pairs over which two orders are compared.
const FEWEST: usize = 5;

/// What a few updates foretell, and what was measured.
pub(super) struct Foretold {
    /// By partner and family: by how much of itself the family's loss falls.
    predicted: BTreeMap<(usize, usize), f64>,
    /// Pairs for which there are both: prediction and measured effect.
    points: Vec<(f64, f64)>,
}

/// Fills a report with the prediction, and how well it agrees with the matrix.
pub(super) fn fill(results: &Results<'_>, report: &mut Report) {
    let pairs = Pairs::of(results);
    let measured = Effects::of(results, &pairs, Alone::EqualData);
    let foretold = Foretold::of(results, &pairs, &measured);
    report.tables.push(foretold.table(&pairs));
    report.tables.push(foretold.side_by_side(results, &pairs, &measured));
    report.figures.extend(super::figures::heat(results, &pairs, &measured));
    report.summary.push(match foretold.agreement(results) {
        Some(Estimate { value, interval: Some(interval) }) => format!(
            "Over {} pairs the prediction and the measured effect have a rank correlation of \
             {value:+.2} ({:+.2} to {:+.2}).",
            foretold.points.len(),
            interval.low,
            interval.high
        ),
        _ => format!(
            "{} pairs have both a prediction and a measured effect: too few to compare.",
            foretold.points.len()
        ),
    });
}

impl Foretold {
    pub(super) fn of(results: &Results<'_>, pairs: &Pairs, measured: &Effects) -> Self {
        let mut falls: BTreeMap<(usize, usize), Vec<f64>> = BTreeMap::new();
        for &(arm, _, node) in &results.graph.unscored {
            let ArmKind::Steps { family: partner, .. } = results.graph.arms[arm].kind else {
                continue;
            };
            let node = &results.graph.nodes[node];
            if results.place.done(node).is_none() {
                continue;
            }
            let Some((before, after)) = ends(&results.place.folder(node)) else { continue };
            for (of, tasks) in pairs.tasks.iter().enumerate() {
                if let (Some(before), Some(after)) = (loss(&before, tasks), loss(&after, tasks)) {
                    falls.entry((partner, of)).or_default().push((before - after) / before);
                }
            }
        }
        let mean = |falls: Vec<f64>| falls.iter().sum::<f64>() / falls.len() as f64;
        let predicted: BTreeMap<_, f64> =
            falls.into_iter().map(|(cell, falls)| (cell, mean(falls))).collect();
        let points = measured.cells.iter().filter_map(|(cell, effect)| {
            Some((*predicted.get(cell)?, effect.as_ref()?.estimate.value))
        });
        Foretold { points: points.collect(), predicted }
    }

    /// Spearman's rank correlation of prediction and measurement over all pairs, with an interval for
    /// other pairs.
    pub(super) fn agreement(&self, results: &Results<'_>) -> Option<Estimate> {
        let n = self.points.len();
        if n < FEWEST {
            return None;
        }
        let of = |sample: &[usize]| {
            let points: Vec<_> = sample.iter().map(|&index| self.points[index]).collect();
            pearson(&ranked(&points), &(0..points.len()).collect::<Vec<_>>())
        };
        let value = of(&(0..n).collect::<Vec<_>>())?;
        let bootstrap = Bootstrap::new(key(results).name("agreement"));
        let interval = bootstrap.interval(n, |sample| of(sample).unwrap_or(0.0));
        Some(Estimate { value, interval: Some(interval) })
    }

    fn table(&self, pairs: &Pairs) -> Table {
        let mut columns = vec![column("a few updates on", false)];
        columns.extend(pairs.names.iter().map(|name| column(name, true)));
        let cell = |partner: usize, of: usize| match self.predicted.get(&(partner, of)) {
            Some(fall) => percent(*fall),
            None => Value::Hole("not run yet".to_owned()),
        };
        let row = |partner: usize| {
            let mut row = vec![Value::Text(pairs.names[partner].clone())];
            row.extend((0..pairs.len()).map(|of| cell(partner, of)));
            row
        };
        Table {
            name: "affinity".to_owned(),
            title: "By how many per cent a few updates on one family lower the loss of another"
                .to_owned(),
            note: "Held-out loss of the family's tasks, before and after, mean over seeds."
                .to_owned(),
            columns,
            rows: (0..pairs.len()).map(row).collect(),
        }
    }

    fn side_by_side(&self, results: &Results<'_>, pairs: &Pairs, measured: &Effects) -> Table {
        let row = |((partner, of), effect): &((usize, usize), Option<super::matrix::Effect>)| {
            vec![
                Value::Text(pairs.names[*partner].clone()),
                Value::Text(pairs.names[*of].clone()),
                match self.predicted.get(&(*partner, *of)) {
                    Some(fall) => percent(*fall),
                    None => Value::Hole("not run yet".to_owned()),
                },
                match effect {
                    Some(effect) => {
                        let arms: Vec<usize> = pairs.pair(*partner, *of).into_iter().collect();
                        number(results, effect.estimate, true, &arms, &pairs.tasks[*of])
                    }
                    None => Value::Hole("not measured yet".to_owned()),
                },
            ]
        };
        Table {
            name: "side-by-side".to_owned(),
            title: "Foretold and measured".to_owned(),
            note: "The effect is in points above the family alone, at equal data.".to_owned(),
            columns: vec![
                column("partner", false),
                column("family", false),
                column("fall of the loss, %", true),
                column("effect", true),
            ],
            rows: measured.cells.iter().map(row).collect(),
        }
    }
}

fn percent(share: f64) -> Value {
    let (value, runs) = (100.0 * share, Vec::new());
    Value::Number { value, decimals: 2, signed: true, interval: None, runs }
}

/// The first and the last held-out losses of a run.
fn ends(run: &std::path::Path) -> Option<(Tallies, Tallies)> {
    let lines = log::read(run).ok()?.into_iter().filter_map(|line| match line {
        Line::Evaluation { step, entries, .. } => Some((step, entries)),
        _ => None,
    });
    let mut lines: Vec<(u64, Tallies)> = lines.collect();
    let last = lines.pop()?;
    let first = lines.into_iter().next()?;
    (first.0 < last.0).then_some((first.1, last.1))
}

/// The mean loss of tasks, each weighing the same; nothing where one has none.
fn loss(entries: &Tallies, tasks: &[String]) -> Option<f64> {
    let losses = tasks.iter().map(|task| Some(entries.get(task)?.loss()));
    let losses: Vec<f64> = losses.collect::<Option<_>>()?;
    let mean = losses.iter().sum::<f64>() / losses.len() as f64;
    (mean.is_finite() && mean > 0.0).then_some(mean)
}

/// Ranks in place of values; equals share the mean of their ranks.
fn ranked(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let ranks = |of: fn(&(f64, f64)) -> f64| -> Vec<f64> {
        let rank = |value: f64| {
            let below = points.iter().filter(|point| of(point) < value).count();
            let equal = points.iter().filter(|point| of(point) == value).count();
            below as f64 + (equal as f64 + 1.0) / 2.0
        };
        points.iter().map(|point| rank(of(point))).collect()
    };
    ranks(|point| point.0).into_iter().zip(ranks(|point| point.1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_share_ranks() {
        let points = [(0.3, 5.0), (0.1, 7.0), (0.3, 6.0)];
        assert_eq!(ranked(&points), [(2.5, 1.0), (1.0, 3.0), (2.5, 2.0)]);
    }
}
