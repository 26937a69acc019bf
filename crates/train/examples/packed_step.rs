//! Times training steps of T5 1.1 small on packed batches of a recipe's mixture, for
//! `tools/benchmarks/packed_vs_padded.py`.
//!
//!     packed_step RECIPE TASKS DATA_ROOT CACHE R BATCHES
//!
//! TASKS is a folder of task files, CACHE keeps token stores, R replaces the recipe's. Prints a JSON
//! object: for each batch the seconds of forward, backward and Adafactor and the examples in it, as
//! pairs of inputs and targets. Two steps on the first batch are not counted.

use ext5_core::{Batch, Key};
use ext5_mix::{Cursor, MixtureRecipe, Prepared};
use ext5_model::{Init, LossOptions, T5, T5Config};
use ext5_train::optimizer::Optimizer;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

const WARM_UP: usize = 2;
/// Rows of a batch.
const ROWS: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    ext5_core::memory::keep_freed();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, tasks, root, cache, r, count] = &arguments[..] else {
        return Err("expected a recipe, tasks, a data root, a cache, R and a count".into());
    };
    let mut recipe = MixtureRecipe::read(
        Path::new(path),
        &[format!("mixture.r={r}"), format!("batch.rows={ROWS}")],
    )?;
    recipe.data.tasks = vec![PathBuf::from(tasks)];
    recipe.data.root = PathBuf::from(root);
    recipe.data.cache = PathBuf::from(cache);
    let prepared = Prepared::new(&recipe, &mut |_, _| ())?;
    let batches = prepared.batches(Cursor::default(), (0, 1))?.take(count.parse()?);
    let batches: Vec<Batch> =
        batches.map(|batch| batch.map(|packed| packed.batch)).collect::<Result<_, _>>()?;

    let mut model = T5::init(T5Config::named("t5-1.1-small")?, Init::T5x, Key::new(0))?;
    let mut optimizer = Optimizer::default();
    let mut seconds = Vec::new();
    let warm_up = batches.iter().take(1).cycle().take(WARM_UP);
    for (step, batch) in warm_up.chain(&batches).enumerate() {
        let start = Instant::now();
        let backward = model.backward(batch, &LossOptions::default())?;
        model.update(&backward.gradients, |name, shape, values, gradient| {
            optimizer.update(step as u64, 0.01, (name, shape), values, gradient);
        });
        seconds.push(start.elapsed().as_secs_f64());
    }
    let examples: Vec<_> = batches.iter().map(examples).collect();
    let counted = &seconds[WARM_UP..];
    println!("{}", serde_json::json!({ "seconds": counted, "examples": examples }));
    Ok(())
}

/// The inputs and targets of every segment.
fn examples(batch: &Batch) -> Vec<[Vec<u32>; 2]> {
    let mut found = Vec::new();
    for row in 0..batch.rows {
        let side = |ids: &[u32], segments: &[u32], length: usize, segment: u32| -> Vec<u32> {
            let row = row * length..(row + 1) * length;
            let pairs = ids[row.clone()].iter().zip(&segments[row]);
            pairs.filter(|(_, of)| **of == segment).map(|(id, _)| *id).collect()
        };
        for segment in 1.. {
            let inputs = side(&batch.encoder_ids, &batch.encoder_segments, batch.inputs, segment);
            let targets =
                side(&batch.decoder_targets, &batch.decoder_segments, batch.targets, segment);
            if targets.is_empty() {
                break;
            }
            found.push([inputs, targets]);
        }
    }
    found
}
