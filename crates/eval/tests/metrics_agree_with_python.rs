//! Metrics and statistics agree with `rouge_score`, scikit-learn and SciPy on generated cases.

use ext5_core::Key;
use ext5_eval::metrics::{Labels, Rouge, exact_match, normalise, pearson, spearman, token_f1};
use ext5_eval::statistics::{mcnemar, mean_interval, sign_flip, standard_error};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    squad: Vec<Squad>,
    rouge: Vec<RougeCase>,
    classes: Vec<Classes>,
    correlation: Vec<Correlation>,
    mcnemar: Vec<McNemarCase>,
    sign_flip: Vec<SignFlipCase>,
    student: Vec<Student>,
}

#[derive(Debug, Deserialize)]
struct Squad {
    prediction: String,
    references: Vec<String>,
    normalised: String,
    exact_match: f64,
    token_f1: f64,
}

#[derive(Debug, Deserialize)]
struct RougeCase {
    prediction: String,
    references: Vec<String>,
    rouge1: f64,
    rouge2: f64,
    #[serde(rename = "rougeL")]
    rouge_l: f64,
}

#[derive(Debug, Deserialize)]
struct Classes {
    names: Vec<String>,
    truths: Vec<String>,
    predictions: Vec<String>,
    matthews: f64,
    macro_f1: f64,
}

#[derive(Debug, Deserialize)]
struct Correlation {
    truths: Vec<f64>,
    predictions: Vec<f64>,
    pearson: f64,
    spearman: f64,
}

#[derive(Debug, Deserialize)]
struct McNemarCase {
    only_first: u64,
    only_second: u64,
    p: f64,
}

#[derive(Debug, Deserialize)]
struct SignFlipCase {
    differences: Vec<f64>,
    p: f64,
}

#[derive(Debug, Deserialize)]
struct Student {
    values: Vec<f64>,
    confidence: f64,
    standard_error: f64,
    low: f64,
    high: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/metrics.json")).unwrap()
}

#[track_caller]
fn close(found: f64, expected: f64, case: &impl std::fmt::Debug) {
    let error = (found - expected).abs();
    assert!(error <= 1e-10 * expected.abs().max(1e-3), "{found}, expected {expected}: {case:?}");
}

#[test]
fn squad() {
    for case in golden().squad {
        assert_eq!(normalise(&case.prediction), case.normalised);
        close(exact_match(&case.prediction, &case.references), case.exact_match, &case);
        close(token_f1(&case.prediction, &case.references), case.token_f1, &case);
    }
}

#[test]
fn rouge() {
    for case in golden().rouge {
        let score = |rouge: Rouge| rouge.best(&case.prediction, &case.references);
        close(score(Rouge::Words(1)), case.rouge1, &case);
        close(score(Rouge::Words(2)), case.rouge2, &case);
        close(score(Rouge::Longest), case.rouge_l, &case);
    }
}

#[test]
fn matthews_and_macro_f1() {
    for case in golden().classes {
        let pairs = case.truths.iter().zip(&case.predictions);
        let labels = Labels::new(
            case.names.iter().map(String::as_str),
            pairs.map(|(truth, prediction)| (truth.as_str(), prediction.as_str())),
        );
        close(labels.matthews(0..case.truths.len()), case.matthews, &case);
        close(labels.macro_f1(0..case.truths.len()), case.macro_f1, &case);
    }
}

#[test]
fn correlations() {
    for case in golden().correlation {
        let pairs: Vec<_> =
            case.truths.iter().copied().zip(case.predictions.iter().copied()).collect();
        close(pearson(&pairs), case.pearson, &case);
        close(spearman(&pairs), case.spearman, &case);
    }
}

#[test]
fn paired_tests() {
    for case in golden().mcnemar {
        let first = (0..case.only_first).map(|_| (true, false));
        let second = (0..case.only_second).map(|_| (false, true));
        close(mcnemar(first.chain(second)).p, case.p, &case);
    }
    for case in golden().sign_flip {
        let found = sign_flip(&case.differences, 0, Key::new(0));
        assert!(found.exact);
        close(found.p, case.p, &case);
    }
}

#[test]
fn student_intervals() {
    for case in golden().student {
        let interval = mean_interval(&case.values, case.confidence).unwrap();
        close(standard_error(&case.values).unwrap(), case.standard_error, &case);
        close(interval.low, case.low, &case);
        close(interval.high, case.high, &case);
    }
}
