//! The stream is a pure function of (mixture, seed, index): of nothing before it, of no thread, of
//! no other entry, of no rank and of no interruption.

mod support;

use ext5_mix::{BatchOptions, Batches, Cursor, Mixture, PackedBatch, Prefetch, TokenExample};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, LazyLock};
use support::{denoising, entries, mixture, settings, supervised};

static CACHE: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
static MIXTURE: LazyLock<Arc<Mixture>> = LazyLock::new(|| mixture(CACHE.path(), 0.5));

#[test]
fn any_example_can_be_made_alone() {
    for start in [0, 1, 999, 1_000_000_000_000, (1 << 62) - 30] {
        let examples = MIXTURE.from(start).unwrap();
        for (n, example) in (start..start + 30).zip(examples) {
            assert_eq!(example.unwrap(), MIXTURE.example(n).unwrap());
        }
    }
    assert!(MIXTURE.example(u64::MAX).is_err() && MIXTURE.from(u64::MAX).is_err());
}

#[test]
fn threads_do_not_matter() {
    let make = |range: std::ops::Range<u64>| -> Vec<_> {
        range.map(|n| MIXTURE.example(n).unwrap()).collect()
    };
    let together = make(0..400);
    let apart: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|t| scope.spawn(move || make(t * 50..(t + 1) * 50))).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(together, apart);
}

#[test]
fn the_seed_matters() {
    let mut other = settings(0.5);
    other.seed += 1;
    let other = Mixture::new(entries(CACHE.path()), other).unwrap();
    let first = |mixture: &Mixture| -> Vec<_> {
        mixture.from(0).unwrap().take(20).map(Result::unwrap).collect()
    };
    assert_ne!(first(&MIXTURE), first(&other));
}

/// Examples of the first slots by the name of their entry and the number of the draw.
fn draws(mixture: &Mixture, slots: usize) -> HashMap<(String, u64), (Vec<u32>, Vec<u32>)> {
    let name = |example: &TokenExample| mixture.entries()[example.draw.entry].name.clone();
    let examples = mixture.from(0).unwrap().take(slots).map(Result::unwrap);
    examples.map(|e| ((name(&e), e.draw.k), (e.inputs, e.targets))).collect()
}

/// Paired studies compare runs that differ in one thing; all other draws must be as they were.
#[test]
fn other_entries_do_not_matter() {
    let base = draws(&MIXTURE, 3000);
    let path = CACHE.path();
    let mut more = entries(path);
    more.insert(1, supervised(path, "boolq", 60));
    more.insert(0, denoising(path, "news"));
    let mut backward = entries(path);
    backward.reverse();
    let others = [
        Mixture::new(more, settings(0.5)).unwrap(),
        Mixture::new(backward, settings(0.5)).unwrap(),
        Mixture::new(entries(path), settings(2.7)).unwrap(),
    ];
    for other in &others {
        let other = draws(other, 3000);
        let common = base.keys().filter(|key| other.contains_key(*key));
        let names: HashSet<_> = common
            .map(|key| {
                assert_eq!(base[key], other[key], "{key:?}");
                &key.0
            })
            .collect();
        assert_eq!(names.len(), 4, "every entry was compared");
    }
}

#[test]
fn the_order_of_the_list_does_not_matter() {
    let mut backward = entries(CACHE.path());
    backward.reverse();
    let backward = Mixture::new(backward, settings(0.5)).unwrap();
    for n in 0..500 {
        let (a, b) = (MIXTURE.example(n).unwrap(), backward.example(n).unwrap());
        assert_eq!((a.draw.k, a.inputs, a.targets), (b.draw.k, b.inputs, b.targets));
    }
}

/// A resolved recipe stores the integer rates; a run that reads them goes on as before.
#[test]
fn recorded_rates_give_the_same_stream() {
    let mut recorded = settings(0.5);
    recorded.rates = Some(MIXTURE.rates());
    recorded.ratio = 9.0;
    let again = Mixture::new(entries(CACHE.path()), recorded.clone()).unwrap();
    assert_eq!(draws(&MIXTURE, 300), draws(&again, 300));
    let refused = |rates: BTreeMap<String, u32>| {
        let mut settings = recorded.clone();
        settings.rates = Some(rates);
        Mixture::new(entries(CACHE.path()), settings).is_err()
    };
    let mut rates = MIXTURE.rates();
    rates.insert("new".to_owned(), 1);
    assert!(refused(rates.clone()));
    rates.remove("new");
    rates.remove("rte");
    assert!(refused(rates));
}

