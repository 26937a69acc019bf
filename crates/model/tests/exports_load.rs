//! What is saved can be loaded, here and by Hugging Face transformers.

mod support;

use ext5_core::{Batch, Key};
use ext5_model::{FeedForward, Init, LossOptions, ModelError, T5, T5Config};
use safetensors::{Dtype, SafeTensors};
use std::path::Path;
use support::{batch, config, sequence};

fn old_config() -> T5Config {
    let feed_forward = FeedForward::Relu;
    T5Config { feed_forward, tie_word_embeddings: true, num_decoder_layers: 3, ..config() }
}

fn probe() -> Batch {
    let rows: Vec<_> = (0..2)
        .map(|row| vec![(sequence(Key::new(row), 20), sequence(Key::new(row + 5), 9))])
        .collect();
    batch(&rows, 20, 9)
}

fn values(model: &T5) -> Vec<(String, Vec<usize>, Vec<u32>)> {
    let mut values = Vec::new();
    model.visit(|name, shape, slice| {
        let bits = slice.iter().map(|value| value.to_bits()).collect();
        values.push((name.to_owned(), shape.to_vec(), bits));
    });
    values
}

#[test]
fn loading_gives_back_every_bit() {
    for config in [config(), old_config()] {
        let model = T5::init(config, Init::T5x, Key::new(1)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        model.save(folder.path()).unwrap();
        let loaded = T5::load(folder.path()).unwrap();
        assert_eq!(loaded.config(), model.config());
        assert!(values(&loaded) == values(&model));
        assert!(loaded.logits(&probe()).unwrap() == model.logits(&probe()).unwrap());
    }
}

#[test]
fn several_files_hold_what_one_does() {
    let model = T5::init(config(), Init::T5x, Key::new(1)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    model.save_sharded(folder.path(), 60_000).unwrap();
    let names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("model-"))
        .collect();
    assert!(names.len() > 2, "{names:?}");
    assert!(values(&T5::load(folder.path()).unwrap()) == values(&model));

    let index = folder.path().join("model.safetensors.index.json");
    let text = std::fs::read_to_string(&index).unwrap();
    std::fs::write(&index, text.replace("model-00001", "../model-00001")).unwrap();
    let error = T5::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("is not the name of a file in this folder"), "{error}");
    std::fs::write(&index, text.replace("\"shared.weight\"", "\"shared.weights\"")).unwrap();
    let error = T5::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("shared.weights is missing"), "{error}");
    std::fs::write(&index, &text).unwrap();
    std::fs::remove_file(folder.path().join(&names[0])).unwrap();
    let error = T5::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains(&names[0]), "{error}");
}

