//! How tasks of a family move together over the families that they are trained with.

use super::super::report::{Estimate, Report, Table, Value};
use super::super::results::Results;
use super::arms::{column, tasks};
use super::pairs::Pairs;
use super::scores::{key, mean};
use ext5_eval::statistics::Bootstrap;

/// Fewest partners over which a correlation says anything.
const FEWEST: usize = 3;

/// Two tasks of a family.
pub(super) struct Together {
    family: usize,
    tasks: [String; 2],
    /// Over the partners that both are known with.
    pub(super) correlation: Result<Estimate, String>,
    /// Their scores with each partner.
    points: Vec<(f64, f64)>,
}

/// Fills a report with the correlations.
pub(super) fn fill(results: &Results<'_>, report: &mut Report) {
    let pairs = Pairs::of(results);
    let all = correlations(results, &pairs);
    let known: Vec<f64> =
        all.iter().filter_map(|together| Some(together.correlation.as_ref().ok()?.value)).collect();
    let below = known.iter().filter(|value| **value < 0.0).count();
    report.summary.push(format!(
        "Of {} pairs of tasks of one family, {} move together over the partners and {below} in \
         opposite directions.",
        known.len(),
        known.len() - below
    ));
    report.tables.push(table(&pairs, &all));
    report.tables.push(tasks(results));
}

/// Every two tasks of every family.
pub(super) fn correlations(results: &Results<'_>, pairs: &Pairs) -> Vec<Together> {
    let mut all = Vec::new();
    for family in 0..pairs.len() {
        let own = &pairs.tasks[family];
        for (index, first) in own.iter().enumerate() {
            for second in &own[index + 1..] {
                all.push(together(results, pairs, family, [first.clone(), second.clone()]));
            }
        }
    }
    all
}

fn together(results: &Results<'_>, pairs: &Pairs, family: usize, tasks: [String; 2]) -> Together {
    let mut points = Vec::new();
    for partner in (0..pairs.len()).filter(|partner| *partner != family) {
        let Some(arm) = pairs.pair(family, partner) else { continue };
        let of = |task: &String| mean(results, arm, std::slice::from_ref(task));
        if let (Some(first), Some(second)) = (of(&tasks[0]), of(&tasks[1])) {
            points.push((first.value, second.value));
        }
    }
    let correlation = match points.len() {
        few if few < FEWEST => Err(format!("known with {few} partners, {FEWEST} are needed")),
        _ => estimate(results, &points, &tasks),
    };
    Together { family, tasks, correlation, points }
}

/// The correlation, with an interval for other partners.
fn estimate(
    results: &Results<'_>,
    points: &[(f64, f64)],
    tasks: &[String; 2],
) -> Result<Estimate, String> {
    let all: Vec<usize> = (0..points.len()).collect();
    let Some(value) = pearson(points, &all) else {
        return Err("one of them scores the same with every partner".to_owned());
    };
    let bootstrap = Bootstrap::new(key(results).name(&tasks[0]).name(&tasks[1]));
    // A resample in which one does not move says nothing of how they move together.
    let interval =
        bootstrap.interval(points.len(), |sample| pearson(points, sample).unwrap_or(0.0));
    Ok(Estimate { value, interval: Some(interval) })
}

/// Pearson's correlation of some of the points; nothing where one side does not vary.
pub(super) fn pearson(points: &[(f64, f64)], sample: &[usize]) -> Option<f64> {
    let n = sample.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| sample.iter().map(|&i| of(&points[i])).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for &index in sample {
        let (dx, dy) = (points[index].0 - x, points[index].1 - y);
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
    }
    // Sums of squares of equal numbers may miss 0 by rounding.
    (xx > 1e-12 && yy > 1e-12).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

fn table(pairs: &Pairs, all: &[Together]) -> Table {
    let row = |together: &Together| {
        vec![
            Value::Text(pairs.names[together.family].clone()),
            Value::Text(together.tasks[0].clone()),
            Value::Text(together.tasks[1].clone()),
            super::arms::count(together.points.len()),
            match &together.correlation {
                Ok(estimate) => Value::Number {
                    value: estimate.value,
                    decimals: 2,
                    signed: true,
                    interval: estimate.interval,
                    runs: Vec::new(),
                },
                Err(why) => Value::Hole(why.clone()),
            },
        ]
    };
    Table {
        name: "correlations".to_owned(),
        title: "Correlation of two tasks of a family over its partners".to_owned(),
        note:
            "Pearson's, of mean scores over seeds; the interval is a 95 % bootstrap over partners, \
               of which there are few."
                .to_owned(),
        columns: vec![
            column("family", false),
            column("task", false),
            column("other task", false),
            column("partners", true),
            column("correlation", true),
        ],
        rows: all.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_by_hand() {
        let points = [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0), (4.0, 1.0)];
        assert!((pearson(&points, &[0, 1, 2]).unwrap() - 1.0).abs() < 1e-12);
        // Deviations -1.5, -0.5, 0.5, 1.5 and -1.25, 0.75, 2.75, -2.25.
        let expected = (1.875 - 0.375 + 1.375 - 3.375) / (5.0f64 * 14.75).sqrt();
        assert!((pearson(&points, &[0, 1, 2, 3]).unwrap() - expected).abs() < 1e-12);
        assert_eq!(pearson(&points, &[1, 1, 1]), None);
    }
}