fn options(rows: usize, rank: usize, world: usize) -> BatchOptions {
    BatchOptions { rows, window: 50, rank, world }
}

fn batches(options: BatchOptions, start: Cursor, count: usize) -> Vec<PackedBatch> {
    let batches = Batches::new(Arc::clone(&MIXTURE), options, start).unwrap();
    batches.take(count).map(Result::unwrap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn batches_go_on_from_any_cursor(rows in 1usize..70, stop in 0usize..12) {
        let all = batches(options(rows, 0, 1), Cursor::default(), 14);
        let rest = batches(options(rows, 0, 1), all[stop].end, 13 - stop);
        prop_assert_eq!(&all[stop + 1..], &rest[..]);
    }

    #[test]
    fn threads_that_read_do_not_matter(threads in 0usize..6, stop in 0usize..12) {
        let all = batches(options(9, 0, 1), Cursor::default(), 14);
        let start = if stop == 0 { Cursor::default() } else { all[stop - 1].end };
        let some = Batches::new(Arc::clone(&MIXTURE), options(9, 0, 1), start).unwrap();
        let mut some = some.with_threads(threads);
        let mut made: Vec<_> = some.by_ref().take(1).map(Result::unwrap).collect();
        let more = some.with_threads(threads + 1);
        made.extend(more.take(13 - stop).map(Result::unwrap));
        prop_assert_eq!(&all[stop..], &made[..]);
    }

    #[test]
    fn ranks_share_the_same_rows(
        rows in 8usize..40, world in prop::sample::select(vec![1usize, 2, 3, 8]),
    ) {
        let whole = batches(options(rows, 0, 1), Cursor::default(), 6);
        let parts: Vec<_> = (0..world)
            .map(|rank| batches(options(rows, rank, world), Cursor::default(), 6))
            .collect();
        for (number, whole) in whole.iter().enumerate() {
            for row in 0..rows {
                let part = &parts[row % world][number];
                let (here, width) = (row / world, whole.batch.inputs);
                prop_assert_eq!(&part.segments[here], &whole.segments[row]);
                prop_assert_eq!(
                    &part.batch.encoder_ids[here * width..][..width],
                    &whole.batch.encoder_ids[row * width..][..width]
                );
                prop_assert_eq!(part.end, whole.end);
            }
            let held: usize = parts.iter().map(|part| part[number].batch.rows).sum();
            prop_assert_eq!(held, rows);
        }
    }
}

#[test]
fn prefetching_does_not_matter() {
    let whole = batches(options(8, 0, 1), Cursor::default(), 20);
    let source = Batches::new(Arc::clone(&MIXTURE), options(8, 0, 1), Cursor::default()).unwrap();
    let ahead: Vec<_> = Prefetch::new(source, 3).take(20).map(Result::unwrap).collect();
    assert_eq!(whole, ahead);
}

#[test]
fn impossible_batches_are_refused() {
    let new = |options| Batches::new(Arc::clone(&MIXTURE), options, Cursor::default());
    assert!(new(options(8, 2, 2)).is_err());
    assert!(new(options(1, 0, 2)).is_err());
    let mut empty = options(8, 0, 1);
    empty.window = 0;
    assert!(new(empty).is_err());
    // A cursor that no run of this mixture can have recorded, and one past all counting.
    for (window, row) in [(0, 10_000), (u64::MAX, 0)] {
        let start = Cursor { window, row };
        let batches = Batches::new(Arc::clone(&MIXTURE), options(8, 0, 1), start).unwrap();
        let results: Vec<_> = Prefetch::new(batches.with_threads(2), 1).collect();
        assert!(results.len() == 1 && results[0].is_err(), "an error, then the end");
    }
}
