//! Every metric equals Python's packages on 2,000 random and adversarial cases of its family: empty
//! texts, Unicode, markup, equal texts, many references, ties. `tools/oracles/metric_scores.py` says
//! which packages.

#[allow(dead_code, reason = "the speed example uses the rest")]
#[path = "common/cases.rs"]
mod cases;

use cases::{CASES, Draws};
use ext5_eval::metrics::{AnswerRules, BleuTokens, Marks, Response, choose};
use ext5_task::{Example, Metric, Origin, Reading};
use flate2::read::GzDecoder;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::BufReader;
use std::path::Path;
use std::sync::LazyLock;

/// Of each family the scores of its cases by metric; none where a package has none.
type Scores = BTreeMap<String, serde_json::Value>;

static SCORES: LazyLock<Scores> = LazyLock::new(|| {
    let packed = include_bytes!("golden/metric_scores.json.gz");
    serde_json::from_reader(BufReader::new(GzDecoder::new(&packed[..]))).unwrap()
});

/// Compares what `score` finds in the cases of a family with the golden scores, and says how many
/// were compared of each metric.
fn compare<T: Debug>(
    family: &str,
    make: impl Fn(&mut Draws) -> T,
    score: impl Fn(&T, &str) -> f64,
) -> BTreeMap<&'static str, usize> {
    let mut compared = BTreeMap::new();
    for (name, scores) in SCORES[family].as_object().unwrap() {
        assert_eq!(scores.as_array().unwrap().len() as u64, CASES);
        for case in 0..CASES {
            let Some(expected) = scores[case as usize].as_f64() else { continue };
            let drawn = make(&mut Draws::new(family, case));
            let found = score(&drawn, name);
            let error = (found - expected).abs();
            assert!(
                error <= 1e-10 * expected.abs().max(1e-3),
                "{family} {case}: {name} {found}, expected {expected}: {drawn:?}"
            );
            *compared.entry(name.as_str()).or_default() += 1;
        }
    }
    compared
}

fn all<const N: usize>(compared: &BTreeMap<&str, usize>, names: [&str; N]) {
    for name in names {
        assert_eq!(compared.get(name), Some(&(CASES as usize)), "{name}");
    }
}

fn metric(name: &str) -> Metric {
    serde_json::from_value(name.into()).unwrap()
}

fn example(targets: &str) -> Example {
    Example {
        inputs: "inputs".to_owned(),
        targets: targets.to_owned(),
        references: vec![targets.to_owned()],
        options: Vec::new(),
        answer: None,
        group: None,
        source: None,
        prompt: 0,
        origin: Origin { file: Path::new("cases").into(), line: 1 },
    }
}

fn response(text: &str) -> Response<'_> {
    Response { text: Cow::Borrowed(text), option: None, scores: &[] }
}

/// A metric in 0..=1.
fn value(name: &str, reading: &Reading, examples: &[Example], responses: &[Response]) -> f64 {
    Marks::new(metric(name), reading, examples, responses).value() / 100.0
}

fn texts_value(name: &str, pairs: &[(String, String)], reading: &Reading) -> f64 {
    let examples: Vec<_> = pairs.iter().map(|(truth, _)| example(truth)).collect();
    let responses: Vec<_> = pairs.iter().map(|(_, text)| response(text)).collect();
    value(name, reading, &examples, &responses)
}

fn reading(kind: &str) -> Reading {
    serde_json::from_value(serde_json::json!({ "kind": kind })).unwrap()
}

/// As Python's `zlib.crc32`.
fn checksum(text: &str) -> f64 {
    let mut crc = flate2::Crc::new();
    crc.update(text.as_bytes());
    f64::from(crc.sum())
}

fn rewritten(case: &cases::Rewriting) -> Example {
    Example {
        references: case.references.clone(),
        source: Some(case.source.clone()),
        ..example(&case.references[0])
    }
}

#[test]
fn texts() {
    let compared = compare("texts", cases::rewriting, |case, name| match name {
        "words 13a" => checksum(&BleuTokens::V13a.words(&case.source).join("|")),
        "words intl" => checksum(&BleuTokens::Intl.words(&case.source).join("|")),
        "squad normal" => checksum(&AnswerRules::Squad.normalise(&case.source)),
        "trivia normal" => checksum(&AnswerRules::TriviaQa.normalise(&case.source)),
        _ => {
            let answers = [response(&case.prediction)];
            value(name, &Reading::default(), &[rewritten(case)], &answers)
        }
    });
    all(
        &compared,
        [
            "accuracy",
            "exact_match",
            "token_f1",
            "trivia_exact_match",
            "trivia_token_f1",
            "rouge_1",
            "rouge_2",
            "rouge_l",
            "rouge_lsum",
            "sari",
            "meteor_no_synonyms",
            "edit_similarity",
        ],
    );
}

