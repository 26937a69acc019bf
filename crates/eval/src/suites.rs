//! Suites: several tasks as one number, by their publishers' rules. The rules are data: `suites.toml`.

use crate::result::TaskResult;
use crate::statistics::mean;
use ext5_task::Registry;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// How scores of a suite become one number.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Whether its publisher averages so.
    pub official: bool,
    /// The rule, for people.
    pub rule: String,
    /// Where the rule comes from.
    pub source: String,
    /// Each part: its name, then its scores, as `TASK/METRIC` or as `TASK` for a task's main metric.
    #[serde(default)]
    pub parts: Vec<Vec<String>>,
    /// Whether its parts are all built-in tasks of the suite, each by its main metric.
    #[serde(default)]
    pub every_task: bool,
}

#[derive(Deserialize)]
struct Suites {
    suite: Vec<Suite>,
}

static SUITES: LazyLock<Vec<Suite>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
    let mut suites: Suites = toml::from_str(include_str!("suites.toml")).expect("suites.toml");
    // Built-in tasks are good: a test says so.
    let registry = Registry::built_in().ok();
    for suite in suites.suite.iter_mut().filter(|suite| suite.every_task) {
        let tasks = registry.iter().flat_map(Registry::iter);
        let its = tasks.filter(|task| task.suites.contains(&suite.name));
        suite.parts = its.map(|task| vec![task.name.clone(), task.name.clone()]).collect();
    }
    suites.suite
});

/// A suite's number over some results.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Average {
    /// The suite.
    pub name: String,
    /// The mean of its parts, times 100; none where a score is missing.
    pub value: Option<f64>,
    /// Whether the suite's publisher averages so.
    pub official: bool,
    /// The rule, for people.
    pub rule: String,
    /// Each part that is whole, with its value.
    pub parts: Vec<(String, f64)>,
    /// Scores that the results lack.
    pub missing: Vec<String>,
}

impl Suite {
    /// The suites that the program knows.
    pub fn all() -> &'static [Suite] {
        &SUITES
    }

    /// The suite's number over `results`.
    pub fn average(&self, results: &[TaskResult]) -> Average {
        let (mut parts, mut missing) = (Vec::new(), Vec::new());
        for part in &self.parts {
            let Some((name, scores)) = part.split_first() else { continue };
            let found: Vec<Option<f64>> = scores.iter().map(|name| score(name, results)).collect();
            missing.extend(
                scores.iter().zip(&found).filter(|(_, f)| f.is_none()).map(|(s, _)| s.clone()),
            );
            let whole: Option<Vec<f64>> = found.into_iter().collect();
            if let Some(value) = whole.and_then(|values| mean(&values)) {
                parts.push((name.clone(), value));
            }
        }
        let values: Vec<f64> = parts.iter().map(|part| part.1).collect();
        Average {
            name: self.name.clone(),
            value: mean(&values).filter(|_| missing.is_empty()),
            official: self.official,
            rule: self.rule.clone(),
            parts,
            missing,
        }
    }
}

/// The averages of those suites that at least two parts of are in the results. One that lacks
/// scores has no value and says which; one of every task is left out then.
pub fn averages(results: &[TaskResult]) -> Vec<Average> {
    let all = Suite::all().iter().map(|suite| (suite.every_task, suite.average(results)));
    let shown = all.filter(|(every_task, average)| {
        average.parts.len() > 1 && !(*every_task && average.value.is_none())
    });
    shown.map(|(_, average)| average).collect()
}