#[test]
fn half_precision_is_widened() {
    let model = T5::init(config(), Init::T5x, Key::new(1)).unwrap();
    for (dtype, narrow) in [
        (Dtype::F16, (|v| half::f16::from_f32(v).to_le_bytes()) as fn(f32) -> [u8; 2]),
        (Dtype::BF16, |v| half::bf16::from_f32(v).to_le_bytes()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        model.save(folder.path()).unwrap();
        let mut narrowed = Vec::new();
        model.visit(|name, shape, values| {
            let data: Vec<u8> = values.iter().flat_map(|&value| narrow(value)).collect();
            narrowed.push((name.to_owned(), shape.to_vec(), data));
        });
        let views = narrowed.iter().map(|(name, shape, data)| {
            (name, safetensors::tensor::TensorView::new(dtype, shape.clone(), data).unwrap())
        });
        let path = folder.path().join("model.safetensors");
        std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
        let mut originals = Vec::new();
        model.visit(|_, _, values| originals.extend_from_slice(values));
        let mut loaded = Vec::new();
        T5::load(folder.path()).unwrap().visit(|_, _, values| loaded.extend_from_slice(values));
        let close = |(a, b): (&f32, &f32)| (a - b).abs() <= a.abs() / 128.0 + 1e-6;
        assert!(originals.iter().zip(&loaded).all(close) && originals != loaded);
    }
}

/// Rewrites the weights of a folder, tensor by tensor.
fn rewrite(
    folder: &Path,
    edit: impl Fn(&str, Vec<usize>, Vec<u8>) -> Vec<(String, Vec<usize>, Vec<u8>)>,
) {
    let path = folder.join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let edited: Vec<_> = file
        .iter()
        .flat_map(|(name, view)| edit(name, view.shape().to_vec(), view.data().to_vec()))
        .collect();
    let views = edited.iter().map(|(name, shape, data)| {
        let view = safetensors::tensor::TensorView::new(Dtype::F32, shape.clone(), data);
        (name, view.unwrap())
    });
    std::fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
}

#[test]
fn tensors_that_do_not_fit_are_all_named() {
    let model = T5::init(config(), Init::T5x, Key::new(1)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    model.save(folder.path()).unwrap();
    rewrite(folder.path(), |name, mut shape, data| match name {
        "lm_head.weight" => vec![],
        "shared.weight" => {
            shape.reverse();
            vec![(name.to_owned(), shape, data)]
        }
        "encoder.final_layer_norm.weight" => {
            let other = "encoder.final_norm.weight".to_owned();
            vec![(name.to_owned(), shape.clone(), data.clone()), (other, shape, data)]
        }
        _ => vec![(name.to_owned(), shape, data)],
    });
    let error = T5::load(folder.path()).unwrap_err();
    assert!(matches!(error, ModelError::Tensors { .. }));
    for part in [
        "lm_head.weight is missing; expected the shape [256, 48]",
        "shared.weight has the shape [48, 256]; expected the shape [256, 48]",
        "encoder.final_norm.weight is unknown",
    ] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn embeddings_under_their_other_names_are_taken() {
    for config in [config(), old_config()] {
        let tied = config.tie_word_embeddings;
        let model = T5::init(config, Init::T5x, Key::new(1)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        model.save(folder.path()).unwrap();
        rewrite(folder.path(), |name, shape, data| match name {
            "shared.weight" => {
                ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"]
                    [..if tied { 3 } else { 2 }]
                    .iter()
                    .map(|alias| ((*alias).to_owned(), shape.clone(), data.clone()))
                    .collect()
            }
            _ => vec![(name.to_owned(), shape, data)],
        });
        assert!(values(&T5::load(folder.path()).unwrap()) == values(&model));
        rewrite(folder.path(), |name, shape, mut data| {
            if name == "decoder.embed_tokens.weight" {
                data[0] ^= 1;
            }
            vec![(name.to_owned(), shape, data)]
        });
        let error = T5::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("decoder.embed_tokens.weight differs"), "{error}");
    }
}

#[test]
fn missing_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = T5::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("config.json"), "{error}");
    std::fs::write(folder.path().join("config.json"), "{").unwrap();
    assert!(matches!(T5::load(folder.path()), Err(ModelError::ConfigFile { .. })));
    let config = config().to_hugging_face().to_string();
    std::fs::write(folder.path().join("config.json"), config).unwrap();
    let error = T5::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("model.safetensors"), "{error}");
    std::fs::write(folder.path().join("pytorch_model.bin"), "").unwrap();
    let error = T5::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("save_pretrained"), "{error}");
}

#[test]
fn a_tensor_in_two_files_is_refused() {
    let model = T5::init(config(), Init::T5x, Key::new(1)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    model.save_sharded(folder.path(), 60_000).unwrap();
    let shards = |number| {
        let find = |entry: &std::fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            name.starts_with(&format!("model-{number:05}"))
        };
        let mut entries = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
        entries.find(find).unwrap().path()
    };
    let [first, second] = [1, 2].map(|number| std::fs::read(shards(number)).unwrap());
    let [first, second] = [&first, &second].map(|bytes| SafeTensors::deserialize(bytes).unwrap());
    let all: Vec<_> = first.iter().chain(second.iter()).collect();
    std::fs::write(shards(2), safetensors::serialize(all, None).unwrap()).unwrap();
    let error = T5::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("is in another file of model.safetensors.index.json"), "{error}");
}

