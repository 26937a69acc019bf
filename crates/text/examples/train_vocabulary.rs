//! Trains a vocabulary: `train_vocabulary SIZE LIKE FILE... > MODEL`, normalised like the vocabulary
//! LIKE, or not at all where that is `identity`. `ext5 vocab train` is the same with more care.

use ext5_text::Vocabulary;
use ext5_text::train::{Options, Trainer};
use std::error::Error;
use std::io::{Write, stdout};
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [size, like, files @ ..] = arguments.as_slice() else {
        return Err("expected arguments: SIZE LIKE FILE...".into());
    };
    let like = match like.as_str() {
        "identity" => None,
        path => Some(Vocabulary::open(Path::new(path))?),
    };
    let options = Options { size: size.parse()?, ..Options::default() };
    let mut trainer = Trainer::new(options, like.as_ref())?;
    for file in files {
        std::fs::read_to_string(file)?.lines().for_each(|line| trainer.add(line));
    }
    Ok(stdout().write_all(&trainer.train()?.model)?)
}
