//! transformers' T5 and ours compute the same, for shapes large, small and odd: logits within 1e-4,
//! loss within 1e-5 and the gradient of every parameter within 1e-3, as norms of differences over
//! norms. The golden values are made by `tools/oracles/parity_golden.py`, which says how tensors
//! are compared by a few sums.

use ext5_core::Batch;
use ext5_model::{Init, LossOptions, T5, T5Config};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    config: T5Config,
    lengths: Vec<(usize, usize)>,
    loss: f64,
    logits: Summary,
    gradients: BTreeMap<String, Summary>,
}

/// A tensor's norm, and its sums under random signs.
#[derive(Deserialize)]
struct Summary {
    norm: f64,
    sums: Vec<f64>,
}

/// The numbers that the oracle draws under a name.
fn hashes(name: &str) -> impl Iterator<Item = u64> + use<> {
    let seed = name.bytes().fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    (1u64..).map(move |number| {
        let mut value = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(seed);
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    })
}

fn fill(name: &str, shape: &[usize], values: &mut [f32]) {
    let half = (1u32 << 23) as f32;
    let fan = f64::from(*shape.last().unwrap() as u32).sqrt();
    let (center, scale) = match name {
        name if name.contains("layer_norm") => (1.0, 0.3),
        name if name.contains("shared") || name.contains("relative_attention_bias") => (0.0, 1.75),
        name if name.contains(".q.") => (0.0, (0.2 / fan) as f32),
        _ => (0.0, (1.75 / fan) as f32),
    };
    for (value, hash) in values.iter_mut().zip(hashes(name)) {
        *value = center + scale * (((hash >> 40) as f32 - half) / half);
    }
}

fn ids(what: &str, row: usize, length: usize, vocabulary: usize) -> Vec<u32> {
    let drawn = hashes(&format!("{what} {row}")).take(length - 1);
    drawn.map(|hash| (hash % (vocabulary as u64 - 2) + 2) as u32).chain([1]).collect()
}

impl Summary {
    /// The norm of a tensor's difference from this one, over this one's norm; and the difference of
    /// the norms.
    fn error(&self, values: &[f32]) -> f64 {
        let mut sums = vec![0.0; self.sums.len()];
        let mut square = 0.0;
        for (&value, hash) in values.iter().zip(hashes("signs")) {
            let value = f64::from(value);
            square += value * value;
            for (projection, sum) in sums.iter_mut().enumerate() {
                *sum += if hash >> projection & 1 == 1 { value } else { -value };
            }
        }
        let difference: f64 = sums.iter().zip(&self.sums).map(|(a, b)| (a - b).powi(2)).sum();
        let difference = (difference / sums.len() as f64).sqrt();
        difference.max((square.sqrt() - self.norm).abs()) / self.norm
    }
}

impl Case {
    fn batch(&self) -> Batch {
        let inputs = self.lengths.iter().map(|pair| pair.0).max().unwrap();
        let targets = self.lengths.iter().map(|pair| pair.1).max().unwrap();
        let mut batch = Batch::empty(self.lengths.len(), inputs, targets);
        for (row, &(input, target)) in self.lengths.iter().enumerate() {
            let of_input = row * inputs..row * inputs + input;
            let of_target = row * targets..row * targets + target;
            let target_ids = ids("targets", row, target, self.config.vocab_size);
            batch.encoder_ids[of_input.clone()].copy_from_slice(&ids(
                "inputs",
                row,
                input,
                self.config.vocab_size,
            ));
            batch.encoder_segments[of_input].fill(1);
            batch.decoder_inputs[of_target.start + 1..of_target.end]
                .copy_from_slice(&target_ids[..target - 1]);
            batch.decoder_targets[of_target.clone()].copy_from_slice(&target_ids);
            batch.decoder_segments[of_target.clone()].fill(1);
            batch.loss_weights[of_target].fill(1.0);
        }
        batch
    }

    fn model(&self) -> T5 {
        let key = ext5_core::Key::new(0);
        let mut model = T5::init(self.config.clone(), Init::T5x, key).unwrap();
        let one = self.batch().slice(0..1);
        let gradients = model.backward(&one, &LossOptions::default()).unwrap().gradients;
        model.update(&gradients, |name, shape, values, _| fill(name, shape, values));
        model
    }

    fn check(&self) {
        let (model, batch) = (self.model(), self.batch());
        let mut logits = model.logits(&batch).unwrap();
        for (logits, weight) in logits.chunks_mut(self.config.vocab_size).zip(&batch.loss_weights) {
            logits.iter_mut().for_each(|logit| *logit *= weight);
        }
        let of_logits = self.logits.error(&logits);
        drop(logits);
        let mut backward = model.backward(&batch, &LossOptions::default()).unwrap();
        let of_loss = (backward.loss / batch.weight() / self.loss - 1.0).abs();
        backward.gradients.scale(1.0 / batch.weight());

        let (mut worst, mut worst_name, mut count) = (0.0, String::new(), 0);
        let mut model = model;
        model.update(&backward.gradients, |name, _, _, gradient| {
            let error = self.gradients[name].error(gradient);
            count += 1;
            if error > worst {
                (worst, worst_name) = (error, name.to_owned());
            }
        });
        eprintln!(
            "{}: logits {of_logits:.1e}, loss {of_loss:.1e}, gradients {worst:.1e} ({worst_name})",
            self.name
        );
        assert_eq!(count, self.gradients.len(), "{}", self.name);
        assert!(of_logits < 1e-4 && of_loss < 1e-5 && worst < 1e-3, "{}", self.name);
    }
}

fn check(wanted: impl Fn(&T5Config) -> bool) -> usize {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/parity.json");
    let golden: Golden = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = golden.cases.iter().filter(|case| wanted(&case.config));
    cases.map(Case::check).count()
}

#[test]
fn real_shapes() {
    assert_eq!(check(|config| config.d_model >= 512), 2);
}

#[test]
fn tiny_and_odd_shapes() {
    assert_eq!(check(|config| config.d_model < 512), 11);
}
