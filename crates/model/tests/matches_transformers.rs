//! Everything that Hugging Face transformers computes for two tiny T5s, gated and untied, and ReLU
//! and tied. The golden values are made by `tools/oracles/t5_golden.py`.

use ext5_core::Batch;
use ext5_model::{Generation, LossOptions, T5};
use safetensors::SafeTensors;
use std::path::PathBuf;

const MODELS: [&str; 2] = ["gated_untied", "relu_tied"];

struct Golden {
    bytes: Vec<u8>,
    model: T5,
}

impl Golden {
    fn open(name: &str) -> Golden {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        let bytes = std::fs::read(folder.join("expected.safetensors")).unwrap();
        Golden { bytes, model: T5::load(&folder).unwrap() }
    }

    fn words(&self, name: &str) -> (Vec<usize>, Vec<[u8; 4]>) {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        let view = file.tensor(name).unwrap_or_else(|_| panic!("{name}"));
        (view.shape().to_vec(), view.data().as_chunks::<4>().0.to_vec())
    }

    fn floats(&self, name: &str) -> Vec<f32> {
        self.words(name).1.into_iter().map(f32::from_le_bytes).collect()
    }

    /// The rows of a matrix of ids without their padding.
    fn rows(&self, name: &str) -> Vec<Vec<u32>> {
        let (shape, words) = self.words(name);
        let ids: Vec<u32> = words.into_iter().map(u32::from_le_bytes).collect();
        let trim = |row: &[u32]| row.iter().copied().take_while(|&id| id != 0).collect();
        ids.chunks(shape[1]).map(trim).collect()
    }

    fn batch(&self) -> Batch {
        let (shape, ids) = self.words("encoder_ids");
        let (target_shape, targets) = self.words("decoder_targets");
        let mut batch = Batch::empty(shape[0], shape[1], target_shape[1]);
        batch.encoder_ids = ids.into_iter().map(u32::from_le_bytes).collect();
        batch.decoder_targets = targets.into_iter().map(u32::from_le_bytes).collect();
        batch.decoder_inputs =
            self.words("decoder_inputs").1.into_iter().map(u32::from_le_bytes).collect();
        let segment = |ids: &[u32]| ids.iter().map(|&id| u32::from(id != 0)).collect();
        batch.encoder_segments = segment(&batch.encoder_ids);
        batch.decoder_segments = segment(&batch.decoder_targets);
        batch.loss_weights = batch.decoder_segments.iter().map(|&s| s as f32).collect();
        batch
    }
}

fn worst(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn logits_and_losses() {
    for name in MODELS {
        let golden = Golden::open(name);
        let batch = golden.batch();
        let vocabulary = golden.model.config().vocab_size;
        let logits = golden.model.logits(&batch).unwrap();
        // The golden file has positions 0 and 4 of each row.
        let positions = (0..batch.rows).flat_map(|row| [0, 4].map(|p| row * batch.targets + p));
        let taken: Vec<f32> =
            positions.flat_map(|p| logits[p * vocabulary..][..vocabulary].to_vec()).collect();
        let error = worst(&taken, &golden.floats("logits"));
        let losses = golden.model.token_losses(&batch).unwrap();
        let loss_error = worst(&losses, &golden.floats("token_losses"));
        eprintln!("{name}: logits differ by {error:.1e}, token losses by {loss_error:.1e}");
        assert!(error < 2e-5 && loss_error < 2e-5);
    }
}

#[test]
fn gradients_of_every_parameter() {
    for name in MODELS {
        let mut golden = Golden::open(name);
        let options = LossOptions { z_loss: 1e-4, ..LossOptions::default() };
        let backward = golden.model.backward(&golden.batch(), &options).unwrap();
        let loss = f64::from(golden.floats("loss")[0]);
        assert!((backward.loss / loss - 1.0).abs() < 1e-6, "{} {loss}", backward.loss);

        let mut found = Vec::new();
        golden.model.update(&backward.gradients, |name, shape, _, gradient| {
            found.push((name.to_owned(), shape.to_vec(), gradient.to_vec()));
        });
        let mut largest = 0.0f64;
        for (parameter, shape, gradient) in &found {
            let expected = golden.floats(&format!("gradient {parameter}"));
            assert_eq!(&golden.words(&format!("gradient {parameter}")).0, shape);
            let norm =
                |values: &[f32]| values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt();
            let difference: Vec<f32> = gradient.iter().zip(&expected).map(|(a, b)| a - b).collect();
            let relative = norm(&difference) / norm(&expected);
            assert!(relative < 1e-5, "{name} {parameter}: {relative:.1e}");
            largest = largest.max(relative);
        }
        let file = SafeTensors::deserialize(&golden.bytes).unwrap();
        let count = file.names().iter().filter(|name| name.starts_with("gradient")).count();
        assert_eq!(count, found.len());
        eprintln!("{name}: gradients differ by {largest:.1e} relative at most");
    }
}

#[test]
fn greedy_generation() {
    for name in MODELS {
        let golden = Golden::open(name);
        let inputs = golden.rows("encoder_ids");
        let (shape, words) = golden.words("generated");
        let expected: Vec<u32> = words.into_iter().map(u32::from_le_bytes).collect();
        let mut found = golden.model.generate(&inputs, &Generation::greedy(12)).unwrap();
        for output in &mut found {
            output.resize(shape[1], 0);
        }
        assert_eq!(found.concat(), expected, "{name}");
    }
}

#[test]
fn scores_of_options() {
    for name in MODELS {
        let golden = Golden::open(name);
        let inputs = golden.rows("encoder_ids");
        let options = vec![golden.rows("options"); inputs.len()];
        let found = golden.model.score(&inputs, &options).unwrap();
        let flat: Vec<f32> = found.concat().iter().map(|s| s.log_probability as f32).collect();
        let error = worst(&flat, &golden.floats("scores"));
        eprintln!("{name}: scores differ by {error:.1e}");
        assert!(error < 3e-5, "{name}: {error:.1e}");
        let lengths: Vec<usize> = found[0].iter().map(|score| score.tokens).collect();
        assert_eq!(lengths, [3, 1, 6]);
    }
}
