//! Twenty updates of every optimiser, and every schedule, against float64: T5X's rule, and the
//! classes of transformers and PyTorch. The golden values are made by
//! `tools/oracles/optimizers_golden.py`.

mod support;

use ext5_train::optimizer::{
    AdafactorHuggingFaceOptions, AdafactorOptions, AdamWOptions, AdamWScaleOptions, Optimizer, Rule,
};
use ext5_train::schedule::Schedule;
use serde_json::Value;
use std::path::PathBuf;
use support::draw;

fn golden() -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/optimizers.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The rule and the rate of a case's name.
fn rule(name: &str) -> (Rule, f64) {
    let hugging_face = AdafactorHuggingFaceOptions::default();
    match name {
        "adafactor" => (Rule::default(), 0.01),
        "adafactor, decay" => {
            let options = AdafactorOptions { weight_decay: 0.001, ..Default::default() };
            (Rule::Adafactor(options), 0.01)
        }
        // A rate that must not matter.
        "adafactor_hugging_face" => (Rule::AdafactorHuggingFace(hugging_face), 123.0),
        "adafactor_hugging_face, warmup_init" => {
            let options = AdafactorHuggingFaceOptions { warmup_init: true, ..hugging_face };
            (Rule::AdafactorHuggingFace(options), 123.0)
        }
        "adafactor_hugging_face, rate and decay" => {
            let options = AdafactorHuggingFaceOptions {
                relative_step: false,
                weight_decay: 0.1,
                ..hugging_face
            };
            (Rule::AdafactorHuggingFace(options), 0.01)
        }
        "adafactor_hugging_face, no scale" => {
            let options = AdafactorHuggingFaceOptions {
                relative_step: false,
                scale_parameter: false,
                ..hugging_face
            };
            (Rule::AdafactorHuggingFace(options), 0.001)
        }
        "adamw" => {
            let options = AdamWOptions { weight_decay: 0.05, ..Default::default() };
            (Rule::AdamW(options), 0.003)
        }
        "adamw_scale" => (Rule::AdamWScale(AdamWScaleOptions::default()), 0.02),
        "adamw_scale, decay" => {
            let options = AdamWScaleOptions { weight_decay: 0.1, ..Default::default() };
            (Rule::AdamWScale(options), 0.02)
        }
        other => panic!("{other}"),
    }
}

fn norm(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// The values after all steps of a case.
fn run(case: &Value, steps: u64) -> (Vec<f32>, Vec<f32>) {
    let (rule, rate) = rule(case["rule"].as_str().unwrap());
    let number = case["number"].as_u64().unwrap();
    let shape: Vec<usize> = serde_json::from_value(case["shape"].clone()).unwrap();
    let first = draw(1000 + number, &shape);
    let mut values = first.clone();
    let mut optimizer = Optimizer::new(rule);
    for step in 0..steps {
        let gradient = draw(31 * number + 7 * step + 1, &shape);
        optimizer.update(step, rate, ("p", &shape), &mut values, &gradient);
    }
    (first, values)
}

#[test]
fn twenty_updates() {
    let golden = golden();
    let steps = golden["steps"].as_u64().unwrap();
    let mut worst = std::collections::BTreeMap::<String, (f64, f64)>::new();
    for case in golden["cases"].as_array().unwrap() {
        let (first, last) = run(case, steps);
        let stride = case["stride"].as_u64().unwrap() as usize;
        let expected: Vec<f64> = serde_json::from_value(case["values"].clone()).unwrap();
        let sampled = || last.iter().step_by(stride).map(|&value| f64::from(value));
        assert_eq!(sampled().count(), expected.len());
        let error = norm(sampled().zip(&expected).map(|(value, expected)| value - expected));
        let ratio = error / norm(expected.iter().copied());
        let whole = norm(last.iter().map(|&value| f64::from(value)));
        let whole_ratio = (whole / case["norm"].as_f64().unwrap() - 1.0).abs();
        // How far the values have come says whether the limit would notice anything.
        let way = first.iter().step_by(stride).zip(&expected);
        let way = norm(way.map(|(&first, expected)| expected - f64::from(first)));
        let name = case["rule"].as_str().unwrap();
        assert!(ratio < 1e-6 && whole_ratio < 1e-6, "{name} {}: {ratio:.1e}", case["shape"]);
        assert!(way > 100.0 * error, "{name} {}: {error:.1e} of {way:.1e}", case["shape"]);
        let seen = worst.entry(name.to_owned()).or_default();
        *seen = (seen.0.max(ratio), seen.1.max(error / way));
    }
    for (name, (ratio, of_the_way)) in &worst {
        eprintln!("{name}: {ratio:.1e} of the values, {of_the_way:.1e} of the way they have come");
    }
    assert_eq!(worst.len(), 9);
}

/// The same to the bit on any number of threads.
#[test]
fn threads_change_nothing() {
    let golden = golden();
    let steps = 4;
    for case in golden["cases"].as_array().unwrap() {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| run(case, steps).1)
        };
        let (one, three) = (on(1), on(3));
        assert!(
            one.iter().zip(&three).all(|(a, b)| a.to_bits() == b.to_bits()),
            "{}",
            case["rule"]
        );
    }
}

#[test]
fn schedules() {
    let golden = golden();
    let schedules = golden["schedules"].as_array().unwrap();
    assert_eq!(schedules.len(), 6);
    for case in schedules {
        let mut case = case.clone();
        let rates = case.as_object_mut().unwrap().remove("rates").unwrap();
        let schedule: Schedule = serde_json::from_value(case.clone()).unwrap();
        for pair in rates.as_array().unwrap() {
            let (step, rate) = (pair[0].as_u64().unwrap(), pair[1].as_f64().unwrap());
            let found = schedule.rate(step);
            assert!((found - rate).abs() <= 1e-14 * rate.abs() + 1e-18, "{case} {step}: {found}");
        }
    }
}
