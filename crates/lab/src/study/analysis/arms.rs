//! Each arm against the baseline.

use super::super::report::{Column, Report, Table, Value};
use super::super::results::Results;
use super::scores::{gain, groups, score};

/// Fills a report with tables and a figure of the arms.
pub(super) fn fill(results: &Results<'_>, report: &mut Report) {
    report.tables.push(arms(results));
    report.tables.push(tasks(results));
    report.figures.extend(super::figures::arms(results));
}

/// A column of words, or of numbers.
pub(super) fn column(name: impl Into<String>, numeric: bool) -> Column {
    Column { name: name.into(), numeric }
}

/// Mean scores of every arm, and how far they are above the baseline's.
pub(super) fn arms(results: &Results<'_>) -> Table {
    let groups = groups(results);
    let baseline = results.study.baseline.as_deref().and_then(|name| results.arm(name));
    let baseline_name = results.study.baseline.clone().unwrap_or_default();
    let chooses = results.arms.iter().any(|arm| arm.variant.is_some());
    let mut columns = vec![column("arm", false)];
    if chooses {
        columns.push(column("chosen on validation", false));
    }
    columns.push(column("seeds", true));
    for (name, _) in &groups {
        columns.push(column(name, true));
        if baseline.is_some() {
            columns.push(column(format!("{name}: above {baseline_name}"), true));
        }
    }
    let mut rows = Vec::new();
    for (number, arm) in results.arms.iter().enumerate() {
        let mut row = vec![Value::Text(arm.arm.name.clone())];
        if chooses {
            let variant = arm.variant.and_then(|variant| {
                let stage = results.study.stages.get(*arm.arm.stages.last()?)?;
                Some(results.preset.variants(stage).get(variant)?.name.clone())
            });
            row.push(variant.map_or_else(|| Value::Hole("not chosen yet".to_owned()), Value::Text));
        }
        let all = results.tasks();
        let seeds = results.together(&[number], &all).map_or(0, |marks| marks[0].len());
        row.push(count(seeds));
        for (_, tasks) in &groups {
            row.push(score(results, number, tasks));
            match baseline {
                Some(baseline) if baseline == number => row.push(Value::Text(String::new())),
                Some(baseline) => row.push(gain(results, number, baseline, tasks)),
                None => {}
            }
        }
        rows.push(row);
    }
    Table {
        name: "arms".to_owned(),
        title: "Mean scores".to_owned(),
        note: format!(
            "Scores are times 100; every task weighs the same. Intervals are for other examples and \
             other seeds: 95 % paired bootstrap over both. {} examples of each task, {} split.",
            results.preset.scored, results.preset.split
        ),
        columns,
        rows,
    }
}

/// Every task's mean score in every arm.
pub(super) fn tasks(results: &Results<'_>) -> Table {
    let mut columns =
        vec![column("task", false), column("metric", false), column("most frequent answer", true)];
    columns.extend(results.arms.iter().map(|arm| column(&arm.arm.name, true)));
    let row = |task: String| {
        let (metric, majority) = results.metrics.get(&task).cloned().unwrap_or_default();
        let majority = match majority {
            Some(value) => plain(value, 1),
            None => Value::Text(String::new()),
        };
        let mut row = vec![Value::Text(task.clone()), Value::Text(metric), majority];
        let of = std::slice::from_ref(&task);
        row.extend((0..results.arms.len()).map(|arm| score(results, arm, of)));
        row
    };
    Table {
        name: "tasks".to_owned(),
        title: "Task by task".to_owned(),
        note:
            "The metric is the first of the task's that is a mean over examples; the most frequent \
               answer is that of the train rows."
                .to_owned(),
        columns,
        rows: results.tasks().into_iter().map(row).collect(),
    }
}

/// A whole number in a table.
pub(super) fn count(count: usize) -> Value {
    plain(count as f64, 0)
}

/// A number in a table that has no interval.
pub(super) fn plain(value: f64, decimals: usize) -> Value {
    Value::Number { value, decimals, signed: false, interval: None, runs: Vec::new() }
}
