//! `ext5 cache`

use crate::args::Cache;
use crate::commands::{print_json, recipe};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{BAD, FAINT, GOOD, Output, styled};
use crate::progress::Caching;
use crate::table::{Align, Table, size};
use anyhow::anyhow;
use ext5_core::number::count;
use ext5_mix::mixture::Entry;
use ext5_mix::{EntryKind, MixtureRecipe, Prepared, StoreError};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::Ordering;

/// Builds all token stores of a recipe, and verifies them.
pub fn run(command: Cache) -> Result<(), Failure> {
    let recipe = recipe::read_stream(command.recipe)?;
    let (prepared, built) = prepare(&recipe)?;
    let splits = [("train", Some(&*prepared.mixture)), ("validation", prepared.held_out.as_ref())];
    let mut stores = Vec::new();
    for (split, mixture) in splits {
        for entry in mixture.map(ext5_mix::Mixture::entries).unwrap_or_default() {
            let built = built.contains(&format!("{} {split}", entry.name));
            stores.push(Store::new(entry, split, built, command.verify));
        }
    }
    let mut out = Output::new();
    if command.json {
        print_json(&stores, &mut out)?;
    } else {
        print(&stores, &recipe, &mut out)?;
    }
    match stores.iter().filter(|store| store.error.is_some()).count() {
        0 => Ok(()),
        damaged => {
            let all = stores.len();
            Err(Failure::Work(anyhow!("{damaged} of {all} token stores are damaged")))
        }
    }
}

/// Builds what is missing; gives the names of the stores that were built.
fn prepare(recipe: &MixtureRecipe) -> Result<(Prepared, BTreeSet<String>), Failure> {
    let stop = interrupt::flag()?;
    let mut caching = Caching::new();
    let mut built = BTreeSet::new();
    let prepared = Prepared::new(recipe, &mut |name, rows| {
        if stop.load(Ordering::Relaxed) {
            // A store outlives a kill at any moment: what is built of it is on disk.
            eprintln!("\ninterrupted; what is built is kept, and the same command goes on");
            std::process::exit(130);
        }
        built.insert(name.to_owned());
        caching.report(name, rows);
    });
    caching.finish();
    Ok((prepared.map_err(recipe::blame)?, built))
}

/// A token store in a listing.
#[derive(Serialize)]
struct Store {
    /// The entry.
    name: String,
    split: &'static str,
    /// Examples of a task, documents of a corpus.
    items: u64,
    prompts: usize,
    tokens: u64,
    bytes: u64,
    state: State,
    error: Option<String>,
}

/// What has been done about a store.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It was missing.
    Built,
    /// It was there.
    Ready,
    /// Every byte is what was written.
    Verified,
    /// It is not what was written.
    Damaged,
}

impl Store {
    fn new(entry: &Entry, split: &'static str, built: bool, verify: bool) -> Store {
        let (items, prompts, tokens, bytes) = match &entry.kind {
            EntryKind::Supervised { store, .. } => {
                (store.examples(), store.prompts(), store.tokens(), store.bytes())
            }
            EntryKind::Denoising { corpus, .. } => {
                (corpus.documents(), 1, corpus.tokens(), corpus.bytes())
            }
        };
        let error = match verify {
            true => check(entry).err().map(|error| error.to_string()),
            false => None,
        };
        let state = match (&error, verify, built) {
            (Some(_), ..) => State::Damaged,
            (None, true, _) => State::Verified,
            (None, false, true) => State::Built,
            (None, false, false) => State::Ready,
        };
        let name = entry.name.clone();
        Store { name, split, items, prompts, tokens, bytes, state, error }
    }
}

fn check(entry: &Entry) -> Result<(), StoreError> {
    match &entry.kind {
        EntryKind::Supervised { store, .. } => store.verify(),
        EntryKind::Denoising { corpus, .. } => corpus.verify(),
    }
}

fn print(stores: &[Store], recipe: &MixtureRecipe, out: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("entry", Align::Left),
        ("split", Align::Left),
        ("examples", Align::Right),
        ("prompts", Align::Right),
        ("tokens", Align::Right),
        ("size", Align::Right),
        ("state", Align::Left),
    ]);
    for store in stores {
        let state = match store.state {
            State::Built => styled(GOOD, "built"),
            State::Ready => "ready".to_owned(),
            State::Verified => styled(GOOD, "verified"),
            State::Damaged => styled(BAD, "damaged"),
        };
        table.row([
            store.name.clone(),
            store.split.to_owned(),
            count(store.items),
            count(store.prompts as u64),
            count(store.tokens),
            size(store.bytes),
            state,
        ]);
    }
    table.fit(out.width(), &["prompts", "tokens"]);
    table.print(out)?;
    for error in stores.iter().filter_map(|store| store.error.as_ref()) {
        writeln!(out, "{error}")?;
    }
    let (tokens, bytes) =
        stores.iter().fold((0, 0), |sum, store| (sum.0 + store.tokens, sum.1 + store.bytes));
    let cache = recipe.data.cache.display();
    let total = format!("{} tokens, {} in {cache}", count(tokens), size(bytes));
    writeln!(out, "{}", styled(FAINT, &total))?;
    Ok(())
}
