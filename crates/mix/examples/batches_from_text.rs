//! Times packed batches of a recipe: what comes before the first one, and the rest of them.
//!
//! ```sh
//! cargo run --release -p ext5-mix --example batches_from_text -- RECIPE BATCHES [KEY=VALUE …]
//! ```
//!
//! Prints one JSON object. `ready_seconds` holds reading the recipe and building the token stores
//! that the cache lacks, `first_seconds` the first batch, `seconds` all batches after `ready`.
//! Batches are made on the calling thread; stores by as many as `RAYON_NUM_THREADS` says.
//! `tools/benchmarks/batches_vs_seqio.py` runs it beside SeqIO.

use ext5_mix::{BatchOptions, Batches, Cursor, MixtureRecipe, Prepared};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [recipe, count, overrides @ ..] = arguments.as_slice() else {
        return Err("usage: batches_from_text RECIPE BATCHES [KEY=VALUE …]".into());
    };
    let count: usize = count.parse()?;
    let start = Instant::now();
    let recipe = MixtureRecipe::read(Path::new(recipe), overrides)?;
    let prepared = Prepared::new(&recipe, &mut |_, _| {})?;
    let ready = start.elapsed().as_secs_f64();

    let options = BatchOptions {
        rows: recipe.batch.rows,
        window: recipe.batch.window as u64,
        rank: 0,
        world: 1,
    };
    let start = Instant::now();
    let batches = Batches::new(Arc::clone(&prepared.mixture), options, Cursor::default())?;
    let (mut first, mut tokens, mut slots, mut examples) = (0.0, 0, 0, 0);
    for (number, batch) in batches.take(count).enumerate() {
        let batch = batch?;
        if number == 0 {
            first = start.elapsed().as_secs_f64();
        }
        let real = |segments: &[u32]| segments.iter().filter(|&&segment| segment > 0).count();
        let arrays = &batch.batch;
        tokens += real(&arrays.encoder_segments) + real(&arrays.decoder_segments);
        slots += arrays.encoder_ids.len() + arrays.decoder_targets.len();
        examples += batch.segments.iter().map(Vec::len).sum::<usize>();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{{\"ready_seconds\": {ready}, \"first_seconds\": {first}, \"seconds\": {seconds}, \
         \"batches\": {count}, \"tokens\": {tokens}, \"slots\": {slots}, \"examples\": {examples}}}"
    );
    Ok(())
}
