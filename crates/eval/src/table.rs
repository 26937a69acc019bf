//! Results, comparisons and averages as plain tables.

use crate::comparison::Comparison;
use crate::result::TaskResult;
use crate::statistics::mean;
use crate::suites::Average;
use ext5_task::FAMILIES;
use std::collections::BTreeMap;

const HEADER: [&str; 8] =
    ["task", "metric", "score", "interval", "majority", "difference", "p", "n"];

/// A table of results, families in the paper's order and then by name, tasks by name. Each metric
/// has a line; a family of several tasks ends with the mean of its tasks' main metrics, which are
/// their first, and a table of several families with the mean over all tasks. Scores are times
/// 100; `majority` is the baseline's score, `difference` and `p` compare the model with it.
pub fn table(results: &[TaskResult]) -> String {
    let mut families: BTreeMap<(usize, &str), Vec<&TaskResult>> = BTreeMap::new();
    for result in results {
        let known = FAMILIES.iter().position(|&family| family == result.family);
        let place = known.unwrap_or(FAMILIES.len());
        families.entry((place, &result.family)).or_default().push(result);
    }
    let mut rows = vec![HEADER.map(str::to_owned)];
    for ((_, family), tasks) in &mut families {
        tasks.sort_by(|a, b| a.task.cmp(&b.task));
        rows.push(row([(*family).to_owned()]));
        for task in &*tasks {
            rows.extend(task_rows(task));
        }
        if tasks.len() > 1 {
            rows.push(mean_row(format!("  mean of {} tasks", tasks.len()), tasks));
        }
    }
    if families.len() > 1 {
        let all: Vec<&TaskResult> = results.iter().collect();
        rows.push(mean_row(format!("mean of all {} tasks", all.len()), &all));
    }
    aligned(&rows)
}

/// A table of comparisons, a line for each metric: both systems' scores, the first's less the
/// second's with its interval, and the p-value of a paired test.
pub fn comparisons(comparisons: &[Comparison]) -> String {
    let header = ["task", "metric", "first", "second", "difference", "interval", "p", "n"];
    let mut rows = vec![header.map(str::to_owned)];
    for comparison in comparisons {
        let values = comparison.first.iter().zip(&comparison.second);
        for (position, ((first, second), found)) in values.zip(&comparison.differences).enumerate()
        {
            rows.push([
                if position == 0 { comparison.task.clone() } else { String::new() },
                found.name.clone(),
                score(first.value),
                score(second.value),
                format!("{:+.1}", found.value),
                format!("{:+.1} to {:+.1}", found.low, found.high),
                found.p.map_or_else(String::new, p_value),
                first.n.to_string(),
            ]);
        }
    }
    aligned(&rows)
}

/// A line for each suite: its average, or what is missing for one.
pub fn suites(averages: &[Average]) -> String {
    let mut text = String::new();
    let width = averages.iter().map(|average| average.name.len()).max().unwrap_or(0);
    for average in averages {
        let says = match (average.value, average.official) {
            (Some(value), true) => format!("{}  {}", score(value), average.rule),
            (Some(value), false) => {
                format!("{}  no official average: {}", score(value), average.rule)
            }
            (None, _) => format!("no average, for want of {}", average.missing.join(", ")),
        };
        text.push_str(&format!("{:<width$}  {says}\n", average.name));
    }
    text
}

/// One row for each metric; only the first names the task.
fn task_rows(task: &TaskResult) -> impl Iterator<Item = [String; HEADER.len()]> {
    task.metrics.iter().enumerate().map(move |(position, metric)| {
        let baseline = task.baseline.as_ref();
        let majority = baseline.and_then(|baseline| baseline.metrics.get(position));
        let difference = baseline.and_then(|baseline| baseline.differences.get(position));
        let name = if position == 0 { format!("  {}", task.task) } else { String::new() };
        [
            name,
            metric.name.clone(),
            score(metric.value),
            format!("{} to {}", score(metric.low), score(metric.high)),
            majority.map_or_else(String::new, |majority| score(majority.value)),
            difference.map_or_else(String::new, |difference| format!("{:+.1}", difference.value)),
            difference.and_then(|difference| difference.p).map_or_else(String::new, p_value),
            metric.n.to_string(),
        ]
    })
}

/// The mean of the main metrics, and of the baseline's where all tasks have one.
fn mean_row(name: String, tasks: &[&TaskResult]) -> [String; HEADER.len()] {
    let main: Vec<f64> =
        tasks.iter().filter_map(|task| Some(task.metrics.first()?.value)).collect();
    let majority: Option<Vec<f64>> =
        tasks.iter().map(|task| Some(task.baseline.as_ref()?.metrics.first()?.value)).collect();
    let (main, majority) = (mean(&main), majority.and_then(|values| mean(&values)));
    let difference = main.zip(majority).map(|(main, majority)| main - majority);
    row([
        name,
        String::new(),
        main.map_or_else(String::new, score),
        String::new(),
        majority.map_or_else(String::new, score),
        difference.map_or_else(String::new, |difference| format!("{difference:+.1}")),
    ])
}

fn row<const N: usize>(cells: [String; N]) -> [String; HEADER.len()] {
    let mut cells = cells.into_iter();
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}

fn score(value: f64) -> String {
    format!("{value:.1}")
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

/// Columns of equal width, the names to the left and the numbers to the right.
fn aligned(rows: &[[String; HEADER.len()]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; HEADER.len()] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            if column < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::result;

    #[test]
    fn families_and_means() {
        let mut plain = result("zeta", "puzzles", 40.0);
        plain.baseline = None;
        let results = [plain, result("rte", "nli", 61.4), result("cb", "nli", 70.0)];
        let expected = "\
task                 metric    score      interval  majority  difference      p    n
nli
  cb                 accuracy   70.0  65.0 to 75.0      50.0       +20.0  0.040  277
  rte                accuracy   61.4  56.4 to 66.4      50.0       +11.4  0.040  277
  mean of 2 tasks               65.7                    50.0       +15.7
puzzles
  zeta               accuracy   40.0  35.0 to 45.0                               277
mean of all 3 tasks             57.1
";
        assert_eq!(table(&results), expected);
    }

    #[test]
    fn suites_without_an_average_say_why() {
        let average = |value, official, missing: &[&str]| Average {
            name: "glue".to_owned(),
            value,
            official,
            rule: "a rule".to_owned(),
            parts: Vec::new(),
            missing: missing.iter().map(|&name| name.to_owned()).collect(),
        };
        assert_eq!(suites(&[average(Some(71.26), true, &[])]), "glue  71.3  a rule\n");
        let missing = suites(&[average(None, false, &["wnli/accuracy", "cola/matthews"])]);
        assert_eq!(missing, "glue  no average, for want of wnli/accuracy, cola/matthews\n");
    }

    #[test]
    fn small_p_values_are_bounds() {
        assert_eq!([p_value(1e-9), p_value(0.5)], ["< 0.001", "0.500"]);
    }
}
