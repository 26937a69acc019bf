//! Small made-up stores and mixtures for the tests of promises.
#![allow(dead_code, reason = "each test file uses its own part")]

use ext5_core::{Digest, Key};
use ext5_mix::store::{
    Build, CorpusKey, CorpusStore, LeftOut, StoreError, TaskKey, TextExample, TokenStore,
};
use ext5_mix::{
    Denoiser, Entry, EntryKind, Mixture, Objective, Sentinels, Settings, Shape, SpanCorruption,
    Trims,
};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub const VOCABULARY: u32 = 1000;
pub const SHAPE: Shape = Shape { inputs: 64, targets: 32 };

/// "5 17 9" is the ids 5, 17, 9.
pub fn encode(text: &str, ids: &mut Vec<u32>) {
    ids.extend(text.split_whitespace().map(|id| id.parse::<u32>().unwrap()));
}

pub fn example(inputs: &str, targets: &str) -> TextExample {
    TextExample {
        inputs: inputs.to_owned(),
        targets: targets.to_owned(),
        origin: "train.jsonl:1".to_owned(),
    }
}

pub fn build<'a>(name: &'a str, key: Digest) -> Build<'a> {
    Build {
        name,
        key,
        vocabulary: VOCABULARY,
        prompts: 1,
        encode: &encode,
        left_out: &LeftOut::default,
    }
}

/// Tests are threads of one process and would share temporary names.
fn cache_of_its_own(cache: &Path) -> PathBuf {
    tempfile::tempdir_in(cache).unwrap().keep()
}

/// Random text of `most` ids at most.
fn text(rng: &mut ext5_core::Rng, most: u64) -> String {
    let length = 1 + rng.below(most);
    let ids = (0..length).map(|_| (3 + rng.below(800)).to_string());
    ids.collect::<Vec<_>>().join(" ")
}

/// A task of `examples` random examples, some longer than [`SHAPE`].
pub fn task(cache: &Path, name: &str, examples: u64) -> Arc<TokenStore> {
    let mut rng = Key::new(examples).name(name).rng();
    let rows: Vec<_> =
        (0..examples).map(|_| example(&text(&mut rng, 70), &text(&mut rng, 12))).collect();
    let key = TaskKey {
        task: name,
        split: "train",
        sources: &[],
        definition: Digest::of(name.as_bytes()),
        vocabulary: Digest::of(b"vocabulary"),
    };
    let rows = rows.into_iter().map(Ok::<_, Infallible>);
    let folder = key.folder(&cache_of_its_own(cache)).unwrap();
    Arc::new(TokenStore::build(&folder, &build(name, key.digest()), rows, &mut |_| ()).unwrap())
}

/// A corpus of `documents` random documents.
pub fn corpus(cache: &Path, documents: u64) -> Arc<CorpusStore> {
    let mut rng = Key::new(documents).rng();
    let documents: Vec<_> = (0..documents).map(|_| text(&mut rng, 200)).collect();
    let key = CorpusKey {
        corpus: "books",
        sources: &[Digest::of(documents.concat().as_bytes())],
        vocabulary: Digest::of(b"vocabulary"),
    };
    let documents = documents.into_iter().map(Ok::<_, Infallible>);
    let build = build("corpus", key.digest());
    let folder = key.folder(&cache_of_its_own(cache)).unwrap();
    Arc::new(CorpusStore::build(&folder, &build, documents, &mut |_| ()).unwrap())
}

/// A task whose rate is its size.
pub fn supervised(cache: &Path, name: &str, examples: u64) -> Entry {
    let kind =
        EntryKind::Supervised { family: "nli".to_owned(), store: task(cache, name, examples) };
    Entry { name: name.to_owned(), kind, rate: examples as f64, cap: Some(300_000.0) }
}

pub fn denoising(cache: &Path, name: &str) -> Entry {
    let objective = Objective::SpanCorruption(SpanCorruption::default());
    let kind =
        EntryKind::Denoising { corpus: corpus(cache, 40), denoiser: Denoiser::from(objective) };
    Entry { name: name.to_owned(), kind, rate: 1.0, cap: None }
}

pub fn settings(ratio: f64) -> Settings {
    Settings {
        ratio,
        seed: 42,
        shape: SHAPE,
        trim: Trims::default(),
        sentinels: Sentinels::new(VOCABULARY, 100),
        rates: None,
    }
}

/// Three tasks and a denoising entry.
pub fn entries(cache: &Path) -> Vec<Entry> {
    vec![
        supervised(cache, "rte", 37),
        supervised(cache, "cola", 150),
        denoising(cache, "books"),
        supervised(cache, "wnli", 3),
    ]
}

pub fn mixture(cache: &Path, ratio: f64) -> Arc<Mixture> {
    Arc::new(Mixture::new(entries(cache), settings(ratio)).unwrap())
}

/// For tests that look at errors.
pub fn is_damaged<T>(result: Result<T, StoreError>) -> bool {
    match result {
        Err(StoreError::Damaged { .. }) => true,
        Err(other) => panic!("{other}"),
        Ok(_) => false,
    }
}
