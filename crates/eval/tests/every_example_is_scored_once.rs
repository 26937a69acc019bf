//! Results do not depend on how questions are put in batches, and nothing is lost on the way.

mod common;

use common::{Known, evaluation, example, free_task, go_on, labelled_task};
use ext5_core::Key;
use ext5_eval::metrics::Normalisation;
use ext5_eval::{Evaluation, Majority, Settings, TaskResult};
use ext5_task::{Example, Task};
use ext5_text::Vocabulary;
use serde_json::json;
use std::convert::Infallible;
use std::path::PathBuf;

/// Repeats the last word of its inputs.
fn last_word(inputs: &str) -> String {
    inputs.rsplit(' ').next().unwrap_or_default().to_owned()
}

fn unscored(_: &str, _: &str) -> f64 {
    0.0
}

/// 40 examples of different lengths; the model is right about three in four of them.
fn examples(task: &Task) -> Vec<Example> {
    let row = |i: usize| {
        let said = ["no", "yes", "perhaps"][i % 3];
        let label = if i.is_multiple_of(4) { (i + 1) % 3 } else { i % 3 };
        json!({ "text": format!("{} {said}", "word ".repeat(i * 7 % 23)), "label": label })
    };
    (0..40).map(|i| example(task, row(i))).collect()
}

