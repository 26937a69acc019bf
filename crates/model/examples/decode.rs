//! Times greedy decoding, for `tools/benchmarks/decoding.py`.
//!
//!     decode FOLDER ROWS INPUTS NEW ROUNDS
//!
//! FOLDER is a Hugging Face folder. Decodes NEW tokens for each of ROWS inputs of INPUTS tokens, end
//! of sequence forbidden before, and prints a JSON array with the seconds of each round after one
//! that is not counted, and the ids of the last.

use ext5_core::Key;
use ext5_model::{Generation, Guards, T5};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    ext5_core::memory::keep_freed();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, numbers @ ..] = &arguments[..] else { return Err("expected a folder".into()) };
    let numbers: Vec<usize> = numbers.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    let [rows, length, max_new, rounds] = numbers[..] else {
        return Err("expected a folder and four numbers".into());
    };
    let model = T5::load(Path::new(folder))?;
    let vocabulary = model.config().vocab_size as u64;
    let mut rng = Key::new(1).rng();
    let mut input = || (0..length).map(|_| 3 + rng.below(vocabulary - 131) as u32).collect();
    let inputs: Vec<Vec<u32>> = (0..rows).map(|_| input()).collect();
    let guards = Guards { min_new: max_new, ..Guards::default() };
    let generation = Generation { guards, ..Generation::greedy(max_new) };
    let (mut seconds, mut outputs) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let start = Instant::now();
        outputs = model.generate(&inputs, &generation)?;
        if round > 0 {
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    let result = serde_json::json!({ "seconds": seconds, "inputs": inputs, "outputs": outputs });
    println!("{result}");
    Ok(())
}