/// The value of `TASK/METRIC`, or of the main metric of `TASK`.
fn score(name: &str, results: &[TaskResult]) -> Option<f64> {
    let (task, metric) = match name.split_once('/') {
        Some((task, metric)) => (task, Some(metric)),
        None => (name, None),
    };
    let metrics = &results.iter().find(|result| result.task == task)?.metrics;
    let found = match metric {
        Some(name) => metrics.iter().find(|metric| metric.name == name),
        None => metrics.first(),
    };
    Some(found?.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::result;
    use ext5_task::Metric;

    fn suite(name: &str) -> &'static Suite {
        Suite::all().iter().find(|suite| suite.name == name).unwrap()
    }

    /// Results with these values in the order of the suite's scores.
    fn results(suite: &Suite, values: &[f64]) -> Vec<TaskResult> {
        let names: Vec<&String> = suite.parts.iter().flat_map(|part| &part[1..]).collect();
        assert_eq!(names.len(), values.len());
        let mut results: Vec<TaskResult> = Vec::new();
        for (name, &value) in names.into_iter().zip(values) {
            let (task, metric) = name.split_once('/').unwrap_or((name, "main"));
            let mut one = result(task, "family", value);
            one.metrics[0].name = metric.to_owned();
            match results.iter_mut().find(|known| known.task == task) {
                Some(known) => known.metrics.append(&mut one.metrics),
                None => results.push(one),
            }
        }
        results
    }

    #[track_caller]
    fn assert_average(name: &str, values: &[f64], expected: f64) {
        let found = suite(name).average(&results(suite(name), values));
        assert_eq!(found.missing, [""; 0]);
        assert!((found.value.unwrap() - expected).abs() < 0.005, "{name}: {found:?}");
    }

    /// The paper's rows of SuperGLUE (T5 1.1 base and large, ExT5 XXL) and Rainbow (ExT5 large), and
    /// BERTweet's on TweetEval's leaderboard: their averages are published, too.
    #[test]
    fn published_averages() {
        let base = [82.3, 91.7, 92.9, 60.0, 76.9, 39.6, 80.9, 80.2, 84.5, 69.3, 81.7];
        assert_average("superglue", &base, 76.11);
        let large = [88.3, 94.3, 96.4, 87.0, 85.4, 55.1, 89.2, 88.5, 90.6, 73.5, 88.5];
        assert_average("superglue", &large, 85.29);
        let xxl = [91.1, 94.9, 96.4, 98.0, 89.4, 66.0, 93.3, 92.7, 95.7, 77.3, 96.2];
        assert_average("superglue", &xxl, 90.58);
        assert_average("rainbow", &[82.3, 85.9, 89.0, 85.0, 79.7, 82.5], 84.07);
        assert_average("tweeteval", &[33.4, 79.3, 56.4, 82.1, 79.5, 73.4, 71.2], 67.9);
    }

    /// By hand: parts first, so that MRPC weighs no more than CoLA.
    #[test]
    fn parts_come_first() {
        let values = [50.0, 90.0, 80.0, 60.0, 90.0, 80.0, 70.0, 90.0, 80.0, 60.0, 90.0, 70.0, 60.0];
        assert_average(
            "glue",
            &values,
            (50.0 + 90.0 + 70.0 + 85.0 + 80.0 + 70.0 + 90.0 + 70.0 + 60.0) / 9.0,
        );
    }

    #[test]
    fn a_part_of_a_suite_has_no_average() {
        let mut some = results(suite("rainbow"), &[70.0; 6]);
        some.retain(|result| result.task != "piqa");
        let found = suite("rainbow").average(&some);
        assert_eq!((found.value, found.parts.len()), (None, 5));
        assert_eq!(found.missing, ["piqa/accuracy"]);
        let named: Vec<_> = averages(&some).into_iter().map(|average| average.name).collect();
        assert_eq!(named, ["rainbow"]);
        assert!(averages(&some[..1]).is_empty());
    }

    /// Suites without a rule of their own: only the whole of one has an average.
    #[test]
    fn every_task_of_a_suite_counts() {
        let unseen = suite("unseen");
        assert_eq!((unseen.parts.len(), suite("exmix").parts.len()), (5, 107));
        let some = results(unseen, &[10.0, 20.0, 30.0, 40.0, 50.0]);
        let shown = averages(&some);
        assert_eq!((shown[0].name.as_str(), shown[0].value), ("unseen", Some(30.0)));
        assert!(averages(&some[1..]).is_empty());
    }

    /// A rule that names no metric of the task could never be followed.
    #[test]
    fn rules_name_what_tasks_have() {
        let registry = Registry::built_in().unwrap();
        for suite in Suite::all() {
            for score in suite.parts.iter().flat_map(|part| &part[1..]) {
                let Some((task, metric)) = score.split_once('/') else { continue };
                let metric: Metric = serde_json::from_value(metric.into()).unwrap();
                let Ok(task) = registry.get(task) else { continue };
                assert!(task.metrics.contains(&metric), "{}: {score}", suite.name);
            }
        }
    }
}
