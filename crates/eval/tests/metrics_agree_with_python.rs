//! Metrics and statistics agree with `rouge_score`, sacreBLEU, scikit-learn, SciPy, seqeval and t5 on
//! generated cases.

use ext5_core::Key;
use ext5_eval::metrics::{
    AnswerRules, BleuCounts, BleuTokens, LabelSets, Labels, Overlap, Rouge, area_under_roc,
    average_precision, pearson, reciprocal_rank, spearman,
};
use ext5_eval::statistics::{mcnemar, mean_interval, sign_flip, standard_error};
use ext5_task::{Answer, Reading};
use flate2::read::GzDecoder;
use serde::Deserialize;
use std::io::BufReader;

#[derive(Deserialize)]
struct Golden {
    squad: Vec<Squad>,
    rouge: Vec<RougeCase>,
    classes: Vec<Classes>,
    correlation: Vec<Correlation>,
    mcnemar: Vec<McNemarCase>,
    sign_flip: Vec<SignFlipCase>,
    student: Vec<Student>,
    trivia: Vec<Squad>,
    lsum: Vec<LsumCase>,
    bleu: Vec<BleuCase>,
    bleu_words: Vec<BleuWords>,
    f1: Vec<F1Case>,
    labels: Vec<LabelsCase>,
    spans: Vec<SpansCase>,
    ranking: Vec<Ranking>,
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
    weighted_f1: f64,
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

#[derive(Debug, Deserialize)]
struct LsumCase {
    prediction: String,
    references: Vec<String>,
    #[serde(rename = "rougeLsum")]
    rouge_lsum: f64,
}

#[derive(Debug, Deserialize)]
struct BleuCase {
    predictions: Vec<String>,
    references: Vec<Vec<String>>,
    #[serde(rename = "13a")]
    v13a: f64,
    intl: f64,
}

#[derive(Debug, Deserialize)]
struct BleuWords {
    text: String,
    #[serde(rename = "13a")]
    v13a: Vec<String>,
    intl: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct F1Case {
    names: Vec<String>,
    truths: Vec<String>,
    predictions: Vec<String>,
    positive: Vec<String>,
    f1: f64,
}

#[derive(Debug, Deserialize)]
struct LabelsCase {
    truths: Vec<String>,
    predictions: Vec<String>,
    macro_f1: f64,
    micro_f1: f64,
}

#[derive(Debug, Deserialize)]
struct SpansCase {
    truths: Vec<String>,
    predictions: Vec<String>,
    span_f1: f64,
}

#[derive(Debug, Deserialize)]
struct Ranking {
    scores: Vec<f64>,
    right: Vec<bool>,
    average_precision: f64,
    roc: f64,
    reciprocal_rank: f64,
}

fn golden() -> Golden {
    let packed = include_bytes!("golden/metrics.json.gz");
    serde_json::from_reader(BufReader::new(GzDecoder::new(&packed[..]))).unwrap()
}

#[track_caller]
fn close(found: f64, expected: f64, case: &impl std::fmt::Debug) {
    let error = (found - expected).abs();
    assert!(error <= 1e-10 * expected.abs().max(1e-3), "{found}, expected {expected}: {case:?}");
}

#[track_caller]
fn answers(rules: AnswerRules, cases: Vec<Squad>) {
    for case in cases {
        assert_eq!(rules.normalise(&case.prediction), case.normalised);
        close(rules.exact_match(&case.prediction, &case.references), case.exact_match, &case);
        close(rules.token_f1(&case.prediction, &case.references), case.token_f1, &case);
    }
}

#[test]
fn squad_and_trivia_qa() {
    answers(AnswerRules::Squad, golden().squad);
    answers(AnswerRules::TriviaQa, golden().trivia);
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
fn rouge_over_sentences() {
    for case in golden().lsum {
        let found = Rouge::LongestOfSentences.best(&case.prediction, &case.references);
        close(found, case.rouge_lsum, &case);
    }
}

#[test]
fn bleu() {
    for case in golden().bleu_words {
        for (tokens, words) in [(BleuTokens::V13a, &case.v13a), (BleuTokens::Intl, &case.intl)] {
            assert_eq!(tokens.words(&case.text), *words, "{case:?}");
        }
    }
    for case in golden().bleu {
        for (tokens, expected) in [(BleuTokens::V13a, case.v13a), (BleuTokens::Intl, case.intl)] {
            let texts = case.predictions.iter().zip(&case.references);
            let counts: Vec<_> =
                texts.map(|(text, references)| BleuCounts::new(tokens, text, references)).collect();
            close(BleuCounts::bleu(&counts), expected, &case);
        }
    }
}

#[test]
fn f1_of_classes() {
    for case in golden().f1 {
        let pairs = case.truths.iter().zip(&case.predictions);
        let labels = Labels::new(
            case.names.iter().map(String::as_str),
            pairs.map(|(truth, prediction)| (truth.as_str(), prediction.as_str())),
        );
        let class = |name: &String| labels.class(name).unwrap();
        let positive: Vec<usize> = case.positive.iter().map(class).collect();
        close(labels.f1(&positive, 0..case.truths.len()), case.f1, &case);
    }
}

fn read(kind: &str, truths: &[String], predictions: &[String]) -> Vec<(Answer, Answer)> {
    let reading: Reading = serde_json::from_value(serde_json::json!({ "kind": kind })).unwrap();
    let pairs = truths.iter().zip(predictions);
    pairs.map(|(truth, other)| (reading.read(truth), reading.read(other))).collect()
}

fn micro_f1(pairs: &[(Answer, Answer)]) -> f64 {
    let overlaps: Vec<_> = pairs.iter().map(|(truth, other)| Overlap::new(truth, other)).collect();
    Overlap::f1(&overlaps)
}

#[test]
fn f1_of_several_labels_and_of_spans() {
    for case in golden().labels {
        let pairs = read("labels", &case.truths, &case.predictions);
        close(LabelSets::new(&pairs).macro_f1(0..pairs.len()), case.macro_f1, &case);
        close(micro_f1(&pairs), case.micro_f1, &case);
    }
    for case in golden().spans {
        close(micro_f1(&read("spans", &case.truths, &case.predictions)), case.span_f1, &case);
    }
}

#[test]
fn rankings() {
    for case in golden().ranking {
        let candidates: Vec<_> = case.scores.iter().copied().zip(case.right.clone()).collect();
        close(average_precision(&candidates).unwrap(), case.average_precision, &case);
        close(area_under_roc(&candidates), case.roc, &case);
        close(reciprocal_rank(&candidates).unwrap(), case.reciprocal_rank, &case);
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
        close(labels.weighted_f1(0..case.truths.len()), case.weighted_f1, &case);
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