fn evaluate(batch_tokens: usize, inputs_length: usize, majority: Option<&Majority>) -> TaskResult {
    let task = labelled_task("three", r#""accuracy", "matthews", "option_accuracy""#);
    let vocabulary = Vocabulary::bytes();
    let known =
        Known::new(last_word, |inputs, option| if inputs.ends_with(option) { -0.1 } else { -1.0 });
    let settings = Settings { batch_tokens, inputs_length, ..Settings::new(Key::new(1)) };
    let evaluation = Evaluation { predictor: &known, vocabulary: &vocabulary, settings };
    evaluation.task(&task, "validation", &examples(&task), majority, &mut go_on).unwrap()
}

#[test]
fn batches_do_not_matter() {
    let one_by_one = evaluate(1, 512, None);
    assert_eq!(one_by_one, evaluate(100_000, 512, None));
    assert_eq!(one_by_one, evaluate(700, 512, None));
    assert_eq!((one_by_one.examples, one_by_one.truncated), (40, 0));
    assert_eq!(one_by_one.metrics[0].value, 75.0);
    assert_eq!(one_by_one.metrics[2].value, 75.0);
    for (i, prediction) in one_by_one.predictions.iter().enumerate() {
        assert_eq!(prediction.index, i);
        assert!(prediction.inputs.ends_with(&prediction.prediction));
        let marks: Vec<f64> = prediction.marks.iter().map(|mark| mark.value).collect();
        assert_eq!(marks, if i.is_multiple_of(4) { [0.0, 0.0] } else { [100.0, 100.0] });
    }
}

#[test]
fn long_inputs_are_cut_and_counted() {
    let task = free_task(r#""accuracy""#);
    let vocabulary = Vocabulary::bytes();
    let known = Known::new(str::to_owned, unscored);
    let mut evaluation = evaluation(&known, &vocabulary);
    evaluation.settings.inputs_length = 6;
    let texts = ["12345", "123456", "1", "1234567"];
    let examples = texts.map(|text| example(&task, json!({ "text": text, "answer": "12345" })));
    let result = evaluation.task(&task, "validation", &examples, None, &mut go_on).unwrap();
    assert_eq!((result.truncated, result.metrics[0].value), (2, 75.0));
    for ids in known.asked.borrow().iter().flat_map(|asked| &asked.inputs) {
        assert!(ids.len() <= 6 && ids.last() == Some(&Vocabulary::EOS));
    }
}

/// Where only class labels can be right, generation ends when the text is longer than any of them.
#[test]
fn labels_bound_generation() {
    let vocabulary = Vocabulary::bytes();
    let known = Known::new(last_word, unscored);
    let evaluation = evaluation(&known, &vocabulary);
    let classes = labelled_task("classes", r#""accuracy""#);
    let free = free_task(r#""accuracy""#);
    let row = json!({ "text": "is it perhaps", "label": 2, "answer": "perhaps" });
    for (task, expected) in [(&classes, "perhaps".len() + 2), (&free, 128)] {
        let examples = [example(task, row.clone())];
        let result = evaluation.task(task, "validation", &examples, None, &mut go_on).unwrap();
        assert_eq!(result.metrics[0].value, 100.0);
        assert_eq!(known.asked.borrow().last().unwrap().max_new, expected);
    }
}

#[test]
fn an_empty_prediction_is_wrong_and_no_more() {
    let task = free_task(r#""accuracy", "token_f1", "rouge_l", "pearson", "macro_f1""#);
    let vocabulary = Vocabulary::bytes();
    let known = Known::new(|_| String::new(), unscored);
    let examples = ["1.0", "2.0"].map(|n| example(&task, json!({ "text": "?", "answer": n })));
    let result = evaluation(&known, &vocabulary)
        .task(&task, "validation", &examples, None, &mut go_on)
        .unwrap();
    assert!(result.metrics.iter().all(|metric| metric.value == 0.0), "{result:?}");
}

#[test]
fn options_are_compared_as_the_settings_say() {
    let task = labelled_task("options", r#""option_accuracy""#);
    let vocabulary = Vocabulary::bytes();
    // Per token `perhaps` is the likeliest, and in sum the least likely.
    let known = Known::new(last_word, |_, option| if option == "perhaps" { -0.9 } else { -1.0 });
    let examples = [example(&task, json!({ "text": "?", "label": 2 }))];
    let mut evaluation = evaluation(&known, &vocabulary);
    for (normalisation, value, chosen, words) in [
        (Normalisation::Sum, 0.0, "no", "ranked by summed log-probability"),
        (Normalisation::PerToken, 100.0, "perhaps", "ranked by log-probability per token"),
    ] {
        evaluation.settings.normalisation = normalisation;
        let result = evaluation.task(&task, "validation", &examples, None, &mut go_on).unwrap();
        assert_eq!((result.metrics[0].value, result.normalisation), (value, Some(normalisation)));
        assert!(result.metrics[0].how.contains(words), "{}", result.metrics[0].how);
        let prediction = &result.predictions[0];
        assert_eq!((prediction.prediction.as_str(), prediction.answer), (chosen, Some(2)));
        assert_eq!(prediction.options.len(), 3);
    }
    // The end of sequence is part of each option.
    let asked = known.asked.borrow();
    assert!(asked[0].options[0].iter().all(|option| option.last() == Some(&Vocabulary::EOS)));
    assert!((asked[0].options[0].iter().map(Vec::len)).eq([3, 4, 8]));
}

#[test]
fn equal_scores_choose_the_first_option() {
    let task = labelled_task("ties", r#""option_accuracy""#);
    let vocabulary = Vocabulary::bytes();
    let known = Known::new(last_word, |_, _| 0.0);
    let examples = [0, 1].map(|label| example(&task, json!({ "text": "?", "label": label })));
    let result = evaluation(&known, &vocabulary)
        .task(&task, "validation", &examples, None, &mut go_on)
        .unwrap();
    assert_eq!(result.metrics[0].value, 50.0);
}

#[test]
fn the_baseline_answers_the_same_examples() {
    let task = labelled_task("three", r#""accuracy", "option_accuracy""#);
    let train = [1, 1, 0, 2].map(|label| example(&task, json!({ "text": "?", "label": label })));
    let majority = Majority::of(train.map(Ok::<_, Infallible>)).unwrap().unwrap();
    let result = evaluate(4096, 512, Some(&majority));
    let baseline = result.baseline.unwrap();
    assert_eq!((baseline.target.as_str(), baseline.option), ("yes", Some(1)));
    assert_eq!(baseline.train_examples, 4);
    let labels = result.predictions.iter().filter(|p| p.references == ["yes"]).count();
    assert_eq!(baseline.metrics[0].value, 100.0 * labels as f64 / 40.0);
    assert_eq!(baseline.metrics[2].value, baseline.metrics[0].value);
    assert_eq!(baseline.metrics[1].value, 0.0);
    let difference = &baseline.differences[0];
    assert_eq!(difference.value, result.metrics[0].value - baseline.metrics[0].value);
    assert!(difference.low > 0.0 && difference.p.is_some_and(|p| p < 0.01), "{difference:?}");
    assert!(baseline.differences[1].p.is_some_and(|p| p < 0.01));
}

/// References that differ from what the vocabulary can write in white space only are not lost.
#[test]
fn references_that_cannot_be_written_are_counted() {
    let Some(model) = real("vocab/spiece.model") else {
        return;
    };
    let vocabulary = Vocabulary::open(&model).unwrap();
    let task = free_task(r#""accuracy""#);
    let answers = ["count(*) ,  city", "price > 3", "a < b", "{ x }", "plain"];
    let examples = answers.map(|answer| example(&task, json!({ "text": "?", "answer": answer })));
    let known = Known::new(|_| String::new(), |_, _| 0.0);
    let result = evaluation(&known, &vocabulary)
        .task(&task, "validation", &examples, None, &mut go_on)
        .unwrap();
    assert_eq!((result.unwritable, result.examples), (2, 5));
}

/// 2,490 training rows, of which 1,249 are entailment; so are 146 of 277 validation rows.
#[test]
fn the_baseline_of_real_rows() {
    let Some(folder) = real("rte") else { return };
    let text = r#"
        name = "rte"
        family = "nli"
        metrics = ["accuracy", "option_accuracy"]
        [template]
        inputs = "rte hypothesis: {{ hypothesis }} premise: {{ premise }}"
        [labels]
        column = "label"
        words = { entailment = "entailment", not_entailment = "not_entailment" }
    "#;
    let task = Task::parse(text, "rte.toml".as_ref()).unwrap();
    let root = folder.parent().unwrap();
    let majority = Majority::of(task.examples(root, "train").unwrap()).unwrap().unwrap();
    assert_eq!((majority.target.as_str(), majority.examples), ("entailment", 2490));
    let examples: Vec<Example> =
        task.examples(root, "validation").unwrap().collect::<Result<_, _>>().unwrap();
    let (known, vocabulary) =
        (Known::new(|_| "entailment".to_owned(), unscored), Vocabulary::bytes());
    let result = evaluation(&known, &vocabulary)
        .task(&task, "validation", &examples, Some(&majority), &mut go_on)
        .unwrap();
    let baseline = result.baseline.unwrap();
    for values in [&result.metrics[0], &baseline.metrics[0], &baseline.metrics[1]] {
        assert_eq!((values.n, values.value), (277, 100.0 * 146.0 / 277.0));
    }
    assert_eq!((baseline.differences[0].value, baseline.differences[0].p), (0.0, Some(1.0)));
}

/// A file or folder of the real data, if it is there.
fn real(path: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/realdata");
    let root = std::env::var_os("EXT5_REALDATA").map_or_else(|| beside.into(), PathBuf::from);
    let path = root.join(path);
    if !path.exists() {
        ext5_core::testing::skipped(&format!("{} is not there; set EXT5_REALDATA", path.display()));
        return None;
    }
    Some(path)
}

/// What is likely whatever the inputs say wins by its sum and not by mutual information. Here an
/// option's score without inputs, where the vocabulary decodes no text, is all that tells them apart.
#[test]
fn mutual_information_takes_off_what_is_likely_anyway() {
    let score = |inputs: &str, option: &str| match (inputs, option) {
        ("", "yes") => -0.5,
        ("", _) => -4.0,
        (_, "yes") => -1.0,
        (_, "no") => -2.0,
        _ => -9.0,
    };
    let vocabulary = Vocabulary::bytes();
    let task = labelled_task("three", r#""option_accuracy""#);
    let examples = [0, 0, 1].map(|label| example(&task, json!({ "text": "?", "label": label })));
    let value = |normalisation| {
        let known = Known::new(last_word, score);
        let mut evaluation = evaluation(&known, &vocabulary);
        evaluation.settings.normalisation = normalisation;
        let result = evaluation.task(&task, "validation", &examples, None, &mut go_on).unwrap();
        assert!(result.metrics[0].how.contains(&normalisation.to_string()));
        (result.metrics[0].value, known.asked.borrow().len(), result.predictions[0].options.clone())
    };
    let (by_sum, asked, _) = value(Normalisation::Sum);
    assert!((by_sum - 100.0 / 3.0).abs() < 1e-9);
    let (by_information, asked_more, options) = value(Normalisation::MutualInformation);
    assert!((by_information - 200.0 / 3.0).abs() < 1e-9);
    // One more batch, of the three different options.
    assert_eq!(asked_more, asked + 1);
    // `no` has three tokens, end of sequence included.
    assert!((options[0].score - 3.0 * (-2.0 + 4.0)).abs() < 1e-9, "{options:?}");
}
