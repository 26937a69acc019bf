//! Prints the `tokenizer.json` of a vocabulary: `tokenizer_json VOCABULARY > FILE`.

use ext5_text::Vocabulary;
use std::error::Error;
use std::io::{Write, stdout};
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("expected one argument: VOCABULARY")?;
    let vocabulary = Vocabulary::open(Path::new(&path))?;
    let json = vocabulary.tokenizer_json().ok_or("tokenizers could not give its ids")?;
    Ok(stdout().write_all(&json)?)
}