#[test]
fn corpora() {
    let compared = compare("corpora", cases::corpus, |corpus, name| {
        let examples: Vec<_> = corpus.iter().map(rewritten).collect();
        let responses: Vec<_> = corpus.iter().map(|case| response(&case.prediction)).collect();
        value(name, &Reading::default(), &examples, &responses)
    });
    all(&compared, ["bleu_13a", "bleu_intl"]);
}

#[test]
fn classes() {
    let name = |class: usize| format!("class {class}");
    let compared = compare("classes", cases::classes, |case, metric| {
        let options: Vec<String> = (0..case.count).map(name).collect();
        let labelled =
            |&truth: &usize| Example { options: options.clone(), ..example(&name(truth)) };
        let examples: Vec<_> = case.truths.iter().map(labelled).collect();
        let texts: Vec<String> = case.predictions.iter().map(|&class| name(class)).collect();
        let responses: Vec<_> = texts.iter().map(|text| response(text)).collect();
        let positive = case.positive.iter().map(|&class| name(class)).collect();
        value(metric, &Reading::Label { positive }, &examples, &responses)
    });
    all(&compared, ["accuracy", "matthews", "macro_f1", "weighted_f1", "macro_recall", "f1"]);
}

#[test]
fn numbers() {
    let compared = compare("numbers", cases::numbers, |pairs, name| {
        texts_value(name, pairs, &reading("number"))
    });
    all(&compared, ["pearson", "spearman"]);
}

#[test]
fn label_sets() {
    let compared = compare("label sets", cases::label_sets, |pairs, name| {
        texts_value(name, pairs, &reading("labels"))
    });
    all(&compared, ["macro_f1", "micro_f1", "accuracy"]);
}

/// Accuracy of spans is the joint goal accuracy of dialogue states.
#[test]
fn spans() {
    let compared =
        compare("spans", cases::tagged, |pairs, name| texts_value(name, pairs, &reading("spans")));
    all(&compared, ["span_f1", "accuracy"]);
}

#[test]
fn options() {
    let compared = compare("options", cases::options, |case, name| {
        let options: Vec<String> = (0..case[0].scores.len()).map(|o| o.to_string()).collect();
        let examples: Vec<_> = case
            .iter()
            .map(|one| Example {
                options: options.clone(),
                answer: Some(one.answer),
                ..example(&options[one.answer])
            })
            .collect();
        let chosen = |one: &cases::Options| choose(&one.scores);
        let responses: Vec<_> = case
            .iter()
            .map(|one| Response { text: "".into(), option: chosen(one), scores: &one.scores })
            .collect();
        value(name, &Reading::default(), &examples, &responses)
    });
    all(&compared, ["option_accuracy"]);
    // Tasks of two options and of more; the areas need examples of both classes.
    assert!(compared["option_f1"] + compared["option_macro_f1"] == CASES as usize);
    assert!(compared["auc_roc"] > 300 && compared["auc_roc"] == compared["auc_pr"]);
}

#[test]
fn groups() {
    let names = ["False", "True", "neither"];
    let compared = compare("groups", cases::grouped, |case, name| {
        let examples: Vec<_> = case
            .iter()
            .map(|one| Example {
                options: names[..2].iter().map(|&name| name.to_owned()).collect(),
                answer: Some(one.answer),
                group: Some(one.group.to_string()),
                ..example(names[one.answer])
            })
            .collect();
        let responses: Vec<_> = case
            .iter()
            .map(|one| Response {
                text: names[one.label].into(),
                option: None,
                scores: &one.scores,
            })
            .collect();
        value(name, &Reading::Label { positive: Vec::new() }, &examples, &responses)
    });
    all(&compared, ["mean_average_precision", "mean_reciprocal_rank", "f1", "all_match"]);
}

#[test]
fn questions() {
    let compared = compare("questions", cases::questions, |case, name| {
        let examples: Vec<_> = case
            .iter()
            .map(|(group, _, references)| Example {
                references: references.clone(),
                group: Some(group.to_string()),
                ..example("x")
            })
            .collect();
        let responses: Vec<_> = case.iter().map(|(_, text, _)| response(text)).collect();
        value(name, &Reading::default(), &examples, &responses)
    });
    all(&compared, ["exact_match", "token_f1"]);
}

#[test]
fn referents() {
    let compared = compare("referents", cases::referents, |(text, referent), name| {
        value(name, &Reading::default(), &[example(referent)], &[response(text)])
    });
    all(&compared, ["wsc"]);
}
