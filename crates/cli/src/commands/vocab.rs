//! `ext5 vocab`

use crate::args::{TrainVocabulary, Vocab};
use crate::failure::{Blame, Failure};
use crate::table::{Align, Table};
use anyhow::{Context, anyhow};
use ext5_core::atomic::write_file;
use ext5_core::number::count;
use ext5_data::{DataError, Documents, Tolerance, files};
use ext5_text::train::{Options, TrainError, Trainer};
use ext5_text::{Scratch, Vocabulary};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, BufRead, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Normal pieces that `show` prints: the first ones, which are the most probable.
const SHOWN: u32 = 20;

/// Trains a vocabulary, shows one, or encodes with one.
pub fn run(command: Vocab) -> Result<(), Failure> {
    match command {
        Vocab::Train(command) => train(&command),
        Vocab::Show { file, json } => show(&file, json),
        Vocab::Encode { vocabulary, pieces, .. } => encode(&open(&vocabulary)?, pieces),
    }
}

fn open(path: &Path) -> Result<Vocabulary, Failure> {
    Vocabulary::open(path).request()
}

/// The files that a path or a pattern names.
fn input(pattern: &str) -> Result<Vec<PathBuf>, Failure> {
    let path = Path::new(pattern);
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    // What comes before the first part with a wildcard is a folder as it stands.
    let is_plain = |part: &&std::path::Component<'_>| {
        !part.as_os_str().to_string_lossy().contains(['*', '?', '['])
    };
    let parts: Vec<_> = path.components().collect();
    let plain = parts.iter().take_while(is_plain).count().min(parts.len().saturating_sub(1));
    let root: PathBuf = parts[..plain].iter().collect();
    let rest: PathBuf = parts[plain..].iter().collect();
    files::resolve(&root, &[rest.to_string_lossy()], "a file of text to train on").request()
}

fn train(command: &TrainVocabulary) -> Result<(), Failure> {
    let mut inputs = Vec::new();
    for pattern in &command.input {
        for file in input(pattern)? {
            if !inputs.contains(&file) {
                inputs.push(file);
            }
        }
    }
    let like = command.normalize_like.as_deref().map(open).transpose()?;
    let options = Options {
        size: command.size,
        character_coverage: command.character_coverage,
        max_piece_length: command.max_piece_length,
        ..Options::default()
    };
    let mut trainer = Trainer::new(options, like.as_ref()).request()?;
    let mut documents = Documents::new(inputs, Tolerance::default());
    for document in &mut documents {
        let document = document.map_err(blame)?;
        document.text.lines().for_each(|line| trainer.add(line));
    }
    let malformed = documents.tally().malformed;
    let trained = trainer.train().map_err(|error| match error {
        TrainError::Model(_) => Failure::Work(error.into()),
        _ => Failure::Request(error.into()),
    })?;
    let write = |file: &mut dyn Write| file.write_all(&trained.model);
    write_file(&command.out, |file| write(file))
        .with_context(|| format!("{}: cannot be written", command.out.display()))
        .work()?;
    let vocabulary = open(&command.out)?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{}: {} pieces from {} words, {} of them different; with {} sentinels {} ids; digest {}",
        command.out.display(),
        count(u64::from(vocabulary.size() - vocabulary.sentinels())),
        count(trained.words),
        count(trained.different_words as u64),
        vocabulary.sentinels(),
        count(u64::from(vocabulary.size())),
        vocabulary.digest(),
    )?;
    if trained.uncounted > 0 {
        writeln!(out, "counts of words are too low by up to {}", count(trained.uncounted))?;
    }
    if malformed > 0 {
        writeln!(out, "{} malformed lines or rows were left out", count(malformed))?;
    }
    Ok(())
}

/// What is wrong with the files is not the request's fault, but that one is not there.
fn blame(error: DataError) -> Failure {
    match error {
        DataError::Missing { .. } => Failure::Request(error.into()),
        error => Failure::Work(error.into()),
    }
}

/// A vocabulary as JSON.
#[derive(Serialize)]
struct Shown {
    name: String,
    kind: &'static str,
    size: u32,
    sentinels: u32,
    pad: u32,
    eos: u32,
    unk: u32,
    first_sentinel: Option<u32>,
    digest: String,
    pieces: Vec<String>,
}

impl Shown {
    fn new(path: &Path, vocabulary: &Vocabulary) -> Self {
        let pieces = (0..vocabulary.size() - vocabulary.sentinels()).skip(3);
        Shown {
            name: path.display().to_string(),
            kind: if vocabulary.model_bytes().is_some() { "unigram" } else { "bytes" },
            size: vocabulary.size(),
            sentinels: vocabulary.sentinels(),
            pad: Vocabulary::PAD,
            eos: Vocabulary::EOS,
            unk: Vocabulary::UNK,
            first_sentinel: vocabulary.sentinel(0),
            digest: vocabulary.digest().to_string(),
            pieces: pieces
                .take(SHOWN as usize)
                .filter_map(|id| vocabulary.piece(id))
                .map(Cow::into_owned)
                .collect(),
        }
    }
}

fn show(path: &Path, json: bool) -> Result<(), Failure> {
    let shown = Shown::new(path, &open(path)?);
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &[shown]).map_err(io::Error::from)?;
        return Ok(writeln!(out)?);
    }
    let mut table = Table::new(&[("vocabulary", Align::Left), ("", Align::Left)]);
    let sentinel = shown.first_sentinel.map_or(String::new(), |id| id.to_string());
    let rows = [
        ("file", shown.name),
        ("kind", shown.kind.to_owned()),
        ("ids", count(u64::from(shown.size))),
        ("special", format!("<pad> {}, </s> {}, <unk> {}", shown.pad, shown.eos, shown.unk)),
        ("sentinels", format!("{}, <extra_id_0> is {sentinel}", shown.sentinels)),
        ("pieces", shown.pieces.join(" ")),
        ("digest", shown.digest),
    ];
    for (name, value) in rows {
        table.row([name.to_owned(), value]);
    }
    Ok(table.print(&mut out)?)
}

/// Each line of standard input as its ids, or its pieces, separated by spaces.
fn encode(vocabulary: &Vocabulary, pieces: bool) -> Result<(), Failure> {
    let mut input = io::stdin().lock();
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let (mut line, mut number) = (Vec::new(), 0u64);
    let (mut ids, mut scratch) = (Vec::new(), Scratch::default());
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        if read.context("standard input: cannot be read").work()? == 0 {
            break;
        }
        number += 1;
        let bytes = line.strip_suffix(b"\n").unwrap_or(&line);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let Ok(text) = std::str::from_utf8(bytes) else {
            out.flush()?;
            return Err(anyhow!("standard input: line {number} is not UTF-8 text")).work();
        };
        ids.clear();
        vocabulary.encode_into(text, &mut ids, &mut scratch);
        for (index, &id) in ids.iter().enumerate() {
            if index > 0 {
                out.write_all(b" ")?;
            }
            match pieces.then(|| vocabulary.piece(id)).flatten() {
                Some(piece) => out.write_all(piece.as_bytes())?,
                None => write!(out, "{id}")?,
            }
        }
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}