/// transformers 5 writes every mT5 as tied, and scales none.
#[test]
fn an_mt5_has_the_head_that_its_weights_have() {
    for tie_word_embeddings in [false, true] {
        let scale_decoder_outputs = tie_word_embeddings.then_some(false);
        let config = T5Config { tie_word_embeddings, scale_decoder_outputs, ..config() };
        let model = T5::init(config, Init::T5x, Key::new(1)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        model.save(folder.path()).unwrap();
        let mut keys = model.config().to_hugging_face();
        keys["model_type"] = "mt5".into();
        keys["tie_word_embeddings"] = true.into();
        keys.as_object_mut().unwrap().remove("scale_decoder_outputs");
        std::fs::write(folder.path().join("config.json"), keys.to_string()).unwrap();
        let loaded = T5::load(folder.path()).unwrap();
        assert_eq!(loaded.config(), model.config());
        assert!(loaded.logits(&probe()).unwrap() == model.logits(&probe()).unwrap());
    }
}

/// Everything that transformers needs to compute what `model` computes for a batch.
fn write_probe(model: &T5, batch: &Batch, folder: &Path) {
    let ids = |ids: &[u32]| ids.iter().flat_map(|id| id.to_le_bytes()).collect::<Vec<u8>>();
    let values = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let (rows, vocabulary) = (batch.rows, model.config().vocab_size);
    let inputs = vec![rows, batch.encoder_ids.len() / rows];
    let targets = vec![rows, batch.decoder_targets.len() / rows];
    let of_logits = vec![rows, targets[1], vocabulary];
    let mut tensors = vec![
        ("encoder_ids".to_owned(), Dtype::I32, inputs, ids(&batch.encoder_ids)),
        ("decoder_inputs".to_owned(), Dtype::I32, targets.clone(), ids(&batch.decoder_inputs)),
        ("decoder_targets".to_owned(), Dtype::I32, targets, ids(&batch.decoder_targets)),
        ("logits".to_owned(), Dtype::F32, of_logits, values(&model.logits(batch).unwrap())),
    ];
    let gradients = model.backward(batch, &LossOptions::default()).unwrap().gradients;
    model.clone().update(&gradients, |name, shape, _, gradient| {
        let name = format!("gradient {name}");
        tensors.push((name, Dtype::F32, shape.to_vec(), values(gradient)));
    });
    let views = tensors.iter().map(|(name, dtype, shape, data)| {
        let view = safetensors::tensor::TensorView::new(*dtype, shape.clone(), data);
        (name, view.unwrap())
    });
    let file = folder.join("probe.safetensors");
    std::fs::write(file, safetensors::serialize(views, None).unwrap()).unwrap();
}

/// Runs `tools/oracles/t5_golden.py verify` where EXT5_ORACLE_PYTHON names a Python for it.
#[test]
fn transformers_computes_the_same() {
    let Some(python) = std::env::var_os("EXT5_ORACLE_PYTHON") else {
        ext5_core::testing::skipped("EXT5_ORACLE_PYTHON names no Python with transformers");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/oracles/t5_golden.py");
    let folder = tempfile::tempdir().unwrap();
    let tied_alone =
        T5Config { tie_word_embeddings: true, scale_decoder_outputs: Some(false), ..config() };
    let small = T5Config::named("t5-1.1-small").unwrap();
    for (name, config, sharded) in [
        ("untied", config(), false),
        ("tied", old_config(), false),
        ("tied, not scaled", tied_alone, false),
        ("in several files", config(), true),
        ("T5 1.1 small", small, true),
    ] {
        let folder = folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let most = if config.d_model < 512 { 60_000 } else { 100 << 20 };
        let model = T5::init(config, Init::T5x, Key::new(1)).unwrap();
        match sharded {
            true => model.save_sharded(&folder, most).unwrap(),
            false => model.save(&folder).unwrap(),
        }
        write_probe(&model, &probe(), &folder);
        let mut command = std::process::Command::new(&python);
        let status = command.arg(&script).arg("verify").arg(&folder).status().unwrap();
        assert!(status.success(), "{name}");
    }
}
