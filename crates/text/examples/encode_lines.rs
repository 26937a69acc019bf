//! Times the encoding of lines; `tools/benchmarks/encoding.py` drives it.
//!
//! `encode_lines VOCABULARY FILE` reads the lines once, then encodes all of them for each line that
//! it gets on standard input, and answers each with the seconds that took and a digest of the ids.

use ext5_core::Digest;
use ext5_text::{Scratch, Vocabulary};
use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [vocabulary, file] = arguments.as_slice() else {
        return Err("expected two arguments: VOCABULARY FILE".into());
    };
    let vocabulary = Vocabulary::open(Path::new(vocabulary))?;
    let text = std::fs::read_to_string(file)?;
    let lines: Vec<&str> = text.lines().collect();
    for request in stdin().lock().lines() {
        request?;
        // All that a process pays for is inside: a new scratch has seen no words.
        let start = Instant::now();
        let (mut ids, mut ends, mut scratch) = (Vec::new(), Vec::new(), Scratch::default());
        for line in &lines {
            vocabulary.encode_into(line, &mut ids, &mut scratch);
            ends.push(ids.len());
        }
        let seconds = start.elapsed().as_secs_f64();
        let mut bytes = Vec::with_capacity(4 * (ids.len() + ends.len()));
        let mut begin = 0;
        for end in ends {
            bytes.extend(ids[begin..end].iter().flat_map(|id| id.to_le_bytes()));
            bytes.extend(u32::MAX.to_le_bytes());
            begin = end;
        }
        println!("{seconds} {} {}", ids.len(), Digest::of(&bytes));
        stdout().flush()?;
    }
    Ok(())
}
