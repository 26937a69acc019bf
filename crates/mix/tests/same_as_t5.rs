//! Objectives, rates and packed arrays are what the `t5` and `seqio` packages make.
//!
//! Golden values: `python tools/oracles/span_corruption.py`, see there.

use ext5_core::{Batch, Key};
use ext5_mix::objective::{Mark, Marks};
use ext5_mix::order::SliceOrder;
use ext5_mix::rate::Count;
use ext5_mix::{Draw, Group, PackedRow, Rule, Sentinels, Size, SpanCorruption, TokenExample};
use serde_json::Value;
use std::collections::BTreeMap;

fn golden(name: &str) -> Vec<Value> {
    let golden: Value = serde_json::from_str(include_str!("golden/t5.json")).unwrap();
    let cases = golden[name].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as u32).collect()
}

fn objective(density: &Value, mean_span: &Value) -> SpanCorruption {
    let (density, mean_span) = (number(density), number(mean_span));
    SpanCorruption { density, mean_span, ..SpanCorruption::default() }
}

/// Enough for any count.
fn sentinels() -> Sentinels {
    Sentinels::new(100_000, 50_000)
}

#[test]
fn masks_have_the_same_counts() {
    for case in golden("masks") {
        let objective = objective(&case["density"], &case["mean_span"]);
        let first = case["first_length"].as_u64().unwrap() as usize;
        let counts = numbers(&case["noise"]).into_iter().zip(numbers(&case["spans"]));
        for (length, (noise, spans)) in (first..).zip(counts) {
            let (noise, spans) = (noise as usize, spans as usize);
            let made = objective.corrupted(length, sentinels()).unwrap();
            let counts = (length - noise + spans + 1, noise + spans + 1);
            assert_eq!((made.inputs, made.targets), counts, "{objective:?} of {length} tokens");
        }
    }
}

#[test]
fn inputs_take_the_same_raw_lengths() {
    for case in golden("helper") {
        let inputs = case[0].as_u64().unwrap() as usize;
        let lengths = objective(&case[1], &case[2]).lengths(inputs).unwrap();
        assert_eq!(lengths.raw as u64, case[3].as_u64().unwrap(), "{case}");
        assert_eq!(lengths.targets as u64, case[4].as_u64().unwrap(), "{case}");
    }
}

#[test]
fn marked_tokens_become_the_same() {
    let sentinels = Sentinels::new(1000, 100);
    for case in golden("marked") {
        let tokens = numbers(&case["tokens"]);
        let mask = case["mask"].as_array().unwrap().iter().map(|noisy| noisy.as_bool().unwrap());
        let mask: Vec<bool> = mask.collect();
        for (name, mark) in [
            ("unique", Mark::Unique),
            ("one", Mark::One),
            ("token", Mark::Token),
            ("drop", Mark::Drop),
        ] {
            let marks = Marks { inputs: mark, targets: mark };
            let (inputs, targets) = marks.apply(&tokens, mask.clone(), sentinels);
            assert_eq!(inputs, numbers(&case[name][0]), "{name} for noise in {case}");
            if case[name][1].is_array() {
                assert_eq!(targets, numbers(&case[name][1]), "{name} for clean tokens in {case}");
            }
        }
    }
}

/// A text is cut into as many slices as T5's `split_tokens` cuts it into.
#[test]
fn texts_are_cut_as_often() {
    for case in golden("splits") {
        let [tokens, length, pieces] = [0, 1, 2].map(|n| case[n].as_u64().unwrap());
        assert_eq!(SliceOrder::new(Key::new(1), tokens, length).slices(), pieces, "{case}");
    }
}

#[test]
fn sizes_give_the_same_rates() {
    for case in golden("rates") {
        let rule = Rule {
            count: Count::Examples,
            scale: number(&case[1]),
            cap: case[2].as_f64().unwrap_or(f64::INFINITY),
            temperature: number(&case[3]),
        };
        let size = Size { examples: case[0].as_u64().unwrap(), prompts: 1 };
        let (found, expected) = (rule.rate(size).unwrap(), number(&case[4]));
        assert!((found / expected - 1.0).abs() < 1e-14, "{case}: {found}");
    }
}

fn group(value: &Value) -> Group {
    let tasks = value["tasks"].as_object().unwrap();
    Group {
        name: value["name"].as_str().unwrap().to_owned(),
        rate: value["rate"].as_f64(),
        tasks: tasks.iter().map(|(name, rate)| (name.clone(), number(rate))).collect(),
        groups: value["groups"].as_array().unwrap().iter().map(group).collect(),
    }
}

#[test]
fn nested_mixtures_give_the_same_rates() {
    for case in golden("nested") {
        let group = group(&case["group"]);
        let found = group.leaves().unwrap();
        let leaves = case["leaves"].as_object().unwrap();
        let leaves: BTreeMap<_, _> = leaves.iter().map(|(n, rate)| (&**n, number(rate))).collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), leaves.keys().collect::<Vec<_>>());
        for (name, rate) in leaves {
            assert!((found[name] - rate).abs() < 1e-12, "{name} in {case}: {}", found[name]);
        }
    }
}

#[test]
fn packed_rows_are_the_same_arrays() {
    for case in golden("packed") {
        let [inputs, targets] = [0, 1].map(|n| case["lengths"][n].as_u64().unwrap() as usize);
        let segment = |example: &Value| TokenExample {
            draw: Draw { entry: 0, k: 0 },
            inputs: numbers(&example[0]),
            targets: numbers(&example[1]),
        };
        let segments = case["examples"].as_array().unwrap().iter().map(segment).collect();
        let mut batch = Batch::empty(1, inputs, targets);
        PackedRow { segments }.write(&mut batch, 0);
        let expected = |name: &str| numbers(&case["row"][name]);
        assert_eq!(batch.encoder_ids, expected("encoder_ids"), "{case}");
        assert_eq!(batch.encoder_segments, expected("encoder_segments"), "{case}");
        assert_eq!(batch.decoder_inputs, expected("decoder_inputs"), "{case}");
        assert_eq!(batch.decoder_targets, expected("decoder_targets"), "{case}");
        assert_eq!(batch.decoder_segments, expected("decoder_segments"), "{case}");
        let weights: Vec<u32> = batch.loss_weights.iter().map(|&weight| weight as u32).collect();
        assert_eq!(weights, expected("loss_weights"), "{case}");
    }
}
