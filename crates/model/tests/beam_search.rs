//! Generation equals that of transformers token for token, and beam search finds the best.
//! The golden values are made by `tools/oracles/beam_golden.py`.

use ext5_core::{Batch, Key};
use ext5_model::{Beam, Generation, Guards, LengthPenalty, LossOptions, Sampling, Strategy, T5};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The model with its row for the end of sequence replaced by 7/8 of the row of `often`, so that
/// outputs end.
fn model(folder: &Path, often: usize) -> T5 {
    let mut model = T5::load(folder).unwrap();
    let width = model.config().d_model;
    let head = if model.config().tie_word_embeddings { "shared.weight" } else { "lm_head.weight" };
    let mut batch = Batch::empty(1, 1, 1);
    for array in [&mut batch.encoder_ids, &mut batch.encoder_segments, &mut batch.decoder_segments]
    {
        array[0] = 1;
    }
    let gradients = model.backward(&batch, &LossOptions::default()).unwrap().gradients;
    model.update(&gradients, |name, _, values, _| {
        if name == head {
            for column in 0..width {
                values[width + column] = 0.875 * values[often * width + column];
            }
        }
    });
    model
}

fn rows(value: &Value) -> Vec<Vec<u32>> {
    serde_json::from_value(value.clone()).unwrap()
}

fn generation(setting: &Value, max_new: usize) -> Generation {
    let number = |key: &str| setting[key].as_u64().unwrap_or(0) as usize;
    let power = setting["length_penalty"].as_f64().unwrap_or(1.0);
    Generation {
        max_new,
        strategy: match number("num_beams") {
            1 => Strategy::Greedy,
            beams => Strategy::Beam(Beam { beams, penalty: LengthPenalty::Power(power) }),
        },
        guards: Guards {
            repetition_penalty: setting["repetition_penalty"].as_f64().unwrap_or(1.0) as f32,
            no_repeat_ngram: number("no_repeat_ngram_size"),
            min_new: number("min_new_tokens"),
        },
    }
}

#[test]
fn outputs_equal_those_of_transformers() {
    let text = std::fs::read_to_string(golden().join("beams.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let max_new = file["max_new"].as_u64().unwrap() as usize;
    for (name, made) in file["models"].as_object().unwrap() {
        let model = model(&golden().join(name), made["often"].as_u64().unwrap() as usize);
        let prompts = rows(&made["prompts"]);
        assert_eq!(prompts.len(), 200);
        for case in made["settings"].as_array().unwrap() {
            let expected = rows(&case["outputs"]);
            let generation = generation(&case["setting"], max_new);
            // Batches of uneven size: prompts of unlike lengths share one.
            for (prompts, expected) in prompts.chunks(23).zip(expected.chunks(23)) {
                let found = model.generate(prompts, &generation).unwrap();
                assert_eq!(found, expected, "{name} {}", case["setting"]);
            }
        }
    }
}

/// With as many beams as there are pairs of tokens, two steps see every output there is.
#[test]
fn enough_beams_find_the_best_output() {
    let model = model(&golden().join("relu_tied"), 20);
    let vocabulary = model.config().vocab_size as u32;
    let prompt = vec![17, 5, 60, 1];
    let whole: Vec<Vec<u32>> = std::iter::once(vec![1])
        .chain((0..vocabulary).filter(|&first| first != 1).map(|first| vec![first, 1]))
        .collect();
    let scores = model.score(std::slice::from_ref(&prompt), std::slice::from_ref(&whole)).unwrap();
    for alpha in [0.0, 0.6, 3.0, 20.0] {
        let penalised =
            |output: &[u32], score: f64| score / ((5.0 + output.len() as f64) / 6.0).powf(alpha);
        let scored = whole.iter().zip(&scores[0]);
        let best = scored
            .max_by(|(a, x), (b, y)| {
                let of = |output: &[u32], score| penalised(output, score);
                of(a, x.log_probability).total_cmp(&of(b, y.log_probability))
            })
            .unwrap();
        let beam = Beam { beams: vocabulary.pow(2) as usize, penalty: LengthPenalty::T5x(alpha) };
        let generation = Generation { strategy: Strategy::Beam(beam), ..Generation::greedy(2) };
        let found = model.generate(std::slice::from_ref(&prompt), &generation).unwrap();
        assert_eq!(&found[0], best.0, "alpha {alpha}");
    }
}

#[test]
fn unfinished_outputs_are_given_where_nothing_ends() {
    let model = T5::load(&golden().join("gated_untied")).unwrap();
    let guards = Guards { min_new: 4, ..Guards::default() };
    for penalty in [LengthPenalty::T5x(0.6), LengthPenalty::Power(1.0)] {
        let strategy = Strategy::Beam(Beam { beams: 3, penalty });
        let generation = Generation { max_new: 4, strategy, guards };
        let found = model.generate(&[vec![9, 1], vec![30, 31, 1]], &generation).unwrap();
        assert!(found.iter().all(|output| output.len() == 4 && !output.contains(&1)), "{found:?}");
    }
}

/// A draw depends on the key, the question's number and the position, not on who else is asked.
#[test]
fn samples_are_keyed() {
    let model = T5::load(&golden().join("gated_untied")).unwrap();
    let prompts = [vec![9, 1], vec![30, 31, 1], vec![4, 4, 4, 4, 1]];
    let sample = |key, prompts: &[Vec<u32>]| {
        let strategy = Strategy::Sample(Sampling { top_p: 0.9, ..Sampling::new(key) });
        let generation = Generation { strategy, ..Generation::greedy(8) };
        model.generate(prompts, &generation).unwrap()
    };
    let key = Key::new(3);
    let all = sample(key, &prompts);
    assert_eq!(all, sample(key, &prompts));
    assert_eq!(all[..1], sample(key, &prompts[..1]));
    assert_ne!(all, sample(Key::new(4), &prompts));
}

#[test]
fn impossible_generation_is_refused() {
    let model = T5::load(&golden().join("gated_untied")).unwrap();
    let refused = |generation: Generation| {
        model.generate(&[vec![9, 1]], &generation).unwrap_err().to_string()
    };
    let beam = Beam { beams: 0, penalty: LengthPenalty::T5x(0.6) };
    let strategy = Strategy::Beam(beam);
    assert!(refused(Generation { strategy, ..Generation::greedy(8) }).contains("0 beams"));
    let guards = Guards { repetition_penalty: 0.0, ..Guards::default() };
    assert!(refused(Generation { guards, ..Generation::greedy(8) }).contains("penalty"));
}
